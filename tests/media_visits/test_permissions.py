import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from media_visits.enums import VisitState
from media_visits.models import Visit
from media_visits.permissions import can_see_internals, open_actions
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
S = VisitState


@pytest.mark.parametrize(
    ("state", "role", "expected"),
    [
        (S.IDEA, OFFICE, ["submit", "record", "cancel"]),
        (S.SUBMITTED, OFFICE, ["withdraw", "cancel"]),
        (S.SUBMITTED, SENATOR_OFFICE, ["approve", "condition", "return", "refuse"]),
        (S.APPROVED, OFFICE, ["announce", "hold", "postpone", "cancel"]),
        (S.APPROVED, SENATOR_OFFICE, []),
        (S.ANNOUNCED, OFFICE, ["hold", "postpone", "cancel"]),
        (S.HELD, OFFICE, ["reopen", "reopen_unannounced", "unrecord", "document"]),
        (S.DOCUMENTED, OFFICE, ["correct"]),
        (S.CANCELLED, OFFICE, ["resume"]),
        (S.IDEA, PARTNER, []),
    ],
)
def test_open_actions_follow_state_and_role(state, role, expected):
    assert open_actions(make_user(role), Visit(state=state)) == expected


@pytest.mark.parametrize(
    ("role", "expected"),
    [(OFFICE, True), (SENATOR_OFFICE, True), (PARTNER, False), (OBSERVER, False)],
)
def test_internals_are_for_the_office_and_the_senators_office(role, expected):
    assert can_see_internals(make_user(role)) is expected
