"""How long decisions take, by kind and never by person."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from approvals.enums import ApprovalKind, ApprovalState
from approvals.progress import DecisionDurations, decision_durations, format_duration
from core.models import Origin
from core.roles import OFFICE, SENATOR_OFFICE
from partners.models import User
from tests.approvals.builders import BERLIN, make_approval, make_deputy, make_subject
from tests.partners.builders import make_user

D = dt.date


def at(day: dt.date, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), BERLIN)


NOW = at(D(2026, 4, 20))


def make_decided(
    kind, submitted: dt.date, decided: dt.date, state=ApprovalState.APPROVED, **fields
):
    subject = make_subject(kind, pk=fields.pop("pk", 1))
    moment = {"submitted_at": at(submitted), "decided_at": at(decided, 16)}
    return make_approval(
        state, subject=subject, now=at(submitted), due_on=D(2027, 12, 1), **moment | fields
    )


def by_label(user, now=NOW) -> dict[str, tuple]:
    return {durations.label: durations[1:] for durations in decision_durations(user, now)}


@pytest.mark.django_db
def test_median_and_longest_duration_are_counted_by_kind():
    office = make_user(OFFICE)
    for number, decided in enumerate([D(2026, 3, 3), D(2026, 3, 6), D(2026, 3, 20)]):
        make_decided(ApprovalKind.TOPIC, D(2026, 3, 2), decided, pk=number + 1)
    # Easter lies in between.
    make_decided(ApprovalKind.VISIT, D(2026, 4, 1), D(2026, 4, 8), ApprovalState.REFUSED)
    make_decided(ApprovalKind.VISIT, D(2026, 4, 1), D(2026, 4, 1), ApprovalState.RETURNED, pk=2)

    assert by_label(office) == {
        "Reihe": (0, None, None, 0),
        "Thema": (3, 4, 14, 0),
        "Termine": (0, None, None, 0),
        "Besuch": (2, 1.5, 3, 0),
    }


@pytest.mark.django_db
def test_8_march_and_the_weekend_do_not_count():
    office = make_user(OFFICE)
    # Friday to Tuesday; the Monday is a holiday.
    make_decided(ApprovalKind.SERIES, D(2027, 3, 5), D(2027, 3, 9))

    assert by_label(office, at(D(2027, 4, 1)))["Reihe"] == (1, 1, 1, 0)


@pytest.mark.django_db
def test_open_approvals_past_their_deadline_are_overdue():
    office = make_user(OFFICE)
    for number, due_on in enumerate(
        [D(2026, 4, 17), D(2026, 4, 19), D(2026, 4, 20), D(2026, 4, 21)]
    ):
        make_approval(subject=make_subject(ApprovalKind.DATES, pk=number + 1), due_on=due_on)
    make_approval(
        ApprovalState.WITHDRAWN,
        subject=make_subject(ApprovalKind.DATES, pk=9),
        due_on=D(2026, 4, 17),
    )

    assert by_label(office)["Termine"] == (0, None, None, 2)


@pytest.mark.django_db
def test_lapsed_approvals_count_only_when_decided():
    office = make_user(OFFICE)
    make_decided(ApprovalKind.TOPIC, D(2026, 3, 2), D(2026, 3, 3), ApprovalState.LAPSED)
    make_decided(
        ApprovalKind.TOPIC,
        D(2026, 3, 2),
        D(2026, 3, 3),
        ApprovalState.LAPSED,
        pk=2,
        decided_at=None,
    )

    assert by_label(office)["Thema"] == (1, 1, 1, 0)


@pytest.mark.django_db
def test_old_decisions_and_former_records_do_not_count():
    office = make_user(OFFICE)
    make_decided(ApprovalKind.TOPIC, D(2025, 3, 3), D(2025, 4, 16))
    make_decided(ApprovalKind.TOPIC, D(2026, 3, 2), D(2026, 3, 3), pk=2, origin=Origin.TAKEN_OVER)

    assert by_label(office)["Thema"] == (0, None, None, 0)


@pytest.mark.django_db
def test_only_the_latest_decisions_are_read(monkeypatch):
    monkeypatch.setattr("approvals.progress.views.MAX_DECISIONS_READ", 2)
    office = make_user(OFFICE)
    for number, decided in enumerate([D(2026, 3, 3), D(2026, 3, 4), D(2026, 3, 5)]):
        make_decided(ApprovalKind.TOPIC, D(2026, 3, 2), decided, pk=number + 1)

    assert by_label(office)["Thema"] == (2, 2.5, 3, 0)


@pytest.mark.django_db
def test_deputy_for_some_kinds_sees_only_their_durations():
    senator = make_user(SENATOR_OFFICE)
    today = timezone.localdate()
    deputy = make_deputy(senator, starts_on=today, ends_on=today, kinds=[ApprovalKind.VISIT])
    for kind in (ApprovalKind.TOPIC, ApprovalKind.VISIT):
        make_decided(kind, D(2026, 3, 2), D(2026, 3, 3))

    assert [durations.decided for durations in decision_durations(senator, NOW)] == [0, 1, 0, 1]
    assert by_label(deputy) == {"Besuch": (1, 1, 1, 0)}
    deputy.groups.add(Group.objects.get(name=OFFICE))
    assert len(decision_durations(User.objects.get(pk=deputy.pk), NOW)) == 4


def test_durations_name_no_person():
    assert DecisionDurations._fields == ("label", "decided", "median", "longest", "overdue")


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 30])
def test_durations_need_two_queries_for_any_number(count, django_assert_num_queries):
    office = make_user(OFFICE)
    assert office.roles
    for number in range(count):
        make_decided(ApprovalKind.TOPIC, D(2026, 3, 2), D(2026, 3, 3), pk=number + 1)

    with django_assert_num_queries(2):
        decision_durations(office, NOW)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (None, "–"),
        (0, "am selben Tag"),
        (0.5, "0,5 Arbeitstage"),
        (1, "1 Arbeitstag"),
        (1.0, "1 Arbeitstag"),
        (2.5, "2,5 Arbeitstage"),
        (14, "14 Arbeitstage"),
        (1200, "1200 Arbeitstage"),
    ],
)
def test_duration_is_formatted_in_german(days, words):
    assert format_duration(days) == words
