"""Mails about a dialogue as a whole: its date, its postponement, its end."""

import datetime as dt
from operator import attrgetter, methodcaller
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
from approvals.queries import deciders
from core.dates import format_date, format_span, local_date
from dialogues.enums import RsvpState
from dialogues.mails.dates import Told, entry_text
from dialogues.mails.invitations import guest_draft, take_back
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


def _place_of(dialogue: Dialogue) -> str:
    """Return the place, unless it is nothing but the address of the video conference."""
    return "" if dialogue.location == dialogue.video_link else dialogue.location


# What guests have to know of. The date is not among it: it changes by postponing alone.
MATTERS = (
    (gettext_lazy("Titel"), attrgetter("title")),
    (gettext_lazy("Format"), methodcaller("get_format_display")),
    (gettext_lazy("Ort"), _place_of),
    (gettext_lazy("Videokonferenz"), attrgetter("video_link")),
    (gettext_lazy("Programm"), attrgetter("programme_line")),
)
AT_ONCE = MATTERS[
    2:
]  # the others lie in `essentials.DATES_FACTS` too: guests hear of them once they are approved


class Change(NamedTuple):
    """One fact that changed, in the words of the mail."""

    label: str
    before: str
    after: str


def changes_between(before: Dialogue, after: Dialogue) -> list[Change]:
    """Return what changed between two versions of a dialogue, as far as it matters to those who
    come.
    """
    rows = [Change(str(label), str(read(before)), str(read(after))) for label, read in MATTERS]
    return [row for row in rows if row.before != row.after]


def mail_changed(
    dialogue: Dialogue, before: Dialogue, told: list[Told], *, by, now: dt.datetime
) -> None:
    """Tell everybody in `told` what changed since `before`, each with the entry that replaces the
    one held so far.
    """
    dialogue = dialogue.as_announced
    changes = changes_between(before, dialogue)
    enqueue_mails([_draft_for(entry, dialogue, changes, now) for entry in told], now=now, by=by)


def _draft_for(
    entry: Told, dialogue: Dialogue, changes: list[Change], now: dt.datetime
) -> MailDraft:
    event = f"changed:{dialogue.sequence}"
    common = {"to": entry.to, "calendar": _calendar_for(entry, dialogue, now)}
    values = {
        "dialogue": dialogue.title,
        "date": dialogue.when,
        "changes": "\n\n".join(map(_in_words, changes)),
    }
    if row := entry.invitation:
        values["note"] = _note_for(entry, dialogue, local_date(now))
        return guest_draft(
            dialogue,
            row,
            "dialogue_changed",
            event,
            values=values,
            link=row.personal_link,
            has_personal_link=True,
            **common,
        )
    return MailDraft(
        kind="dialogue_changed_info",
        subject_key=f"dialogue:{dialogue.pk}",
        event=event,
        values=values,
        path=dialogue.get_absolute_url(),
        **common,
    )


def _calendar_for(entry: Told, dialogue: Dialogue, now: dt.datetime) -> str:
    if not entry.method:
        return ""
    return entry_text(
        dialogue,
        now=now,
        method=entry.method,
        to=entry.to,
        partstat=entry.partstat,
        revision=entry.revision,
    )


def _in_words(change: Change) -> str:
    nothing = _("keine Angabe")
    before = _("bisher: %(value)s") % {"value": change.before or nothing}
    after = _("jetzt: %(value)s") % {"value": change.after or nothing}
    return f"{change.label}\n{before}\n{after}"


def _note_for(entry: Told, dialogue: Dialogue, today: dt.date) -> str:
    """Return what the change means for the answer of a guest: it stays, and can still be given or
    changed.
    """
    row = entry.invitation
    if row.rsvp == RsvpState.REPRESENTED:
        return _("Bitte geben Sie die Änderung an Ihre Vertretung weiter: %(name)s.") % {
            "name": row.substitute_name
        }
    sentences = []
    day = format_date(dialogue.rsvp_by)
    is_open = dialogue.rsvp_by and today <= dialogue.rsvp_by
    if row.rsvp != RsvpState.OPEN:
        sentences.append(
            _("Ihre Antwort (%(answer)s) gilt weiter.") % {"answer": row.get_rsvp_display()}
        )
        sentences += (
            [_("Bis zum %(day)s können Sie sie über den Link ändern.") % {"day": day}]
            if is_open
            else []
        )
    elif is_open:
        sentences.append(_("Bitte antworten Sie bis zum %(day)s über den Link.") % {"day": day})
    sentences.append(_("Der Kalendereintrag in dieser E-Mail ersetzt den bisherigen."))
    return " ".join(sentences)
