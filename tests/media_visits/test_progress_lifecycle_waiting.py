import datetime as dt

import pytest
from django.utils import timezone

from media_visits.enums import VisitState
from media_visits.progress import visit_tasks
from media_visits.queries import visits_awaiting_office
from tests.approvals.builders import TODAY
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
