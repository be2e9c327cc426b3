"""Mails about a dialogue as a whole: its date, its postponement, its end."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
from approvals.queries import deciders
from core.dates import format_span, local_date
from dialogues.mails.entries import Told, entry_text
from dialogues.mails.guests import take_back
from dialogues.models import Dialogue
from outbox.drafts import MailDraft
from outbox.rendering.calendars import CANCEL, PUBLISH, REQUEST
from outbox.services import enqueue_mails, withdraw_pending
from partners.queries import recipient_of

CALLED_OFF = {
    "dialogue_postponed": gettext_lazy("Das Gespräch wurde verschoben."),
    "dialogue_cancelled": gettext_lazy("Das Gespräch wurde abgesagt."),
}
OF_A_DATE = ("date_fixed", "dialogue_changed_info")


def mail_date_fixed(dialogue: Dialogue, *, by, now) -> None:
    """Tell the senator's office and the host which date was fixed, with a calendar entry to look
    at.
    """
    calendar = entry_text(dialogue, now=now, method=PUBLISH)
    values = {
        "dialogue": dialogue.title,
        "date": dialogue.when,
        "place": dialogue.address,
        "host": str(dialogue.host),
    }
    house = [
        (recipient_of(person), dialogue.get_absolute_url())
        for person in deciders(local_date(now), ApprovalKind.DATES)
    ]
    host = recipient_of(dialogue.host_contact) if dialogue.host_contact else None
    drafts = [
        MailDraft(
            kind="date_fixed",
            subject_key=f"dialogue:{dialogue.pk}",
            event=f"fixed:{dialogue.round}",
            to=to,
            values=values,
            path=path,
            calendar=calendar,
        )
        for to, path in house
        + ([(host, dialogue.get_absolute_url())] if host and host.email else [])
    ]
    enqueue_mails(drafts, now=now, by=by)


def mail_called_off(
    dialogue: Dialogue, told: list[Told], kind: str, *, span, by, now: dt.datetime
) -> None:
    """Tell everybody in `told` that the dialogue at `span` (start, end) is postponed or cancelled,
    and why.

    What still waits in the outbox and speaks of the date as fixed is taken back.
    """
    note = str(CALLED_OFF[kind])
    take_back(dialogue.invitations.all(), note=note, by=by, now=now)
    withdraw_pending(
        subject_keys=[f"dialogue:{dialogue.pk}"], kinds=OF_A_DATE, note=note, by=by, now=now
    )
    dialogue = dialogue.as_announced
    date = format_span(*span) if span[0] else _("Termin noch offen")
    values = {"dialogue": dialogue.title, "date": date, "reason": dialogue.closing_reason}
    drafts = [
        MailDraft(
            kind=kind,
            subject_key=f"dialogue:{dialogue.pk}",
            event=f"off:{dialogue.sequence}",
            to=entry.to,
            values=values,
            path=dialogue.get_absolute_url(),
            calendar=_end_of(entry, dialogue, span, now),
        )
        for entry in told
    ]
    enqueue_mails(drafts, now=now, by=by)


def _end_of(entry: Told, dialogue: Dialogue, span, now: dt.datetime) -> str:
    """Return what ends the entry that somebody holds: CANCEL for an own one, PUBLISH for one to
    look at.
    """
    if not entry.method or not span[0]:
        return ""
    method = CANCEL if entry.method == REQUEST else PUBLISH
    return entry_text(
        dialogue,
        now=now,
        method=method,
        to=entry.to,
        revision=entry.revision,
        span=span,
        is_off=True,
    )
