import datetime as dt

import pytest

from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import ReportState
from tests.measures.builders import (
    make_continuation,
    make_measure,
    make_milestone,
    make_plan,
    make_report,
    make_round,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def page(client, measure) -> str:
    response = client.get(measure.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def test_page_shows_status_next_step_and_facts(client, office):
    organisation = make_organisation("Handwerkskammer")
    measure = make_measure(
        phase="running",
        traffic_light="red",
        traffic_light_reason="Geld fehlt.",
        help_wanted="Beschluss",
        lead=organisation,
    )
    make_milestone(measure, "Erster Ankauf")
    measure.supporters.add(make_organisation("Bezirk Mitte"))

    response = client.get(measure.get_absolute_url())

    assert [(step.label, step.status) for step in response.context["steps"]] == [
        ("nicht begonnen", "done"),
        ("in Vorbereitung", "done"),
        ("in Umsetzung", "current"),
        ("abgeschlossen", "todo"),
    ]
    next_step = response.context["next_step"]
    assert (next_step.text, next_step.who, next_step.due_on) == (
        "Erster Ankauf",
        "Handwerkskammer",
        dt.date(2026, 6, 30),
    )
    assert (next_step.action, next_step.url) == (
        "Stand festhalten",
        f"/massnahmen/{measure.pk}/bericht/",
    )
    text = response.content.decode()
    for shown in (
        "Geld fehlt.",
        "Beschluss",
        "Hilfe oder Entscheidung nötig",
        "Bezirk Mitte",
        "Verlauf",
    ):
        assert shown in text


@pytest.mark.parametrize(
    ("phase", "statuses"),
    [
        ("", ["todo", "todo", "todo", "todo"]),
        ("not_started", ["current", "todo", "todo", "todo"]),
        ("preparing", ["done", "current", "todo", "todo"]),
        ("completed", ["done", "done", "done", "current"]),
        ("discontinued", ["done", "done", "done", "current"]),
    ],
)
def test_progress_bar_follows_the_phase(client, office, phase, statuses):
    steps = client.get(make_measure(phase=phase).get_absolute_url()).context["steps"]

    assert [step.status for step in steps] == statuses
    assert steps[-1].label == ("eingestellt" if phase == "discontinued" else "abgeschlossen")


def test_taken_over_measure_shows_its_sources_and_no_deadline(client, office):
    measure = make_measure(
        origin=Origin.TAKEN_OVER,
        status_origin=Origin.DEMO,
        status_on=dt.date(2026, 1, 1),
        phase="running",
        sources=["https://example.org/bericht"],
        basis={"lead": "laut WISTA", "section": "inferred"},
        doubts="Zwei Quellen widersprechen sich.",
    )
    make_milestone(measure, "Erster Ankauf", origin=Origin.TAKEN_OVER)

    response = client.get(measure.get_absolute_url())

    text = response.content.decode()
    for shown in (
        "Aus früheren Unterlagen übernommen",
        "https://example.org/bericht",
        "laut WISTA",
        "erschlossen",
        "Zwei Quellen widersprechen sich.",
        "nicht belegt",
        "Demodaten",
    ):
        assert shown in text
    assert response.context["next_step"].due_on is None


@pytest.mark.parametrize(
    ("state", "role", "text", "action"),
    [
        (None, "lead", "Statusbericht zum Stichtag 01.03.2026", "Statusbericht schreiben"),
        (None, OBSERVER, "Statusbericht zum Stichtag 01.03.2026", ""),
        (
            ReportState.SUBMITTED,
            OFFICE,
            "Der Statusbericht ist eingereicht und wird geprüft.",
            "Bericht prüfen",
        ),
        (ReportState.SUBMITTED, "lead", "Der Statusbericht ist eingereicht und wird geprüft.", ""),
        (
            ReportState.RETURNED,
            "lead",
            "Der Statusbericht ist zu überarbeiten.",
            "Statusbericht schreiben",
        ),
        (
            ReportState.RETURNED,
            OFFICE,
            "Der Statusbericht ist zu überarbeiten.",
            "Stand festhalten",
        ),
    ],
)
def test_next_step_depends_on_the_report_and_the_reader(client, state, role, text, action):
    lead = make_user(PARTNER)
    plan = make_plan()
    running = make_round(plan)
    measure = make_measure(plan, lead_id=lead.organisation_id)
    if state:
        make_report(measure, state, round=running, reported_by=lead)
    client.force_login(lead if role == "lead" else make_user(role))

    next_step = client.get(measure.get_absolute_url()).context["next_step"]

    assert (next_step.text, next_step.action) == (text, action)
    assert next_step.due_on == dt.date(2026, 3, 31)


@pytest.mark.parametrize(
    ("role", "shown"), [(OFFICE, True), (SENATOR_OFFICE, False), (OBSERVER, False)]
)
def test_internal_notes_are_shown_to_the_office_only(client, role, shown):
    client.force_login(make_user(role))

    assert ("GEHEIM" in page(client, make_measure(internal_notes="GEHEIM"))) is shown


def test_lead_sees_neither_internal_notes_nor_links_to_foreign_organisations(client):
    lead = make_user(PARTNER)
    measure = make_measure(
        lead_id=lead.organisation_id, internal_notes="GEHEIM", is_published=False
    )
    measure.supporters.add(make_organisation("Bezirk Mitte"))
    client.force_login(lead)

    text = page(client, measure)

    assert "GEHEIM" not in text
    assert "Bezirk Mitte" in text
    assert "/partner/organisationen/" not in text


def test_unpublished_predecessor_is_hidden_from_partners(client):
    hidden = make_measure(title="Verborgene Vorläuferin", is_published=False)
    measure = make_measure()
    make_continuation(hidden, measure)
    client.force_login(make_user(PARTNER))

    assert "Verborgene Vorläuferin" not in page(client, measure)


def test_where_it_comes_from_and_what_became_of_it_are_linked(client, office):
    old = make_measure(make_plan("Plan A"), title="Industriedialog")
    new = make_measure(make_plan("Plan B"), title="Branchengespräche", code="C 1")
    make_continuation(old, new)

    assert (
        f'<dd><a href="{old.get_absolute_url()}">Industriedialog</a> (Plan A, fortgeführt)</dd>'
    ) in page(client, new)
    assert (
        f'<dd>fortgeführt als <a href="{new.get_absolute_url()}">C 1: Branchengespräche</a> '
        "(Plan B)</dd>"
    ) in page(client, old)


def test_end_of_a_measure_stands_with_its_reason(client, office):
    measure = make_measure()
    make_continuation(measure, plan=make_plan("Plan B"), reason="Ziel <erreicht>.\nNichts offen.")

    assert "<dd>beendet (Plan B): Ziel &lt;erreicht&gt;.<br>Nichts offen.</dd>" in page(
        client, measure
    )


def test_description_cannot_carry_markup(client, office):
    text = page(client, make_measure(description="<script>alert(1)</script> **fett**"))

    assert "<script>alert" not in text
    assert "<strong>fett</strong>" in text


def test_next_step_is_due_when_its_milestone_is_now_expected(client):
    client.force_login(make_user(OFFICE))
    measure = make_measure()
    milestone = make_milestone(measure, "Vertrag", due_on=dt.date(2026, 5, 1))
    milestone.forecast_on, milestone.forecast_reason = dt.date(2026, 8, 1), "Gutachten fehlt"
    milestone.save()

    step = client.get(measure.get_absolute_url()).context["next_step"]

    assert (step.text, step.due_on) == ("Vertrag", dt.date(2026, 8, 1))
