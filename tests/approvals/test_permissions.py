import pytest
import time_machine

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest
from approvals.permissions import (
    can_decide,
    can_decide_kind,
    can_see_approvals,
    is_deputy_for,
    refusal_reason,
)
from approvals.queries import count_decidable, decided_approvals, open_approvals
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from partners.models import User
from tests.approvals.builders import NOW, TODAY, make_approval, make_deputy, make_subject
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def monday():
    with time_machine.travel(NOW):
        yield


def fresh(user) -> User:
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("kind", ApprovalKind)
@pytest.mark.parametrize(
    ("role", "decides", "sees"),
    [
        (OFFICE, False, True),
        (SENATOR_OFFICE, True, True),
        (PARTNER, False, False),
        (OBSERVER, False, False),
        (None, False, False),
    ],
)
def test_rights_follow_role_and_kind(kind, role, decides, sees):
    user = make_user(role) if role else make_user()

    assert (can_decide_kind(user, kind), can_see_approvals(user, kind)) == (decides, sees)
    assert is_deputy_for(user, kind) is False


@pytest.mark.usefixtures("monday")
@pytest.mark.parametrize("kind", ApprovalKind)
def test_deputy_for_topics_has_no_rights_elsewhere(kind):
    deputy = make_deputy(make_user(SENATOR_OFFICE), kinds=[ApprovalKind.TOPIC])
    is_topic = kind == ApprovalKind.TOPIC

    assert (
        can_decide_kind(deputy, kind),
        can_see_approvals(deputy, kind),
        is_deputy_for(deputy, kind),
    ) == (is_topic,) * 3


@pytest.mark.usefixtures("monday")
def test_deputy_for_some_kinds_sees_only_their_approvals():
    deputy = make_deputy(make_user(SENATOR_OFFICE), kinds=[ApprovalKind.TOPIC, ApprovalKind.DATES])
    approvals = {kind: make_approval(subject=make_subject(kind)) for kind in ApprovalKind}
    settled = make_approval("withdrawn", subject=make_subject(ApprovalKind.TOPIC, pk=9))
    make_approval("withdrawn", subject=make_subject(ApprovalKind.VISIT, pk=9))

    assert set(open_approvals(deputy)) == {
        approvals[ApprovalKind.TOPIC],
        approvals[ApprovalKind.DATES],
    }
    assert list(decided_approvals(deputy)) == [settled]
    assert count_decidable(deputy) == 2


@pytest.mark.usefixtures("monday")
def test_office_sees_all_kinds_even_as_a_limited_deputy():
    office = make_deputy(
        make_user(SENATOR_OFFICE), kinds=[ApprovalKind.TOPIC], deputy=make_user(OFFICE)
    )
    make_approval(subject=make_subject(ApprovalKind.VISIT), by=make_user(OFFICE))

    assert ApprovalRequest.objects.visible_to(office).count() == 1
    assert can_decide_kind(office, ApprovalKind.VISIT) is False


def test_users_cannot_decide_their_own_submissions():
    both = make_user(OFFICE, SENATOR_OFFICE)
    own, other = (
        make_approval(by=both),
        make_approval(by=make_user(OFFICE), subject=make_subject(pk=2)),
    )

    assert (can_decide(both, own), can_decide(both, other)) == (False, True)


def test_refusal_reason_names_who_decides(settings):
    approval = make_approval()
    settings.HEAD_TITLE_GENITIVE = "der Senatorin"

    assert (
        refusal_reason(make_user(PARTNER), TODAY, approval)
        == "Über Freigaben entscheidet das Büro der Senatorin."
    )
    assert (
        refusal_reason(make_user(PARTNER), TODAY)
        == "Über Freigaben entscheidet das Büro der Senatorin."
    )


@pytest.mark.parametrize("count", [1, 3])
def test_visible_approvals_of_a_deputy_need_one_query(monday, count, django_assert_num_queries):
    deputy = fresh(make_deputy(make_user(SENATOR_OFFICE), kinds=[ApprovalKind.TOPIC]))
    for number in range(count):
        make_approval(subject=make_subject(pk=number + 1))
    assert SENATOR_OFFICE in deputy.roles

    with django_assert_num_queries(1):
        assert len(open_approvals(deputy)) == count
