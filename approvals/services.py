"""Ask for an approval, decide it, take it back. Deciding moves the subject too: that is the caller's part.

The subject's app owns the door (`dialogues.services.decide_topic`, …): it calls `record_decision` and moves its
subject in the same transaction.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from approvals.attaching import attach_files
from approvals.enums import MOVES, Answer, ApprovalKind, ApprovalState
from approvals.mails import mail_decision, mail_submission, mail_withdrawal
from approvals.models import ApprovalRequest
from approvals.permissions import acts_as_deputy, can_decide, can_submit
from core.dates import format_moment, local_date
from core.errors import NotEntitled, Outpaced, Refused
from core.models import Origin
from core.states import target_of


class Vorlage(NamedTuple):
    """*Leitungsvorlage*: the short text on one page that a decision is asked with."""

    occasion: str
    facts: str
    assessment: str
    vote: str
    attachments: Sequence[UploadedFile] = ()

    @property
    def texts(self) -> dict[str, str]:
        """Its words by the names of the fields that keep them."""
        return {"occasion": self.occasion, "facts": self.facts, "assessment": self.assessment, "vote": self.vote}


class Subject(NamedTuple):
    """What is to be approved, as the floors above describe it. `snapshot`: [[label, value], …] as shown."""

    kind: ApprovalKind
    pk: int
    title: str
    path: str
    snapshot: list[list[str]]
    options: list[dict] = []
    origin: str = Origin.ENTERED


@transaction.atomic
def submit_request(*, subject: Subject, vorlage: Vorlage, due_on: dt.date, by, now: dt.datetime) -> ApprovalRequest:
    """Ask the senator's office about `subject` until `due_on` and tell it by mail.

    Raises NotEntitled for anybody but the office, Refused when the day lies in the past, the vote is missing, a
    request about the same subject is open or an attachment cannot be taken.
    """
    if not can_submit(by):
        raise NotEntitled(_("Freigaben beantragt die Geschäftsstelle."))
    if due_on < local_date(now):
        raise Refused(
            _("Die Frist für die Entscheidung liegt in der Vergangenheit. Bitte wählen Sie einen späteren Tag.")
        )
    if not vorlage.vote.strip():
        raise Refused(_("Bitte nennen Sie das Votum, um das Sie bitten."))
    request = ApprovalRequest(
        kind=subject.kind, subject_id=subject.pk, title=subject.title, path=subject.path, origin=subject.origin,
        snapshot=subject.snapshot, options=subject.options, due_on=due_on, submitted_at=now, submitted_by=by,
        **vorlage.texts,
    )  # fmt: skip
    request._change_reason = _("Freigabe beantragt")
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError as error:
        raise Outpaced(_("Für diesen Gegenstand ist bereits eine Freigabe beantragt.")) from error
    attach_files(request, vorlage.attachments, by=by, now=now)
    mail_submission(request, now=now, by=by)
    return request


def lock_request(pk: int) -> ApprovalRequest:
    """Return the request locked until the end of the transaction, so that of two decisions one comes second."""
    return ApprovalRequest.objects.select_for_update(of=("self",)).select_related("decided_by__person").get(pk=pk)


@transaction.atomic
def record_decision(
    *, request: ApprovalRequest, answer: str, comment: str, by, now: dt.datetime, chosen: list | None = None
) -> ApprovalRequest:
    """Write the decision `answer` on `request` and tell the office; returns the locked, saved row.

    `chosen` holds the ids of the ticked options. Raises NotEntitled for anybody outside the senator's office,
    Outpaced when somebody was faster (with who and when), Refused without a comment where one is due.
    """
    if not can_decide(by):
        raise NotEntitled(_("Über Freigaben entscheidet das Büro der Leitung des Hauses."))
    locked = lock_request(request.pk)
    if locked.decided_at and locked.state != ApprovalState.LAPSED:
        raise Outpaced(
            _("Diese Freigabe hat %(who)s am %(when)s bereits entschieden: %(state)s. Ihre Eingabe gilt nicht.")
            % {"who": locked.decided_by, "when": format_moment(locked.decided_at), "state": locked.get_state_display()}
        )
    if not locked.is_open:
        raise Outpaced(_("Diese Freigabe ist %(state)s.") % {"state": locked.get_state_display()})
    if answer != Answer.APPROVE and not comment.strip():
        raise Refused(_("Bitte begründen Sie kurz, damit die Geschäftsstelle weiß, was zu tun ist."))
    if unknown := set(chosen or []) - {option["id"] for option in locked.options}:
        raise Refused(_("Unbekannte Auswahl: %(ids)s.") % {"ids": ", ".join(map(str, unknown))})
    if answer == Answer.APPROVE and locked.options and not chosen:
        raise Refused(
            _("Bitte kreuzen Sie mindestens einen Termin an, oder geben Sie die Anfrage mit einer Anmerkung zurück.")
        )
    locked.state = target_of(MOVES, answer, locked)
    locked.comment, locked.chosen = comment.strip(), sorted(chosen or [])
    locked.decided_at, locked.decided_by, locked.by_deputy = now, by, acts_as_deputy(by)
    locked._change_reason = str(locked.get_state_display())
    locked.save()
    mail_decision(locked, now=now, by=by)
    return locked


@transaction.atomic
def withdraw_request(*, kind: str, subject_id: int, by, now: dt.datetime) -> ApprovalRequest | None:
    """Take the open request about a subject back, if there is one, and tell the senator's office."""
    return _close_open(kind, subject_id, "withdraw", by=by, now=now)


@transaction.atomic
def lapse_approval(*, kind: str, subject_id: int, reason: str, by, now: dt.datetime) -> int:
    """Let every open or granted approval of a subject lapse because the subject changed; returns how many."""
    rows = ApprovalRequest.objects.select_for_update(of=("self",)).filter(
        kind=kind, subject_id=subject_id, state__in=MOVES["lapse"].sources
    )
    for row in rows:
        was_open = row.is_open
        row.state = target_of(MOVES, "lapse", row)
        row._change_reason = reason[:100]
        row.save()
        if was_open:
            mail_withdrawal(row, now=now, by=by)
    return len(rows)


def _close_open(kind, subject_id, action, *, by, now):
    row = (
        ApprovalRequest.objects.select_for_update(of=("self",)).filter(kind=kind, subject_id=subject_id).open().first()
    )
    if row is None:
        return None
    row.state = target_of(MOVES, action, row)
    row._change_reason = str(row.get_state_display())
    row.save()
    mail_withdrawal(row, now=now, by=by)
    return row
