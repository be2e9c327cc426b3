"""Holidays, weekends and clashes are shown before a date is made, and can be overruled."""

import datetime as dt

import pytest
import time_machine

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from core.roles import PARTNER
from dialogues.enums import DialogueState, OptionState
from tests.confirming import fill_in, hidden_fields, press, press_button
from tests.dialogues.builders import DAY, END, make_dates_approval, make_dialogue, make_option
from tests.dialogues.pages import text_of
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = DialogueState
HOUR = dt.timedelta(hours=1)


def days(*typed: str) -> dict:
    """Return form data with dates on the days `typed`, 14:00 to 16:30."""
    data = {"date-TOTAL_FORMS": "3", "date-INITIAL_FORMS": "0"}
    for row, day in enumerate(typed):
        values = {"day": day, "begins": "14:00", "ends": "16:30", "host_preference": "possible"}
        data |= {f"date-{row}-{name}": value for name, value in values.items()}
    return data


def heeded_in(response, name: str = "heeded") -> str:
    """Return the keys of the concerns that the form in `response` would overrule."""
    [keys] = hidden_fields(response)[name]
    return keys


def test_date_of_today_is_warned_of(signed_in):
    dialogue = make_dialogue()
    url = f"{dialogue.get_absolute_url()}termine/"

    with nothing_changes(dialogue):
        response = signed_in.post(url, days("02.03.2026", "2026-04-22", "2026-04-23"))

    words = "Mo, 02.03.2026, 14:00–16:30 Uhr beginnt in weniger als 24 Stunden."
    assert words in text_of(response)


def test_warning_about_a_proposed_date_is_shown_and_overruled(signed_in):
    dialogue, other = make_dialogue(), make_dialogue(S.INVITED)
    url = f"{dialogue.get_absolute_url()}termine/"
    typed = days("2026-04-22", "25.04.2026", "2030-01-01")

    with nothing_changes(dialogue):
        response = signed_in.post(url, typed)

    page = text_of(response)
    for words in (
        "Bitte zuerst ansehen",
        f"{other} (eingeladen)",
        "Mi, 22.04.2026, 14:00–16:30 Uhr, zur selben Zeit (auch ein Termin der Senatorin)",
        "Der 25.04.2026 ist ein Samstag.",
        "Di, 01.01.2030 ist in Berlin ein gesetzlicher Feiertag (Neujahr).",
        "Trotzdem vorschlagen",
    ):
        assert words in page, words
    rows = response.context["formset"].forms
    assert [row["day"].value() for row in rows] == [
        "2026-04-22",
        "25.04.2026",
        "2030-01-01",
    ]
    assert not dialogue.date_options.exists()
    keys = {f"date-{row}-heeded": heeded_in(response, f"date-{row}-heeded") for row in range(3)}

    # A date that is changed after the warning is checked again.
    again = signed_in.post(url, typed | keys | {"date-1-day": "2026-04-26"})
    signed_in.post(url, typed | keys)

    assert again.context["formset"].concerns[0].text == "Der 26.04.2026 ist ein Sonntag."
    assert dialogue.date_options.count() == 3


def test_row_emptied_after_a_warning_is_ignored(signed_in):
    dialogue = make_dialogue()
    emptied = {f"date-{row}-host_preference": "possible" for row in (1, 2)}
    emptied["date-1-heeded"] = "weekend-2026-04-25"

    signed_in.post(f"{dialogue.get_absolute_url()}termine/", days("2026-04-22") | emptied)

    assert dialogue.date_options.get().starts_at == DAY


def test_fixing_a_date_warns_of_what_was_planned_since(signed_in, senator):
    dialogue = make_dialogue(S.EXPLORING)
    option = make_option(dialogue, OptionState.POSSIBLE)
    make_dates_approval(dialogue, option, state=ApprovalState.APPROVED)
    make_dialogue(S.SCHEDULED, title="Wärme")
    url = f"{dialogue.get_absolute_url()}termine/festlegen/"

    with nothing_changes(dialogue, option):
        warned = fill_in(signed_in, url, {"option": option.pk})
    confirmation = signed_in.post(url, {"option": option.pk, "heeded": heeded_in(warned)})
    press(signed_in, confirmation)

    assert [concern.label for concern in warned.context["form"].concerns] == ["Wärme (terminiert)"]
    assert "Trotzdem festlegen" in text_of(warned)
    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.starts_at) == (S.SCHEDULED, DAY)


def test_adopting_a_counter_date_asks_first_if_it_clashes(signed_in):
    dialogue = make_dialogue(S.EXPLORING)
    option = make_option(dialogue, OptionState.IMPOSSIBLE, starts_at=DAY - HOUR)
    approval = make_dates_approval(dialogue, option, state=ApprovalState.RETURNED)
    proposed = {"none_possible": True, "counter_dates": [[DAY.isoformat(), END.isoformat()]]}
    ApprovalRequest.objects.filter(pk=approval.pk).update(**proposed)
    make_dialogue(S.SCHEDULED, title="Wärme")
    url = f"{dialogue.get_absolute_url()}termine/uebernehmen/"

    with nothing_changes(dialogue, option):
        warned = press_button(signed_in, dialogue.get_absolute_url(), url)
    press(signed_in, warned)

    page = text_of(warned)
    assert "Trotzdem übernehmen" in page and "Wärme (terminiert)" in page
    assert dialogue.date_options.get(state=OptionState.PROPOSED).starts_at == DAY


def test_page_names_a_clash_to_insiders_until_the_day(client, office, senator):
    dialogue = make_dialogue(S.INVITED)
    make_dialogue(S.INVITED, title="Wärme", host=dialogue.host)
    host = make_user(PARTNER, organisation=dialogue.host)
    note = "Wärme (eingeladen)"

    def page_for(user) -> str:
        client.force_login(user)
        return text_of(client.get(dialogue.get_absolute_url()))

    assert [note in page_for(user) for user in (office, senator, host)] == [True, True, False]
    with time_machine.travel(DAY, tick=False):
        assert note not in page_for(office)
