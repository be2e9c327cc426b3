import pytest
from django.db import IntegrityError, transaction

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from core.models import Origin
from tests.approvals.builders import NOW, make_request, make_subject

pytestmark = pytest.mark.django_db


def violates(name: str, request: ApprovalRequest, **fields):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        ApprovalRequest.objects.filter(pk=request.pk).update(**fields)
    assert name in str(error.value) or "UNIQUE constraint failed" in str(error.value)


@pytest.mark.parametrize("state", ["approved", "conditional", "returned", "refused"])
def test_decision_has_maker_and_moment(state):
    request = make_request()

    violates("approval_decision_has_maker", request, state=state, comment="Grund")
    violates(
        "approval_decision_has_maker",
        request,
        state=state,
        comment="Grund",
        decided_by=request.submitted_by,
    )


@pytest.mark.parametrize("state", [ApprovalState.RETURNED, ApprovalState.REFUSED])
def test_return_and_refusal_have_a_reason(state):
    violates("approval_refusal_has_reason", make_request(state), comment="")


def test_withdrawal_has_a_maker_and_belongs_to_a_withdrawn_request():
    request, other = make_request(ApprovalState.WITHDRAWN), make_request(subject=make_subject(pk=2))

    violates("approval_withdrawal_has_maker", request, withdrawn_by=None)
    violates("approval_withdrawal_has_maker", request, withdrawn_at=None)
    violates(
        "approval_withdrawal_has_maker", other, withdrawn_at=NOW, withdrawn_by=other.submitted_by
    )


def test_one_request_is_open_about_a_subject():
    make_request()
    second = make_request(subject=make_subject(pk=2))

    violates("approval_open_once_per_subject", second, subject_id=1)


def test_settled_requests_may_pile_up():
    make_request(ApprovalState.RETURNED)
    make_request(ApprovalState.RETURNED)
    make_request()

    assert ApprovalRequest.objects.count() == 3


def test_request_knows_demo_rows():
    assert make_request(origin=Origin.DEMO).is_demo
    assert str(make_request(subject=make_subject(pk=2))) == "Fachkräfte sichern"
