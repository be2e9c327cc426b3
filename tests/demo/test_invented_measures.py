"""The invented progress, loaded on ordinary and odd days: a Sunday, New Year, 29 February."""

import datetime as dt

import pytest
from django.db.models import F
from django.utils import timezone

from core.dates import latest_working_day
from core.models import Origin
from core.roles import OFFICE
from demo.accounts import load_accounts
from demo.invented.measures import load_invented_measures
from demo.loading import read_records
from demo.measures import load_measures, load_plans
from demo.organisations import load_organisations
from demo.scenario import Scenario
from measures.enums import ReportState, RoundState
from measures.models import (
    Measure,
    Milestone,
    Plan,
    ReportingRound,
    RoundIndicator,
    StatusReport,
)
from measures.progress import difference_groups
from measures.queries import (
    forecast_conflict,
    measures_awaiting_report,
    progress_figures,
    reports_due_for,
    reports_to_check,
    snapshot_of_round,
    value_conflict,
)
from measures.reminders import reminders_due
from reminders.queries import current_schedules
from tests.keeping import kept_for_a_while
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with kept_for_a_while(django_db_blocker):
        load_organisations(read_records("organisations"), now=timezone.now())
        load_plans(read_records("plans"), now=timezone.now())
        load_measures(read_records("measures"), now=timezone.now())
        yield


@pytest.fixture(
    scope="module", params=["2026-03-18", "2026-11-22", "2027-01-01", "2028-02-29", "2026-12-31"]
)
def today(request, loaded, django_db_blocker):
    """The day of loading and the accounts by name."""
    day = dt.date.fromisoformat(request.param)
    now = timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
    with kept_for_a_while(django_db_blocker):
        users = load_accounts(today=day, now=now)
        load_invented_measures(Scenario(users, day, now))
        yield day, users


def test_real_measures_stay_taken_over_and_their_invented_status_is_marked(today):
    real = Measure.objects.filter(origin=Origin.TAKEN_OVER)

    assert real.count() == 31
    assert real.filter(status_origin=Origin.DEMO).count() == 11
    assert not real.exclude(phase="").exclude(status_origin=Origin.DEMO).exists()
    assert not StatusReport.objects.exclude(origin=Origin.DEMO).exists()
    assert not Milestone.objects.exclude(origin=Origin.DEMO).exists()


def test_every_phase_but_not_started_and_every_light_occurs(today):
    (day, _users), plan = today, Plan.objects.get(short_title="MPI 2018–2021")
    figures = progress_figures(make_user(OFFICE), plan, day)

    assert figures.whole.total == 16
    assert figures.whole.phases == {
        "running": 8,
        "preparing": 5,
        "completed": 1,
        "discontinued": 1,
        "": 1,
    }
    assert set(figures.whole.traffic_lights) == {"green", "yellow", "red", ""}
    assert 0 < figures.whole.milestones_done < figures.whole.milestones_total


def test_two_rounds_are_closed_and_one_is_open(today):
    day, _users = today

    assert list(ReportingRound.objects.order_by("cut_off_on").values_list("state", flat=True)) == [
        RoundState.CLOSED,
        RoundState.CLOSED,
        RoundState.OPEN,
    ]
    earlier, closed, _running = ReportingRound.objects.order_by("cut_off_on")
    # Both keep the whole plan; the earlier one lacks reports.
    assert [kept.entries.count() > 10 for kept in (earlier, closed)] == [True, True]
    assert earlier.entries.filter(report=None).count() > closed.entries.filter(report=None).count()
    running = ReportingRound.objects.get(state=RoundState.OPEN)
    assert running.cut_off_on <= day < running.due_on
    assert {measure.lead.label for measure in measures_awaiting_report(running)} == {
        "VDMA Ost",
        "IHK Berlin",
    }


def test_both_partners_owe_reports_and_the_office_has_one_to_check(today):
    _day, users = today

    assert [
        (due.measure.title, due.report and due.report.state)
        for due in reports_due_for(users["vdma-ost"])
    ] == [
        ("Offene Ausbildungswerkstätten im Maschinenbau", ReportState.RETURNED),
        ("Retrofit-Werkstatt: ältere Maschinen digital nachrüsten", None),
    ]
    assert [due.measure.title for due in reports_due_for(users["ihk"])] == [
        "Lotsendienst für Genehmigungen"
    ]
    assert [report.measure.title for report in reports_to_check()] == [
        "Börse für freie Produktionsflächen"
    ]


def test_reminders_name_only_invented_measures(today):
    day, _users = today
    running = ReportingRound.objects.get(state=RoundState.OPEN)
    opened_at = timezone.make_aware(dt.datetime.combine(day, dt.time(7)))
    # The history would otherwise carry the time of the test run.
    ReportingRound.history.filter(id=running.pk).update(history_date=opened_at)
    demo = set(Measure.objects.filter(origin=Origin.DEMO).values_list("title", flat=True))

    last = latest_working_day(running.due_on)
    reminders = [reminder for _day, reminder in reminders_due([last], current_schedules())]

    # One for each person who owes reports, and one by personal link for the contact of the IHK.
    by_link = [reminder for reminder in reminders if reminder.has_personal_link]
    own = [reminder for reminder in reminders if not reminder.has_personal_link]
    assert (len(own), len(by_link)) == (2, 1)
    assert {reminder.line.split("**")[1] for reminder in own} <= demo


def test_nothing_is_dated_after_the_day_of_loading(today):
    day, _users = today
    now = timezone.make_aware(dt.datetime.combine(day, dt.time(12)))

    assert not StatusReport.objects.filter(reported_at__gt=now).exists()
    assert not StatusReport.objects.filter(decided_at__gt=now).exists()
    assert not Milestone.objects.filter(done_on__gt=day).exists()


def test_some_milestones_are_overdue_and_some_come_later_than_agreed(today):
    day, _users = today
    plan = Plan.objects.get(short_title="MPI 2018–2021")

    assert progress_figures(make_user(OFFICE), plan, day).whole.milestones_overdue == 2
    late = Milestone.objects.filter(forecast_on__gt=F("baseline_on")).exclude(forecast_reason="")
    assert set(late.values_list("title", flat=True)) == {
        "Erster Ankauf",
        "Leitfaden erscheint",
        "Planung beauftragt",
        "Probebetrieb",
        "Rechtsform geklärt",
    }


def test_reports_say_something_of_milestones_and_indicators_and_one_value_conflicts(today):
    day, _users = today
    submitted, returned = (
        StatusReport.objects.get(state=state)
        for state in (ReportState.SUBMITTED, ReportState.RETURNED)
    )
    accepted = StatusReport.objects.get(forecasts__is_adopted=True)

    for report in (submitted, returned, accepted):
        assert (report.forecasts.count(), report.reported_values.count()) == (1, 1)
    assert accepted.reported_values.get().is_adopted
    reported = submitted.reported_values.get()
    series = list(reported.indicator.series.all())
    assert value_conflict(reported, series) == "Inzwischen sind 25 Flächen eingetragen."
    assert forecast_conflict(submitted.forecasts.get()) == ""


def test_closed_rounds_keep_indicators_of_their_time(today):
    earlier, later = ReportingRound.objects.filter(state=RoundState.CLOSED).order_by("cut_off_on")

    kept = [
        RoundIndicator.objects.filter(entry__round=found, value__isnull=False).count()
        for found in (earlier, later)
    ]

    assert kept[0] == 6
    assert kept[1] >= 8
    groups = difference_groups(
        *(snapshot_of_round(found, make_user(OFFICE)) for found in (earlier, later))
    )
    kinds = {group.kind.value for group in groups}
    assert "financing" in kinds
    # In spring, no period ended between the rounds, and a running one does not count yet.
    assert ("indicators" in kinds) == (today[0].month not in (2, 3))
