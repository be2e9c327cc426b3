"""Ask for an approval."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from approvals.attaching import attach_files
from approvals.enums import ApprovalKind
from approvals.mails import mail_submission
from approvals.models import ApprovalRequest
from approvals.permissions import can_submit
from approvals.queries import request_to_compare
from core.dates import local_date
from core.errors import NotEntitled, Outpaced, Refused
from core.history import save_as
from core.models import Origin


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
        return {
            "occasion": self.occasion,
            "facts": self.facts,
            "assessment": self.assessment,
            "vote": self.vote,
        }


class Subject(NamedTuple):
    """What is to be approved, as the floors above describe it. `snapshot`: [[label, value], …] as
    shown.
    """

    kind: ApprovalKind
    pk: int
    title: str
    path: str
    snapshot: list[list[str]]
    options: list[dict] = []
    origin: str = Origin.ENTERED


@transaction.atomic
def submit_request(
    *, subject: Subject, vorlage: Vorlage, due_on: dt.date, by, now: dt.datetime
) -> ApprovalRequest:
    """Ask the senator's office about `subject` until `due_on` and tell it by mail.

    The request remembers which earlier one it differs from. Raises NotEntitled for anybody but the
    office, Refused when the day lies in the past, the vote is missing or an attachment cannot be
    taken, Outpaced when a request about the same subject is open.
    """
    if not can_submit(by):
        raise NotEntitled(_("Freigaben beantragt die Geschäftsstelle."))
    if due_on < local_date(now):
        raise Refused(
            _(
                "Die Frist für die Entscheidung liegt in der Vergangenheit. Bitte wählen Sie einen "
                "späteren Tag."
            )
        )
    if not vorlage.vote.strip():
        raise Refused(_("Bitte nennen Sie das Votum, um das Sie bitten."))
    request = ApprovalRequest(
        kind=subject.kind,
        subject_id=subject.pk,
        title=subject.title,
        path=subject.path,
        origin=subject.origin,
        snapshot=subject.snapshot,
        options=subject.options,
        due_on=due_on,
        submitted_at=now,
        submitted_by=by,
        former=request_to_compare(subject.kind, subject.pk),
        **vorlage.texts,
    )
    try:
        with transaction.atomic():
            save_as(request, by=by, reason=_("Freigabe beantragt"))
    except IntegrityError as error:
        raise Outpaced(_("Für diesen Gegenstand ist bereits eine Freigabe beantragt.")) from error
    attach_files(request, vorlage.attachments, by=by, now=now)
    mail_submission(request, now=now, by=by)
    return request
