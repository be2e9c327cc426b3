"""What waits for whom, alerts and upcoming dates."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from core.dates import format_date
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from media_visits.enums import VisitState
from overview.progress import alerts, next_events, plan_line
from tests.approvals.subjects import make_topic_approval
from tests.measures.builders import make_plan, make_round
from tests.media_visits.builders import make_visit
from tests.outbox.builders import make_mail
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def today() -> dt.date:
    return timezone.localdate()


@pytest.mark.parametrize("count", [1, 3])
def test_next_events_need_two_queries_for_any_number(count, today, django_assert_num_queries):
    for _ in range(count):
        make_visit(
            VisitState.APPROVED, starts_at=timezone.now() + dt.timedelta(days=9), ends_at=None
        )
    office = make_user(OFFICE)
    assert office.roles

    with django_assert_num_queries(2):
        assert len(next_events(office, today)) == count


def test_plan_line_names_the_round_of_the_plan():
    plan = make_plan("MPI 2030")
    other = make_round(make_plan("MPI 2020"))
    running = make_round(plan, due_on=dt.date(2026, 3, 27))

    assert plan_line(None, [running]) == ""
    assert plan_line(plan, [other]) == str(plan)
    assert plan_line(plan, [other, running]) == (f"{plan} · {running.title} läuft bis 27.03.2026")


def make_failed_and_late_mails(now: dt.datetime) -> None:
    """Make two failed mails, a settled one, and two due mails, one of them late."""
    make_mail(state="failed")
    make_mail(state="expired")
    make_mail(state="failed", settled_at=now)
    make_mail(due_at=now - dt.timedelta(minutes=20), expires_at=now + dt.timedelta(days=1))
    make_mail(due_at=now - dt.timedelta(minutes=10), expires_at=now + dt.timedelta(days=1))


def test_office_is_alerted_of_failed_and_late_mail():
    now = timezone.now()
    make_failed_and_late_mails(now)

    (alert,) = alerts(make_user(OFFICE), now)

    (failed, failed_url), (late, late_url) = alert.lines
    assert alert.title == "Postausgang"
    assert failed == "2 E-Mails gingen nicht hinaus."
    assert late.startswith("1 E-Mail ist verspätet, fällig seit ")
    assert (failed_url, late_url) == ("/postausgang/?state=unsolved", "/postausgang/?state=late")


def test_alert_counts_what_its_list_shows(client):
    make_failed_and_late_mails(timezone.now())
    client.force_login(make_user(OFFICE))

    counts = [
        client.get(f"/postausgang/?state={state}").context["count"]
        for state in ("unsolved", "late")
    ]

    assert counts == [2, 1]


def test_office_is_alerted_of_overdue_decisions(today):
    late = [make_topic_approval(due_on=today - dt.timedelta(days=days)) for days in (9, 1)]
    make_topic_approval(due_on=today)

    (alert,) = alerts(make_user(OFFICE), timezone.now())

    text = "Thema „Fachkräfte sichern“: Die Entscheidung war bis zum {} erbeten."
    # Where the office can withdraw what it submitted.
    assert (alert.title, alert.lines) == (
        "Freigaben",
        [(text.format(format_date(approval.due_on)), approval.path) for approval in late],
    )


def test_many_overdue_decisions_are_counted_and_stand_on_the_desk(today):
    for days in range(1, 8):
        make_topic_approval(due_on=today - dt.timedelta(days=days))

    (alert,) = alerts(make_user(OFFICE), timezone.now())

    assert len(alert.lines) == 6
    assert alert.lines[-1] == (
        "2 weitere Entscheidungen sind überfällig.",
        reverse("approvals_desk"),
    )


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_others_are_not_alerted(role, today):
    make_failed_and_late_mails(timezone.now())
    make_topic_approval(due_on=today - dt.timedelta(days=9))

    assert alerts(make_user(role), timezone.now()) == []


@pytest.mark.parametrize("count", [0, 1, 3])
def test_alerts_need_two_queries_for_any_number(today, count, django_assert_num_queries):
    for _ in range(count):
        make_topic_approval(due_on=today - dt.timedelta(days=9))
        make_mail(state="failed")
    office = make_user(OFFICE)
    assert office.roles

    with django_assert_num_queries(2):
        assert len(alerts(office, timezone.now())) == 2 * bool(count)
