"""Which buttons a report offers to whom, and what its page says about its origin."""

import datetime as dt
import re

import pytest

from core.conflicts import version_of_all
from core.models import Origin
from core.progress import Button
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.progress import (
    compare_reports,
    decision_effect,
    previous_status,
    report_buttons,
    report_lines,
    report_origin,
)
from tests.measures.builders import NOW, make_measure, make_plan, make_report, make_round
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "accepted"])
def test_office_decides_on_submitted_reports_only(state):
    fields = {} if state == "draft" else {"reported_at": NOW}
    report = make_report(make_measure(), state, **fields)

    buttons = report_buttons(report, make_user(OFFICE))

    page, query = (
        f"/massnahmen/berichte/{report.pk}/",
        "eingereicht=2026-03-18T09%3A00%3A00%2B00%3A00",
    )
    version = f"&version={version_of_all(report.measure, report)}"
    decisions = [
        Button("Bericht annehmen", f"{page}annehmen/?{query}{version}", "primary", is_post=True),
        Button("Zurückgeben", f"{page}zurueckgeben/?{query}"),
        Button("Mit anderer Ampel annehmen", f"{page}annehmen/ampel/?{query}"),
        Button("Ergänzen und annehmen", f"{page}ergaenzen/"),
    ]
    assert buttons == (decisions if state == "submitted" else [])


@pytest.mark.parametrize(
    ("state", "may_write"),
    [("draft", True), ("submitted", False), ("returned", True), ("accepted", False)],
)
def test_lead_edits_the_report_until_it_is_submitted(state, may_write):
    lead = make_user(PARTNER)
    measure = make_measure(lead_id=lead.organisation_id)
    button = Button("Weiterschreiben", f"/massnahmen/{measure.pk}/bericht/", "primary")

    buttons = report_buttons(make_report(measure, state), lead)

    assert buttons == ([button] if may_write else [])


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, PARTNER])
@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "accepted"])
def test_others_have_no_button(role, state):
    assert report_buttons(make_report(make_measure(), state), make_user(role)) == []


def test_taken_over_report_has_no_button():
    report = make_report(make_measure(), origin=Origin.TAKEN_OVER)

    assert report_buttons(report, make_user(OFFICE)) == []


def test_origin_names_reporter_moment_and_round():
    plan, reporter = make_plan(), make_user(PARTNER)
    reporting_round = make_round(plan)
    report = make_report(
        make_measure(plan),
        round=reporting_round,
        reported_by=reporter,
        reported_at=dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC),
    )

    assert report_origin(report, reporter) == (
        f"Berichtet von {reporter.person.organisation} ({reporter}), 02.03.2026, 10:00 Uhr"
        f" · {reporting_round}"
    )


def test_origin_of_a_report_without_reporter_and_round_is_empty():
    assert report_origin(make_report(make_measure()), make_user(OBSERVER)) == ""


def test_report_stands_beside_the_one_before():
    measure = make_measure()
    before = make_report(
        measure, "accepted", phase="preparing", traffic_light="green", summary="Es ruht."
    )
    now = make_report(measure, as_of_on=dt.date(2026, 9, 1), summary="<b>Es läuft.</b>")

    rows = [
        (row.label, text_of(row.before), text_of(row.now), row.mark)
        for row in (compare_reports(before, now))
    ]

    assert rows == [
        ("Stand vom", "01.03.2026", "01.09.2026", "geändert"),
        ("Phase", "in Vorbereitung", "in Umsetzung", "geändert"),
        ("Ampel", "grün", "nicht belegt", "geändert"),
        ("Finanzierung", "nicht belegt", "nicht belegt", ""),
        ("Sachstand", "Es ruht.", "&lt;b&gt;Es läuft.&lt;/b&gt;", "geändert"),
    ]


def text_of(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def test_previous_status_is_the_accepted_report_or_what_is_known_of_the_measure():
    measure = make_measure(status_on=dt.date(2025, 3, 1), phase="preparing")
    report = make_report(measure, "accepted", summary="Es läuft.")

    known, reported = previous_status(measure, None), previous_status(measure, report)

    assert (known.title, known.facts[0], known.texts) == (
        "Bisheriger Stand vom 01.03.2025",
        ("Phase", "in Vorbereitung"),
        [],
    )
    assert (reported.title, reported.facts[0], reported.texts) == (
        "Bisheriger Stand vom 01.03.2026",
        ("Phase", "in Umsetzung"),
        [("Sachstand", "Es läuft.")],
    )
    assert previous_status(make_measure(), None) is None


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("returned", "Zurückgegeben am 18.03.2026, 10:00 Uhr"),
        ("draft", "Anmerkung bei der letzten Rückgabe"),
        ("submitted", "Anmerkung bei der letzten Rückgabe"),
        ("accepted", "Anmerkung bei der letzten Rückgabe"),
    ],
)
def test_reason_of_a_return_is_for_the_lead_and_the_inside(state, title):
    lead = make_user(PARTNER)
    measure = make_measure(lead_id=lead.organisation_id)
    report = make_report(measure, state, comment="Bitte Zahlen.", decided_at=NOW)

    for user in (lead, make_user(OFFICE), make_user(SENATOR_OFFICE)):
        (line,) = report_lines([report], user)
        assert (line.remark.title, line.remark.text) == (title, "Bitte Zahlen.")
    for user in (make_user(PARTNER), make_user(OBSERVER)):
        (line,) = report_lines([report], user)
        assert line.remark is None


def test_decision_says_who_hears_of_it():
    lead, office = make_user(PARTNER), make_user(OFFICE)
    report = make_report(make_measure(lead_id=lead.organisation_id), reported_by=lead)

    assert decision_effect(report, lead) == ""
    assert decision_effect(report, office) == f"Wie Sie entscheiden, erfährt per E-Mail: {lead}."
    lead.is_active = False
    lead.save()
    assert decision_effect(report, office) == (
        "Niemand erhält eine E-Mail: Bei der Federführung hat niemand ein Konto."
    )
