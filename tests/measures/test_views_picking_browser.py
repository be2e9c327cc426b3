"""Picking from long lists, opening branches of the tree and typing answers, in a browser."""

import pytest

from core.roles import OFFICE
from measures.models import StatusReport
from tests.journeys.screen import ALL_RULES, SIDEWAYS, open_screen
from tests.journeys.site import open_site
from tests.measures.builders import (
    make_measure,
    make_plan,
    make_request,
    make_round,
    make_section,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.browser


@pytest.fixture
def site(browser, db, tmp_path):
    """The portal's URL. The browser starts first, because it changes the database connection."""
    with open_site(tmp_path) as address:
        yield address


@pytest.fixture
def organisations(site):
    return [make_organisation(f"Betrieb Nummer {number:03} GmbH") for number in range(120)]


@pytest.fixture(params=[320, 1440])
def screen(request, browser, client, site):
    client.force_login(make_user(OFFICE))
    window = {"width": request.param, "height": 900}
    with open_screen(browser, client, site, viewport=window) as screen:
        yield screen
        assert not screen.complaints, screen.complaints


# What the form would send.
SENT = """() => {
  const data = new FormData(document.getElementById("id_lead_select").form);
  return Object.fromEntries([...new Set(data.keys())].map((name) => [name, data.getAll(name)]));
}"""


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_lead_and_supporters_are_picked_by_keyboard(screen, site, organisations):
    make_plan()
    page = screen.page
    page.goto(f"{site}/massnahmen/neu/")

    page.get_by_label("Titel").fill("Ankauf von Flächen")
    page.get_by_role("combobox", name="Federführung").focus()
    page.keyboard.type("gmbh 11")
    assert page.evaluate(ALL_RULES)["violations"] == []
    assert not page.evaluate(SIDEWAYS)
    press(page, "ArrowDown", "ArrowDown", "Enter")
    page.get_by_label("Liste filtern").focus()
    page.keyboard.type("042")
    press(page, "Tab", "Space")

    sent = page.evaluate(SENT)
    assert sent["lead"] == [str(organisations[110].pk)]
    assert sent["supporters"] == [str(organisations[42].pk)]


def test_filter_of_a_list_keeps_the_focus(screen, site, organisations):
    plan = make_plan()
    for organisation in organisations[:20]:
        make_measure(plan, f"Vorhaben von {organisation.name}", lead=organisation)
    page = screen.page
    page.goto(f"{site}/massnahmen/")
    if not page.get_by_role("combobox", name="Federführung").is_visible():
        page.locator("summary", has_text="Filter").click()

    page.get_by_role("combobox", name="Federführung").focus()
    page.keyboard.type("nummer 007")
    press(page, "Enter")
    page.wait_for_url(f"**lead={organisations[7].pk}*")
    page.wait_for_selector("text=1 Eintrag")

    lead = page.get_by_role("combobox", name="Federführung")
    assert lead.input_value() == f"{organisations[7].name} (1)"
    assert page.evaluate("document.activeElement.id") == lead.get_attribute("id")


def test_opening_a_branch_of_a_large_plan_loads_its_measures(browser, client, site, monkeypatch):
    monkeypatch.setattr("measures.queries.plans.BRANCH_SIZE", 1)
    client.force_login(make_user(OFFICE))
    plan = make_plan()
    field = make_section(plan, "Rahmenbedingungen")
    for title in ("Ankauf", "Brachen"):
        make_measure(plan, title, section=field)

    with open_screen(browser, client, site) as screen:
        page = screen.page
        page.goto(f"{site}/massnahmen/baum/")
        assert page.get_by_role("link", name="Ankauf").count() == 0

        page.locator("summary", has_text="Rahmenbedingungen").click()

        page.get_by_role("link", name="Ankauf").wait_for()
        assert page.get_by_text("1 weitere Maßnahme in der Liste").is_visible()
        assert page.evaluate(ALL_RULES)["violations"] == []
        assert not screen.complaints, screen.complaints


def test_answer_by_link_is_saved_while_it_is_typed(screen, site):
    measure = make_measure(lead=make_organisation())
    page, asked = screen.page, make_request(make_round(measure.plan), measure.lead)
    page.goto(f"{site}{asked.personal_link}")
    assert page.evaluate(ALL_RULES)["violations"] == []
    assert not page.evaluate(SIDEWAYS)

    for text in ("Erster Satz.", "Zweiter Satz."):
        page.get_by_label("Sachstand").fill(text)
        # The answer with the note carries the version for the next one.
        with page.expect_response(lambda response: response.request.method == "POST") as saved:
            page.wait_for_timeout(0)
        assert saved.value.status == 200
    page.get_by_text("Entwurf gespeichert").wait_for()

    assert StatusReport.objects.get().summary == "Zweiter Satz."
    # A reason is asked only where the light needs one.
    assert not page.get_by_label("Grund").is_visible()
    page.get_by_label("gelb: Probleme").check()
    assert page.get_by_label("Grund").is_visible()
    page.get_by_role("button", name="Entwurf speichern").click()
