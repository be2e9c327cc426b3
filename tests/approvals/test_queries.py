import datetime as dt

import pytest

from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from approvals.queries import (
    approval_history,
    count_decidable,
    decided_approvals,
    open_approvals,
)
from core.progress import HistoryEntry
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from tests.approvals.builders import DUE_ON, NOW, make_approval, make_subject
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "sees"),
    [(OFFICE, True), (SENATOR_OFFICE, True), (PARTNER, False), (OBSERVER, False), (None, False)],
)
def test_only_office_and_senators_office_see_approvals(role, sees):
    user = make_user(role) if role else make_user()
    approval = make_approval()

    assert list(ApprovalRequest.objects.visible_to(user)) == ([approval] if sees else [])
    assert list(open_approvals(user)) == ([approval] if sees else [])
    assert count_decidable(user) == int(role == SENATOR_OFFICE)


def test_open_approvals_start_with_the_earliest_deadline():
    user = make_user(OFFICE)
    late = make_approval(subject=make_subject(pk=1), due_on=DUE_ON + dt.timedelta(1))
    first = make_approval(subject=make_subject(pk=2))
    second = make_approval(subject=make_subject(pk=3))
    make_approval(ApprovalState.APPROVED, subject=make_subject(pk=4))

    assert list(open_approvals(user)) == [first, second, late]


@pytest.mark.parametrize("count", [1, 3])
def test_each_list_needs_one_query(count, django_assert_num_queries):
    user = make_user(SENATOR_OFFICE)
    assert SENATOR_OFFICE in user.roles
    for number in range(count):
        make_approval(subject=make_subject(pk=10 + number))
        make_approval(ApprovalState.APPROVED, subject=make_subject(pk=20 + number))

    with django_assert_num_queries(1):
        assert [str(approval.submitted_by) for approval in open_approvals(user)] != []
    with django_assert_num_queries(1):
        assert [str(approval.decided_by) for approval in decided_approvals(user)] != []


def test_decided_approvals_start_with_the_latest():
    user = make_user(OFFICE)
    older = make_approval(ApprovalState.REFUSED, subject=make_subject(pk=1))
    newer = make_approval(
        ApprovalState.APPROVED, subject=make_subject(pk=2), decided_at=NOW + dt.timedelta(hours=1)
    )
    make_approval(subject=make_subject(pk=3))

    assert list(decided_approvals(user)) == [newer, older]


def test_history_names_submission_decision_and_deputy():
    office, deputy = (
        make_user(OFFICE, email="gs@example.org"),
        make_user(email="vertretung@example.org"),
    )
    make_approval(ApprovalState.RETURNED, by=office, decided_by=deputy, by_deputy=True)

    assert approval_history(ApprovalKind.TOPIC, 1) == [
        HistoryEntry(NOW, "Konto gs", "Freigabe beantragt", "Freigabe des Themas"),
        HistoryEntry(
            NOW, "Konto vertretung, in Vertretung", "Freigabe: zurückgegeben", "Begründung"
        ),
    ]


def test_history_keeps_the_decision_of_a_lapsed_approval():
    decided_by = make_user(SENATOR_OFFICE, email="senatorin@example.org")
    make_approval(ApprovalState.LAPSED, decided_by=decided_by, comment="")

    [_submission, decision] = approval_history(ApprovalKind.TOPIC, 1)

    assert (decision.who, decision.what) == (
        "Konto senatorin",
        "Freigabe: freigegeben, später erloschen",
    )
