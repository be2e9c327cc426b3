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
def test_decision_without_decider_or_time_is_rejected(state):
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
def test_return_and_refusal_without_a_reason_are_rejected(state):
    violates("approval_refusal_has_reason", make_approval(state), comment="")


def test_withdrawal_needs_user_time_and_state():
    approval, other = (
        make_approval(ApprovalState.WITHDRAWN),
        make_approval(subject=make_subject(pk=2)),
    )

    violates("approval_withdrawal_has_maker", approval, withdrawn_by=None)
    violates("approval_withdrawal_has_maker", approval, withdrawn_at=None)
    violates(
        "approval_withdrawal_has_maker", other, withdrawn_at=NOW, withdrawn_by=other.submitted_by
    )


def test_second_open_approval_of_a_subject_is_rejected():
    make_approval()
    second = make_approval(subject=make_subject(pk=2))

    violates("approval_open_once_per_subject", second, subject_id=1)


def test_subject_may_have_several_closed_approvals():
    make_approval(ApprovalState.RETURNED)
    make_approval(ApprovalState.RETURNED)
    make_approval()

    assert ApprovalRequest.objects.count() == 3


def test_demo_approvals_are_recognised():
    assert make_approval(origin=Origin.DEMO).is_demo
    assert str(make_approval(subject=make_subject(pk=2))) == "Fachkräfte sichern"


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ("", [["Thema", "Wärme"], ["Worum es geht", "Erstens.\n\nZweitens."]]),
        ("Wärme im Quartier.\n\nErstens.\r\n\r\nZweitens. ", [["Thema", "Wärme"]]),
        (
            "Erstens.\n\nAnders.",
            [["Thema", "Wärme"], ["Worum es geht", "Erstens.\n\nZweitens."]],
        ),
    ],
)
def test_text_of_the_subject_is_shown_once(facts, shown):
    snapshot = [["Thema", "Wärme"], ["Worum es geht", "Erstens.\n\nZweitens."]]

    assert ApprovalRequest(facts=facts, snapshot=snapshot).snapshot_to_show == shown
