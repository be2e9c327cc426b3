import datetime as dt

import pytest
from django.utils import timezone

from media_visits.enums import ANNOUNCE_RULE, VisitState
from media_visits.models import Visit
from media_visits.progress import visit_tasks
from media_visits.progress.lifecycle import next_step_of
from media_visits.queries import visits_awaiting_office
from reminders.models import ReminderRule
from tests.approvals.builders import NOW, TODAY
from tests.media_visits.builders import STARTS_AT, make_visit

pytestmark = pytest.mark.django_db
S = VisitState
DAY_OF_VISIT = dt.date(2026, 3, 23)
DAY_AFTER_FIVE_WORKING_DAYS = dt.date(2026, 3, 30)
DAY = dt.timedelta(days=1)
# On the day after the visit.
ACTIONS = {
    S.IDEA: "Nachträglich erfassen",
    S.RETURNED: "Nachträglich erfassen",
    S.POSTPONED: "Nachträglich erfassen",
    S.APPROVED: "Als durchgeführt vermerken",
    S.ANNOUNCED: "Als durchgeführt vermerken",
    S.HELD: "Ergebnis festhalten",
}


def tasks_on(day: dt.date) -> list:
    now = timezone.make_aware(dt.datetime.combine(day, dt.time(9)))
    pks = list(visits_awaiting_office(day).values_list("pk", flat=True))
    return list(visit_tasks(pks, now).values())


@pytest.mark.parametrize("state", S)
def test_start_page_lists_what_the_office_has_to_do(office, state):
    visit = make_visit(state, company_text="Turbinenbau AG", title="Rundgang")

    lines = tasks_on(DAY_OF_VISIT + DAY)

    expected = (
        [
            (
                "Geschäftsstelle",
                f"{ACTIONS[state]}: Besuch bei Turbinenbau AG (Rundgang)",
                visit.get_absolute_url(),
                DAY_AFTER_FIVE_WORKING_DAYS if state == S.HELD else DAY_OF_VISIT,
                "",
            )
        ]
        if state in ACTIONS
        else []
    )
    assert lines == expected


MONDAY, FRIDAY_BEFORE = DAY_OF_VISIT, dt.date(2026, 3, 20)


@pytest.mark.parametrize("state", [S.IDEA, S.RETURNED, S.POSTPONED])
@pytest.mark.parametrize(
    ("today", "due_on"),
    [
        (TODAY, FRIDAY_BEFORE),
        (FRIDAY_BEFORE, FRIDAY_BEFORE),
        (MONDAY - DAY, MONDAY - DAY),
        (MONDAY, MONDAY),
    ],
)
def test_visit_is_submitted_by_the_last_working_day_before_it(office, state, today, due_on):
    make_visit(state, starts_at=STARTS_AT, ends_at=None)

    [line] = tasks_on(today)

    assert line.due_on == due_on


@pytest.mark.parametrize(
    ("count", "due_on"),
    [(5, dt.date(2026, 3, 16)), (3, dt.date(2026, 3, 18)), (None, FRIDAY_BEFORE)],
)
def test_approved_visit_is_announced_so_many_working_days_before_it(office, count, due_on):
    visit = make_visit(S.APPROVED, starts_at=STARTS_AT, ends_at=None)
    ReminderRule.objects.create(key=ANNOUNCE_RULE, options={"announce_by": count})

    [line] = tasks_on(TODAY)

    assert line.due_on == due_on
    box = next_step_of(visit, office, approvals=[], now=NOW)
    assert box.due_on == due_on


@pytest.mark.parametrize(
    ("today", "due_on"),
    [(dt.date(2026, 3, 19), dt.date(2026, 3, 19)), (FRIDAY_BEFORE, dt.date(2026, 3, 19))],
)
def test_visit_approved_on_short_notice_is_announced_on_the_day_of_its_approval(
    office, today, due_on
):
    visit = make_visit(S.APPROVED, starts_at=STARTS_AT, ends_at=None)
    at = dt.datetime(2026, 3, 19, 9, tzinfo=dt.UTC)
    visit.history.update(history_date=at)

    [line] = tasks_on(today)

    assert line.due_on == due_on


def test_tasks_take_three_queries(office, django_assert_num_queries):
    for _number in range(3):
        make_visit(S.APPROVED, starts_at=STARTS_AT, ends_at=None)
    pks = list(Visit.objects.values_list("pk", flat=True))

    with django_assert_num_queries(3):
        visit_tasks(pks, NOW + 19 * DAY)


@pytest.mark.parametrize("state", [S.IDEA, S.RETURNED, S.POSTPONED])
def test_visits_without_a_date_wait_for_one(office, state):
    make_visit(state, company_text="Turbinenbau AG", title="Rundgang", starts_at=None, ends_at=None)

    [line] = tasks_on(TODAY)

    assert (line.what, line.due_on) == (
        "Termin eintragen: Besuch bei Turbinenbau AG (Rundgang)",
        None,
    )


@pytest.mark.parametrize(
    ("day", "count"), [(DAY_OF_VISIT - DAY, 0), (DAY_OF_VISIT, 0), (DAY_OF_VISIT + DAY, 1)]
)
def test_announced_visit_waits_from_the_day_after_it(office, day, count):
    make_visit(S.ANNOUNCED, starts_at=STARTS_AT)

    assert len(tasks_on(day)) == count
