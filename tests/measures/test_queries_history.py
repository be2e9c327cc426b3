"""*Verlauf* of measures: whose name a reader finds in it."""

import pytest

from core.history import save_as, save_changes_as
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import ReportState
from measures.models import StatusReport
from measures.progress import report_origin
from measures.queries import indicator_history, measure_history, plan_history, project_history
from tests.measures.builders import (
    NOW,
    make_indicator,
    make_measure,
    make_plan,
    make_project,
    make_report,
    make_request,
    make_round,
)
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db

LONG = "Ein langer Satz. " * 20
INSIDERS = (OFFICE, SENATOR_OFFICE, "lead")
OUTSIDERS = (OBSERVER, PARTNER)


@pytest.fixture
def ihk():
    return make_organisation("IHK")


def make_reader(role: str, lead):
    return make_user(PARTNER, organisation=lead) if role == "lead" else make_user(role)


def report_by_link(lead, **person):
    plan = make_plan()
    measure = make_measure(plan, lead=lead)
    # Who is asked on behalf of a lead may belong to another organisation, or to none.
    asked = make_request(make_round(plan), lead, person=make_person("Berg", **person))
    return make_report(measure, ReportState.ACCEPTED, reported_via=asked)


def authors(report, reader) -> list[str]:
    reports = StatusReport.objects.visible_to(reader).filter(measure=report.measure)
    report.refresh_from_db()
    entries = measure_history(report.measure, reports, reader)
    told = [entry.who for entry in entries if entry.what.startswith("Statusbericht")]
    return [*told, report_origin(report, reader).partition(", 0")[0]]


@pytest.mark.parametrize("role", INSIDERS)
def test_both_offices_and_the_lead_read_who_reported_by_link(ihk, role):
    report = report_by_link(ihk, function="Bereich Standort")

    who = "IHK (Berg, persönlicher Link)"
    told, origin = authors(report, make_reader(role, ihk))
    assert told == who
    assert origin.startswith(f"Berichtet von {who}")


@pytest.mark.parametrize("role", OUTSIDERS)
@pytest.mark.parametrize(
    ("function", "who"),
    [
        ("Bereich Standort", "IHK (Bereich Standort, persönlicher Link)"),
        ("", "IHK (persönlicher Link)"),
    ],
)
def test_others_read_the_function_of_who_reported_by_link(ihk, role, function, who):
    report = report_by_link(ihk, function=function)

    told, origin = authors(report, make_reader(role, ihk))
    assert told == who
    assert origin.startswith(f"Berichtet von {who}")


@pytest.mark.parametrize(
    ("role", "who"),
    [(role, "IHK (Berg)") for role in INSIDERS] + [(role, "IHK (Referat)") for role in OUTSIDERS],
)
def test_name_of_an_account_is_for_both_offices_and_colleagues(ihk, role, who):
    account = make_user(PARTNER, person=make_person("Berg", organisation=ihk, function="Referat"))
    report = make_report(make_measure(lead=ihk), ReportState.ACCEPTED, reported_by=account)

    told, origin = authors(report, make_reader(role, ihk))
    assert told == who
    assert origin.startswith(f"Berichtet von {who}")


@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_history_of_the_plan_names_people_to_others(ihk, role):
    # Somebody who worked in the office once, and whose account has no role any more.
    former = make_user(person=make_person("Berg", organisation=ihk))
    measure = make_measure()
    indicator = make_indicator(measure)
    for changed in (measure, measure.plan, indicator):
        save_as(changed, by=former, now=NOW, reason="Geändert: Titel")
    reader = make_user(role)

    entries = [
        *measure_history(measure, StatusReport.objects.none(), reader),
        *plan_history(measure.plan, reader),
        *indicator_history(indicator, reader),
    ]

    assert [entry.who for entry in entries if entry.what.startswith("Geändert")] == ["IHK"] * 4


@pytest.mark.parametrize("kind", ["measure", "project"])
def test_changed_description_stands_with_the_former_one(kind):
    office, values = make_user(OFFICE), {"title": "Neu", "description": LONG}
    if kind == "measure":
        changed = make_measure(title="Alt", description="Kurz")
        save_changes_as(changed, values, by=office, now=NOW)
        (entry, *_rest) = measure_history(changed, StatusReport.objects.none(), office)
    else:
        changed = make_project(title="Alt", description="Kurz")
        save_changes_as(changed, values, by=office, now=NOW)
        (entry, *_rest) = project_history(changed, office)

    assert entry.what == "Geändert: Titel, Beschreibung"
    assert entry.note == "Titel: Alt → Neu"
    assert entry.texts == (("Beschreibung", "Kurz", LONG),)
