import pytest
from django.db import IntegrityError, transaction

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from core.models import Origin
from tests.approvals.builders import NOW, make_approval, make_subject

pytestmark = pytest.mark.django_db


def violates(name: str, approval: ApprovalRequest, **fields):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        ApprovalRequest.objects.filter(pk=approval.pk).update(**fields)
    assert name in str(error.value) or "UNIQUE constraint failed" in str(error.value)


@pytest.mark.parametrize("state", ["approved", "conditional", "returned", "refused"])
def test_decision_has_maker_and_moment(state):
    approval = make_approval()

    violates("approval_decision_has_maker", approval, state=state, comment="Grund")
    violates(
        "approval_decision_has_maker",
        approval,
        state=state,
        comment="Grund",
        decided_by=approval.submitted_by,
    )


@pytest.mark.parametrize("state", [ApprovalState.RETURNED, ApprovalState.REFUSED])
def test_return_and_refusal_have_a_reason(state):
    violates("approval_refusal_has_reason", make_approval(state), comment="")


def test_withdrawal_has_a_maker_and_belongs_to_a_withdrawn_request():
    approval, other = (
        make_approval(ApprovalState.WITHDRAWN),
        make_approval(subject=make_subject(pk=2)),
    )

    violates("approval_withdrawal_has_maker", approval, withdrawn_by=None)
    violates("approval_withdrawal_has_maker", approval, withdrawn_at=None)
    violates(
        "approval_withdrawal_has_maker", other, withdrawn_at=NOW, withdrawn_by=other.submitted_by
    )


def test_one_request_is_open_about_a_subject():
    make_approval()
    second = make_approval(subject=make_subject(pk=2))

    violates("approval_open_once_per_subject", second, subject_id=1)


def test_settled_requests_may_pile_up():
    make_approval(ApprovalState.RETURNED)
    make_approval(ApprovalState.RETURNED)
    make_approval()

    assert ApprovalRequest.objects.count() == 3


def test_request_knows_demo_rows():
    assert make_approval(origin=Origin.DEMO).is_demo
    assert str(make_approval(subject=make_subject(pk=2))) == "Fachkräfte sichern"
