"""Mails about a dialogue that was changed, postponed or cancelled, with calendar entries."""

import datetime as dt
from operator import attrgetter, methodcaller
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import format_date, format_span, local_date
from dialogues.enums import RsvpState
from dialogues.mails.dates import Addressee, entry_text
from dialogues.mails.invitations import guest_draft, withdraw_unsent_mails
from dialogues.models import Dialogue, Invitation
from outbox.rendering.calendars import CANCEL, PUBLISH, REQUEST
from outbox.services import enqueue_mails, withdraw_pending
from outbox.texts import MailDraft

CALLED_OFF = {
    "dialogue_postponed": gettext_lazy("Das Gespräch wurde verschoben."),
    "dialogue_cancelled": gettext_lazy("Das Gespräch wurde abgesagt."),
}
KINDS_ABOUT_DATE = ("date_fixed", "dialogue_changed_info")
Span = tuple[dt.datetime | None, dt.datetime | None]


def mail_called_off(
    dialogue: Dialogue,
    addressees: list[Addressee],
    kind: str,
    *,
    span: Span,
    by,
    now: dt.datetime,
) -> None:
    """Mail `addressees` that the dialogue at `span` is postponed or cancelled, with the reason.

    Withdraws mails in the outbox that still announce this date.
    """
    # A mail that announces the date must not arrive after the one that cancels it.
    note = str(CALLED_OFF[kind])
    withdraw_unsent_mails(dialogue.invitations.all(), note=note, by=by, now=now)
    withdraw_pending(
        subject_keys=[f"dialogue:{dialogue.pk}"], kinds=KINDS_ABOUT_DATE, note=note, by=by, now=now
    )
    dialogue = dialogue.as_announced
    date = format_span(*span) if span[0] else _("Termin noch offen")
    values = {"dialogue": dialogue.title, "date": date, "reason": dialogue.closing_reason}
    drafts = [
        MailDraft(
            kind=kind,
            subject_key=f"dialogue:{dialogue.pk}",
            # A dialogue can be postponed more than once; the sequence tells the mails apart.
            event=f"off:{dialogue.sequence}",
            to=addressee.to,
            values=values,
            path=dialogue.get_absolute_url(),
            calendar=_ended_entry(addressee, dialogue, span, now),
        )
        for addressee in addressees
    ]
    enqueue_mails(drafts, now=now, by=by)


def _ended_entry(addressee: Addressee, dialogue: Dialogue, span: Span, now: dt.datetime) -> str:
    """Return the entry that ends the addressee's: CANCEL for attendees, PUBLISH for others."""
    if not addressee.method or not span[0]:
        return ""
    return entry_text(
        dialogue,
        now=now,
        method=CANCEL if addressee.method == REQUEST else PUBLISH,
        to=addressee.to,
        revision=addressee.revision,
        span=span,
        is_off=True,
    )


def _place_of(dialogue: Dialogue) -> str:
    # The location of a digital dialogue is its video link, which is listed separately.
    return "" if dialogue.location == dialogue.video_link else dialogue.location


# Changes to these facts are mailed to guests. The date is missing: only postponing changes it.
FACTS_FOR_GUESTS = (
    (gettext_lazy("Titel"), attrgetter("title")),
    (gettext_lazy("Format"), methodcaller("get_format_display")),
    (gettext_lazy("Ort"), _place_of),
    (gettext_lazy("Videokonferenz"), attrgetter("video_link")),
    (gettext_lazy("Programm"), attrgetter("programme_line")),
)
# Approvals are bound to title and format (`registry.DATES_FACTS`), so guests learn of a change to
# them only once it is approved.
FACTS_ANNOUNCED_AT_ONCE = FACTS_FOR_GUESTS[2:]
# The columns that FACTS_FOR_GUESTS reads.
ANNOUNCED_FIELDS = ("title", "format", "place", "video_link", "programme")


class Change(NamedTuple):
    """One fact that changed, in the words of the mail."""

    label: str
    before: str
    after: str


def changes_between(before: Dialogue, after: Dialogue) -> list[Change]:
    """Return the changes between two versions of a dialogue that matter to guests."""
    changes = [
        Change(str(label), str(read(before)), str(read(after))) for label, read in FACTS_FOR_GUESTS
    ]
    return [change for change in changes if change.before != change.after]


def mail_changed(
    dialogue: Dialogue, before: Dialogue, addressees: list[Addressee], *, by, now: dt.datetime
) -> None:
    """Mail `addressees` what changed since `before`, with an entry that replaces the former one."""
    dialogue = dialogue.as_announced
    changes = changes_between(before, dialogue)
    drafts = [_change_draft(addressee, dialogue, changes, now) for addressee in addressees]
    enqueue_mails(drafts, now=now, by=by)


def _change_draft(
    addressee: Addressee, dialogue: Dialogue, changes: list[Change], now: dt.datetime
) -> MailDraft:
    event = f"changed:{dialogue.sequence}"
    common = {"to": addressee.to, "calendar": _updated_entry(addressee, dialogue, now)}
    values = {
        "dialogue": dialogue.title,
        "date": dialogue.when,
        "changes": "\n\n".join(map(_in_words, changes)),
    }
    # Only guests have a personal link; substitutes and informed people get a mail without one.
    if invitation := addressee.invitation:
        values["note"] = _note_for(invitation, dialogue, local_date(now))
        return guest_draft(
            dialogue,
            invitation,
            "dialogue_changed",
            event,
            values=values,
            link=invitation.personal_link,
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


def _updated_entry(addressee: Addressee, dialogue: Dialogue, now: dt.datetime) -> str:
    if not addressee.method:
        return ""
    return entry_text(
        dialogue,
        now=now,
        method=addressee.method,
        to=addressee.to,
        partstat=addressee.partstat,
        revision=addressee.revision,
    )


def _in_words(change: Change) -> str:
    nothing = _("keine Angabe")
    before = _("bisher: %(value)s") % {"value": change.before or nothing}
    after = _("jetzt: %(value)s") % {"value": change.after or nothing}
    return f"{change.label}\n{before}\n{after}"


def _note_for(invitation: Invitation, dialogue: Dialogue, today: dt.date) -> str:
    """Return what the change means for the guest's reply: it stays valid and can be changed."""
    # A represented guest is mailed only if the substitute has no address.
    if invitation.rsvp == RsvpState.REPRESENTED:
        return _("Bitte geben Sie die Änderung an Ihre Vertretung weiter: %(name)s.") % {
            "name": invitation.substitute_name
        }
    sentences = []
    day = {"day": format_date(dialogue.rsvp_by)}
    can_rsvp = dialogue.rsvp_by and today <= dialogue.rsvp_by
    if invitation.rsvp != RsvpState.OPEN:
        rsvp = {"rsvp": invitation.get_rsvp_display()}
        sentences.append(_("Ihre Antwort (%(rsvp)s) gilt weiter.") % rsvp)
        if can_rsvp:
            sentences.append(_("Bis zum %(day)s können Sie sie über den Link ändern.") % day)
    elif can_rsvp:
        sentences.append(_("Bitte antworten Sie bis zum %(day)s über den Link.") % day)
    sentences.append(_("Der Kalendereintrag in dieser E-Mail ersetzt den bisherigen."))
    return " ".join(sentences)
