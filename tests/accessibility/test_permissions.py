import pytest

from accessibility.models import BarrierReport
from accessibility.permissions import can_answer, open_actions
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from tests.accessibility.builders import RECEIVED_AT, make_answered, make_barrier
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "may"), [(OFFICE, True), (SENATOR_OFFICE, False), (PARTNER, False), (OBSERVER, False)]
)
def test_only_the_office_answers(role, may):
    user = make_user(role)

    assert can_answer(user) is may
    assert open_actions(user, make_barrier()) == (["answer"] if may else [])


def test_nothing_is_left_to_do_once_the_words_are_removed(office):
    report = make_answered(office, RECEIVED_AT)
    assert open_actions(office, report) == ["reopen"]

    BarrierReport.objects.update(message="", email="", answer="")
    report.refresh_from_db()

    assert open_actions(office, report) == []
