"""The form of a programme in a real browser, which keeps drafts and answers the Enter key."""

import pytest

from dialogues.enums import DialogueState
from dialogues.models import ProgrammeItem
from tests.dialogues.builders import make_dialogue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def form(client, office, page, live_server):
    """Open the form of a dialogue in planning, with two items typed."""
    client.force_login(office)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    dialogue = make_dialogue(DialogueState.PLANNING)
    page.goto(f"{live_server.url}{dialogue.get_absolute_url()}programm/bearbeiten/")
    for number, (time, title) in enumerate((("14", "Ankommen"), ("14.30", "Imbiss"))):
        page.locator(f"#id_item-{number}-begins").fill(time)
        page.locator(f"#id_item-{number}-title").fill(title)
    # A page that was answered shows the buttons of the rows.
    page.get_by_role("button", name="Weitere Zeilen").click()
    page.locator("button[value=up-1]").wait_for()
    return page


def test_arranged_rows_stay_arranged_where_a_draft_is_kept(form):
    form.locator("button[value=up-1]").click()
    form.wait_for_function("document.querySelector('#id_item-0-title').value === 'Imbiss'")

    titles = [form.locator(f"#id_item-{number}-title").input_value() for number in (0, 1)]
    assert titles == ["Imbiss", "Ankommen"]
    assert form.get_by_text("wiederhergestellt").count() == 0


def test_enter_saves_and_arranges_nothing(form):
    form.locator("#id_item-1-title").press("Enter")
    form.wait_for_url("**/programm/")

    items = ProgrammeItem.objects.order_by("starts_after_minutes")
    assert [(item.starts_after_minutes, item.title) for item in items] == [
        (0, "Ankommen"),
        (30, "Imbiss"),
    ]
