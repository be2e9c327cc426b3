"""An unsent mail that asks for a decision is withdrawn once there is nothing left to decide."""

import datetime as dt

import pytest

from approvals.mails import mail_submission
from approvals.models import ApprovalRequest
from approvals.registry import Change, Decision
from approvals.services import (
    lapse_approvals,
    lapse_changed_approvals,
    record_decision,
    withdraw_approval,
)
from core.errors import Refused
from outbox.enums import MOVES, MailState
from outbox.models import Mail
from outbox.services.notices import bundle_due_notices
from tests.approvals.builders import NOW, make_approval, make_subject

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(minutes=5)


@pytest.fixture
def approval(office, senator):
    return ask(make_approval(by=office))


def ask(approval: ApprovalRequest) -> ApprovalRequest:
    mail_submission(approval, now=NOW, by=approval.submitted_by)
    return approval


def asked(approval: ApprovalRequest) -> Mail:
    return Mail.objects.get(kind="approval_asked", subject_key=f"approval:{approval.pk}")


def decide(approval, office, senator):
    record_decision(approval=approval, decision=Decision("approve"), by=senator, now=LATER)


def withdraw(approval, office, senator):
    withdraw_approval(kind=approval.kind, subject_id=approval.subject_id, by=office, now=LATER)


def put_off(approval, office, senator):
    lapse_approvals(
        kind=approval.kind,
        subject_id=approval.subject_id,
        reason="verschoben",
        by=office,
        now=LATER,
    )


def change(approval, office, senator):
    changes = [Change("Titel", "Alt", "Neu")]
    lapse_changed_approvals(
        kind=approval.kind, subject_id=approval.subject_id, changes=changes, by=office, now=LATER
    )


WAYS = [
    (decide, "freigegeben"),
    (withdraw, "zurückgezogen"),
    (put_off, "erloschen"),
    (change, "erloschen"),
]


@pytest.mark.parametrize(("end", "state"), WAYS)
def test_waiting_mail_is_withdrawn_with_the_reason(office, senator, approval, end, state):
    end(approval, office, senator)

    mail, by = asked(approval), senator if end is decide else office
    assert mail.state == MailState.WITHDRAWN
    entry = mail.log.get(to_state=MailState.WITHDRAWN)
    assert (entry.note, entry.by, entry.at) == (
        f"Die Freigabe ist nicht mehr offen: {state}.",
        by,
        LATER,
    )


@pytest.mark.parametrize("end", [way for way, _state in WAYS])
@pytest.mark.parametrize("state", [MailState.SENT, MailState.RETRY, MailState.FAILED])
def test_only_unsent_mails_are_withdrawn(office, senator, approval, end, state):
    Mail.objects.filter(kind="approval_asked").update(
        state=state, sent_at=NOW if state == MailState.SENT else None
    )

    end(approval, office, senator)

    waits = state in MOVES["withdraw"].sources
    assert asked(approval).state == (MailState.WITHDRAWN if waits else state)


@pytest.mark.parametrize("end", [way for way, _state in WAYS])
def test_mails_about_other_approvals_and_about_the_end_stay(office, senator, approval, end):
    other = ask(make_approval(by=office, subject=make_subject(pk=2)))

    end(approval, office, senator)

    assert asked(other).state == MailState.WAITING
    others = Mail.objects.filter(subject_key=f"approval:{approval.pk}").exclude(
        kind="approval_asked"
    )
    assert {mail.state for mail in others} == {MailState.WAITING}


def test_refused_decision_withdraws_no_mail(senator, approval):
    with pytest.raises(Refused, match="begründen Sie kurz"):
        record_decision(approval=approval, decision=Decision("refuse"), by=senator, now=LATER)

    assert asked(approval).state == MailState.WAITING


def test_mail_in_a_bundle_still_goes_out(office, senator, approval):
    ask(make_approval(by=office, subject=make_subject(pk=2)))
    Mail.objects.update(due_at=NOW)
    assert bundle_due_notices(now=NOW) == 1

    decide(approval, office, senator)

    assert Mail.objects.get(kind="notice_bundle").state == MailState.WAITING
    assert asked(approval).last_error == "Steht in der Sammelnachricht an diese Person."
