"""What a report says of milestones and indicators counts once the report is accepted."""

import datetime as dt
import threading
import time
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.periods import parse_period
from core.roles import OFFICE, PARTNER
from measures.forms import ReportForm
from measures.models import ReportedForecast, StatusReport
from measures.queries import series_version
from measures.services import (
    Statement,
    accept_report,
    delete_indicator,
    delete_milestone,
    move_milestone,
    save_draft,
    submit_report,
)
from measures.services.values import ValueEntry, record_values
from tests.measures.builders import (
    NOW,
    make_indicator,
    make_measure,
    make_milestone,
    make_value,
    report_values,
)
from tests.partners.builders import make_user
from tests.racing import race
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return make_user(PARTNER)


@pytest.fixture
def measure(lead):
    return make_measure(lead_id=lead.organisation_id)


def moved(milestone, day: str, reason: str = "Vergabe", version: str = "") -> Statement:
    values = {"forecast_on": dt.date.fromisoformat(day), "forecast_reason": reason}
    return Statement(milestone, values, version)


def counted(indicator, period: str, value: str) -> Statement:
    starts_on, ends_on = parse_period(period)
    values = {"value": Decimal(value), "starts_on": starts_on, "ends_on": ends_on}
    return Statement(indicator, values, "")


def report(service, lead, measure, *statements) -> StatusReport:
    values = report_values() | {"as_of_on": dt.date(2026, 3, 1)}
    return service(measure=measure, values=values, statements=statements, by=lead, now=NOW)


def test_what_the_office_entered_meanwhile_stays_and_is_named(client, lead, measure):
    office = make_user(OFFICE)
    kept, changed = (make_milestone(measure, title) for title in ("Konzept", "Bau"))
    new, corrected, overlapped = (make_indicator(measure, title) for title in "ABC")
    make_value(corrected, "2025", "100")
    sent = report(
        submit_report,
        lead,
        measure,
        moved(kept, "2027-01-31"),
        moved(changed, "2027-01-31"),
        counted(new, "2025", "135.5"),
        counted(corrected, "2025", "90"),
        counted(overlapped, "2025", "7"),
    )
    move_milestone(
        milestone=changed, forecast_on=dt.date(2027, 6, 30), reason="Frost", by=office, now=NOW
    )
    for indicator, period, value in ((corrected, "2025", "110"), (overlapped, "2025-Q1", "2")):
        entry = ValueEntry(parse_period(period), Decimal(value))
        shown = series_version(indicator)
        record_values(indicator=indicator, entries=[entry], shown=shown, by=office, now=NOW)

    client.force_login(office)
    page = client.get(reverse("measures:report", args=[sent.pk])).content.decode()
    for sentence in (
        "Inzwischen ist der 30.06.2027 eingetragen.",
        "Inzwischen sind 110 Plätze eingetragen.",
        "Inzwischen gibt es einen Wert für 1. Quartal 2025 (2 Plätze).",
        "−10 Plätze",
    ):
        assert sentence in page
    accept_report(report=sent, by=office, now=NOW)

    kept.refresh_from_db()
    changed.refresh_from_db()
    assert (kept.forecast_on, changed.forecast_on) == (dt.date(2027, 1, 31), dt.date(2027, 6, 30))
    series = {
        str(found): [str(value) for value in found.series.all()]
        for found in (new, corrected, overlapped)
    }
    assert series == {
        "A": ["2025: 136 Plätze"],
        "B": ["2025: 110 Plätze"],
        "C": ["1. Quartal 2025: 2 Plätze"],
    }
    assert list(sent.reported_values.order_by("pk").values_list("is_adopted", flat=True)) == [
        True,
        False,
        False,
    ]
    page = client.get(reverse("measures:report", args=[sent.pk])).content.decode()
    assert (page.count(">übernommen<"), page.count(">nicht übernommen<")) == (2, 3)


def test_value_stands_beside_one_whose_period_is_named_and_which_acceptance_keeps(
    client, lead, measure
):
    office = make_user(OFFICE)
    new, known = (make_indicator(measure, title) for title in ("Neu", "Bekannt"))

    def enter(indicator, period, value, now):
        entry = ValueEntry(parse_period(period), Decimal(value))
        shown = series_version(indicator)
        record_values(indicator=indicator, entries=[entry], shown=shown, by=office, now=now)

    enter(new, "2024", "9", NOW - dt.timedelta(days=2))
    enter(known, "2024", "9", NOW - dt.timedelta(days=2))
    statements = (counted(new, "2025", "27"), counted(known, "2025", "27"))
    sent = report(submit_report, lead, measure, *statements)
    enter(known, "2025", "25", NOW + dt.timedelta(hours=1))
    client.force_login(office)

    def compared() -> list[list[str]]:
        (table,) = client.get(sent.get_absolute_url()).context["tables"]
        return [[text for _title, text in line.cells[:4]] for line in table.lines]

    expected = [
        ["2025", "9 Plätze (2024)", "27 Plätze", "+18 Plätze gegenüber 2024"],
        ["2025", "25 Plätze", "27 Plätze", "+2 Plätze"],
    ]
    assert compared() == expected
    accept_report(report=sent, by=office, now=NOW + dt.timedelta(hours=2))
    for indicator in (new, known):
        enter(indicator, "2024", "12", NOW + dt.timedelta(hours=3))
        enter(indicator, "2025", "26", NOW + dt.timedelta(hours=3))

    assert compared() == expected


def test_value_for_a_period_that_has_not_ended_says_so_until_it_is_accepted(client, lead, measure):
    indicator = make_indicator(measure, "Neu")
    sent = report(submit_report, lead, measure, counted(indicator, "2026", "3"))
    client.force_login(make_user(OFFICE))

    with time_machine.travel(NOW, tick=False):
        (table,) = client.get(sent.get_absolute_url()).context["tables"]

    assert table.lines[0].cells[0] == ("Zeitraum", "2026 (läuft noch)")


def test_report_needs_reasons_and_own_milestones_and_colleagues_do_not_overwrite(lead, measure):
    milestone, foreign = make_milestone(measure), make_milestone(make_measure())
    with nothing_changes(measure), pytest.raises(NotAllowed):
        report(save_draft, lead, measure, moved(foreign, "2027-01-31"))
    draft = report(save_draft, lead, measure, moved(milestone, "2027-01-31", reason=""))
    version = draft_version(draft)
    values = report_values() | {"as_of_on": dt.date(2026, 3, 1)}

    for service, statements, error in (
        (submit_report, [], Refused),
        (save_draft, [moved(milestone, "2027-02-28")], ChangedMeanwhile),
    ):
        with nothing_changes(draft, milestone), pytest.raises(error):
            service(
                measure=measure,
                values=values,
                version=version,
                statements=statements,
                by=lead,
                now=NOW,
            )

    assert ReportedForecast.objects.get().forecast_on == dt.date(2027, 1, 31)


def draft_version(draft: StatusReport) -> str:
    return version_of(draft, ReportForm._meta.fields)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["milestone", "indicator"])
def test_statement_on_what_is_being_deleted_is_refused_with_a_sentence(kind):
    office, lead = make_user(OFFICE), make_user(PARTNER)
    measure = make_measure(lead_id=lead.organisation_id)
    milestone, indicator = make_milestone(measure), make_indicator(measure)
    said = (
        moved(milestone, "2027-01-31") if kind == "milestone" else counted(indicator, "2025", "1")
    )
    is_deleted = threading.Event()

    def delete() -> None:
        with transaction.atomic():
            if kind == "milestone":
                delete_milestone(milestone=milestone, by=office, now=NOW)
            else:
                delete_indicator(indicator=indicator, by=office, now=NOW)
            is_deleted.set()
            # The statement arrives before the deletion is committed.
            time.sleep(0.5)

    def say() -> StatusReport:
        is_deleted.wait(30)
        return report(save_draft, lead, measure, said)

    deleted, refused = race(delete, say)

    assert deleted is None
    assert isinstance(refused, ChangedMeanwhile)
    assert "wurde inzwischen gelöscht." in str(refused)
    assert not StatusReport.objects.exists()
