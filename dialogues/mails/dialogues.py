"""Mails about a dialogue as a whole: its date, its postponement, its end."""

import datetime as dt
from typing import NamedTuple

from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.mails import deciders
from core.dates import format_span, local_date
from dialogues.enums import AnswerState
from dialogues.models import Dialogue
from outbox.calendars import CANCEL, PUBLISH, CalendarEvent, make_calendar
from outbox.drafts import MailDraft, Recipient
from outbox.services import enqueue_mails
from partners.recipients import recipient_of


class Told(NamedTuple):
    """Somebody who was told about a dialogue; `has_entry` when an appointment stands in their calendar."""

    to: Recipient
    has_entry: bool


def people_told(dialogue: Dialogue, *, today: dt.date) -> list[Told]:
    """Return everybody who was told about the dialogue so far, each address once.

    Guests invited to the present date and their substitutes hold a calendar entry of their own; the host's contact
    and, once a date was fixed, the senator's office were only informed. Who has no address any more is left out.
    """
    told: dict[str, Told] = {}
    rows = (
        dialogue.invitations.active().filter(released_at__isnull=False).select_related("person__user").order_by("pk")
    )
    for row in rows:
        has_entry = row.released_round == dialogue.round
        people = [recipient_of(row.person)]
        if row.answer == AnswerState.REPRESENTED:
            people.append(Recipient(row.substitute_email, row.substitute_name))
        for to in people:
            told.setdefault(to.email.lower(), Told(to, has_entry))
    informed = [dialogue.host_contact] if dialogue.host_contact else []
    if dialogue.starts_at or dialogue.round > 1:
        informed += deciders(today, ApprovalKind.DATES)
    for person in informed:
        to = recipient_of(person)
        told.setdefault(to.email.lower(), Told(to, has_entry=False))
    return [entry for address, entry in told.items() if address]


def event_of(
    dialogue: Dialogue, *, method: str, span=None, attendee: Recipient | None = None, accepted=False
) -> CalendarEvent:
    """Return the calendar entry of the dialogue as it stands (or as it stood at `span`), without any personal link."""
    starts_at, ends_at = span or (dialogue.starts_at, dialogue.ends_at)
    return CalendarEvent(
        uid=dialogue.calendar_uid, sequence=dialogue.sequence,
        title=_("Branchengespräch: %(title)s") % {"title": dialogue.title},
        starts_at=starts_at, ends_at=ends_at, place=dialogue.location, description=dialogue.programme,
        attendee=attendee, method=method, accepted=accepted,
    )  # fmt: skip


def mail_date_fixed(dialogue: Dialogue, *, by, now) -> None:
    """Tell the senator's office and the host which date was fixed, with a calendar entry to look at."""
    calendar = make_calendar(event_of(dialogue, method=PUBLISH), now=now)
    values = {
        "dialogue": dialogue.title,
        "date": dialogue.when,
        "place": dialogue.address,
        "host": str(dialogue.host),
    }
    house = [
        (recipient_of(person), dialogue.get_absolute_url()) for person in deciders(local_date(now), ApprovalKind.DATES)
    ]
    host = recipient_of(dialogue.host_contact) if dialogue.host_contact else None
    drafts = [
        MailDraft(
            kind="date_fixed", subject_key=f"dialogue:{dialogue.pk}", occasion=f"fixed:{dialogue.round}", to=to,
            values=values, path=path, calendar=calendar,
        )
        for to, path in house + ([(host, dialogue.get_absolute_url())] if host and host.email else [])
    ]  # fmt: skip
    enqueue_mails(drafts, now=now, by=by)


def mail_called_off(dialogue: Dialogue, told: list[Told], kind: str, *, span, by, now) -> None:
    """Tell everybody in `told` that the dialogue at `span` (start, end) is postponed or cancelled, and why."""
    date = format_span(*span) if span[0] else _("Termin noch offen")
    values = {"dialogue": dialogue.title, "date": date, "reason": dialogue.closing_reason}
    drafts = []
    for entry in told:
        calendar = ""
        if entry.has_entry and span[0]:
            calendar = make_calendar(event_of(dialogue, method=CANCEL, span=span, attendee=entry.to), now=now)
        drafts.append(
            MailDraft(
                kind=kind,
                subject_key=f"dialogue:{dialogue.pk}",
                occasion=f"off:{dialogue.sequence}",
                to=entry.to,
                values=values,
                path=dialogue.get_absolute_url(),
                calendar=calendar,
            )  # fmt: skip
        )
    enqueue_mails(drafts, now=now, by=by)
