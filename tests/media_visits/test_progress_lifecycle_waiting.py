import datetime as dt

import pytest

from media_visits.enums import VisitState
from media_visits.progress import waiting_for_office
from media_visits.queries import unfinished_visits
from tests.approvals.builders import TODAY
from tests.media_visits.builders import STARTS_AT, make_visit

pytestmark = pytest.mark.django_db
S = VisitState
DAY_OF_VISIT = dt.date(2026, 3, 23)
DAY = dt.timedelta(days=1)
ACTIONS = {
    S.IDEA: "Zur Freigabe vorlegen",
    S.RETURNED: "Erneut vorlegen",
    S.POSTPONED: "Erneut vorlegen",
    S.APPROVED: "Ankündigen",
    S.ANNOUNCED: "Als durchgeführt vermerken",
    S.HELD: "Ergebnis festhalten",
}


@pytest.mark.parametrize("state", S)
def test_start_page_lists_what_the_office_has_to_do(office, state):
    visit = make_visit(state, company_text="Turbinenbau AG", title="Rundgang")

    lines = waiting_for_office(unfinished_visits(office), DAY_OF_VISIT + DAY)

    expected = (
        [
            (
                "Geschäftsstelle",
                f"{ACTIONS[state]}: Besuch bei Turbinenbau AG (Rundgang)",
                visit.get_absolute_url(),
                DAY_OF_VISIT,
            )
        ]
        if state in ACTIONS
        else []
    )
    assert lines == expected


@pytest.mark.parametrize("state", [S.IDEA, S.RETURNED, S.POSTPONED])
def test_visits_without_a_date_wait_for_one(office, state):
    make_visit(state, company_text="Turbinenbau AG", title="Rundgang", starts_at=None, ends_at=None)

    [line] = waiting_for_office(unfinished_visits(office), TODAY)

    assert (line.what, line.due_on) == (
        "Termin eintragen: Besuch bei Turbinenbau AG (Rundgang)",
        None,
    )


@pytest.mark.parametrize(
    ("day", "count"), [(DAY_OF_VISIT - DAY, 0), (DAY_OF_VISIT, 0), (DAY_OF_VISIT + DAY, 1)]
)
def test_announced_visit_waits_from_the_day_after_it(office, day, count):
    make_visit(S.ANNOUNCED, starts_at=STARTS_AT)

    assert len(waiting_for_office(unfinished_visits(office), day)) == count
