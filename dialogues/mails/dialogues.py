"""Mails about a dialogue that was changed, postponed or cancelled, with calendar entries."""

import datetime as dt
from collections.abc import Mapping
from operator import attrgetter, methodcaller
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
from approvals.queries import deciders
from core.dates import format_date, format_span, local_date
from dialogues.enums import SENATOR_ATTENDS, RsvpState
from dialogues.mails.dates import Addressee, entry_text, shared_note
from dialogues.mails.invitations import guest_draft, replaced_date, withdraw_unsent_mails
from dialogues.models import Dialogue, Invitation
from dialogues.queries import former_spans
from outbox.queries.mails import unsent_events
from outbox.rendering.calendars import CANCEL, PUBLISH, REQUEST
from outbox.services import enqueue_mails, hasten_pending, withdraw_pending
from outbox.texts import MailDraft
from partners.models import Person
from partners.queries import recipient_of

CALLED_OFF = {
    "dialogue_postponed": gettext_lazy("Das Gespräch wurde verschoben."),
    "dialogue_cancelled": gettext_lazy("Das Gespräch wurde abgesagt."),
}
CHANGE_KINDS = ("dialogue_changed", "dialogue_changed_info")
KINDS_ABOUT_DATE = ("date_fixed", "dialogue_changed_info")
Span = tuple[dt.datetime | None, dt.datetime | None]


def mail_date_fixed(dialogue: Dialogue, *, by, now: dt.datetime) -> None:
    """Mail the fixed date to the senator's office and the host, with an entry for information."""
    spans = former_spans(dialogue)
    calendar = entry_text(dialogue, now=now, method=PUBLISH)
    values = {
        "dialogue": dialogue.title,
        "date": dialogue.when,
        "replaces": replaced_date(spans[max(spans)] if spans else None),
        # As in the calendar entry of the same mail.
        "place": dialogue.location or _("noch offen"),
        "host": str(dialogue.host),
    }
    people = deciders(local_date(now), ApprovalKind.DATES)
    recipients = [recipient_of(person) for person in people]
    if dialogue.host_contact and (host := recipient_of(dialogue.host_contact)).email:
        recipients.append(host)
    drafts = [
        MailDraft(
            kind="date_fixed",
            subject_key=f"dialogue:{dialogue.pk}",
            # Without the round, the mail about a date fixed after postponing would be a duplicate.
            event=f"fixed:{dialogue.round}",
            to=recipient,
            values=values,
            path=dialogue.get_absolute_url(),
            calendar=calendar,
        )
        for recipient in recipients
    ]
    enqueue_mails(drafts, now=now, by=by)


def mail_postponed(
    dialogue: Dialogue,
    addressees: list[Addressee],
    settled: Mapping[int, Person],
    *,
    span: Span,
    by,
    now: dt.datetime,
) -> None:
    """Mail `addressees` that the dialogue at `span` is postponed, why, and what comes next.

    `settled` names by primary key of an invitation the substitute who is the guest from now on.
    """
    outlooks = [_outlook_of(addressee, settled) for addressee in addressees]
    _mail_called_off(
        dialogue, addressees, outlooks, kind="dialogue_postponed", span=span, by=by, now=now
    )


def mail_cancelled(
    dialogue: Dialogue, addressees: list[Addressee], *, span: Span, by, now: dt.datetime
) -> None:
    """Mail `addressees` that the dialogue at `span` is cancelled, and why."""
    notes = [shared_note(addressee) for addressee in addressees]
    _mail_called_off(
        dialogue, addressees, notes, kind="dialogue_cancelled", span=span, by=by, now=now
    )


def _mail_called_off(
    dialogue: Dialogue,
    addressees: list[Addressee],
    notes: list[str],
    *,
    kind: str,
    span: Span,
    by,
    now: dt.datetime,
) -> None:
    """Mail the end of the date, and withdraw mails in the outbox that still announce it."""
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
            values=values | {"note": text},
            path=dialogue.get_absolute_url(),
            calendar=_ended_entry(addressee, dialogue, span, now),
        )
        for addressee, text in zip(addressees, notes, strict=True)
    ]
    enqueue_mails(drafts, now=now, by=by)


def _outlook_of(addressee: Addressee, settled: Mapping[int, Person]) -> str:
    """Return what the people at an address can expect after a postponement."""
    everybody = (addressee, *addressee.sharing)
    outlooks = [(one.name, _outlook(one, settled)) for one in everybody]
    if len({text for _name, text in outlooks}) == 1:
        return "\n\n".join(filter(None, [shared_note(addressee), outlooks[0][1]]))
    return "\n\n".join(
        _("Für %(name)s: %(outlook)s") % {"name": name, "outlook": text}
        for name, text in outlooks
        if text
    )


def _outlook(addressee: Addressee, settled: Mapping[int, Person]) -> str:
    invitation = addressee.represents or addressee.invitation
    # Nobody who has left is invited again.
    if addressee.represents is None and _has_left(addressee):
        return ""
    if invitation is None:
        return _("Sobald ein neuer Termin feststeht, erhalten Sie eine Nachricht.")
    if addressee.represents is None and invitation.rsvp != RsvpState.REPRESENTED:
        return _("Sobald ein neuer Termin feststeht, laden wir Sie erneut ein.")
    substitute = settled.get(invitation.pk)
    if substitute is None:
        return _("Wen wir zum neuen Termin einladen, klärt die Geschäftsstelle mit Ihnen.")
    if addressee.represents:
        return _("Sobald ein neuer Termin feststeht, laden wir Sie als Gast ein.")
    text = _("Sobald ein neuer Termin feststeht, laden wir Ihre Vertretung ein: %(name)s.")
    return text % {"name": substitute.name}


def _has_left(addressee: Addressee) -> bool:
    # The recipient is a joint one where several people share an address.
    if addressee.invitation:
        return not addressee.invitation.person.is_active
    return addressee.to.has_left


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
    (SENATOR_ATTENDS, attrgetter("senator_attends_text")),
    (gettext_lazy("Ort"), _place_of),
    (gettext_lazy("Videokonferenz"), attrgetter("video_link")),
    (gettext_lazy("Programm"), attrgetter("programme_line")),
)
# Approvals are bound to the first three (`facts.DATES_FACTS`), so guests learn of a change to them
# only once it is approved.
FACTS_ANNOUNCED_AT_ONCE = FACTS_FOR_GUESTS[3:]
# The columns that FACTS_FOR_GUESTS reads.
ANNOUNCED_FIELDS = (
    "title",
    "format",
    "senator_attends",
    "place",
    "video_link",
    "programme",
)


class Change(NamedTuple):
    """One fact that changed, in the words of the mail."""

    label: str
    before: str
    after: str

    @property
    def in_words(self) -> str:
        nothing = _("keine Angabe")
        before = _("bisher: %(value)s") % {"value": self.before or nothing}
        after = _("jetzt: %(value)s") % {"value": self.after or nothing}
        return f"{self.label}\n{before}\n{after}"


News = tuple[Addressee, list[Change]]


def changes_between(before: Dialogue, after: Dialogue) -> list[Change]:
    """Return the changes between two versions of a dialogue that matter to guests."""
    changes = [
        Change(str(label), str(read(before)), str(read(after))) for label, read in FACTS_FOR_GUESTS
    ]
    return [change for change in changes if change.before != change.after]


def mail_changed(dialogue: Dialogue, news: list[News], *, by, now: dt.datetime) -> None:
    """Mail each addressee of `news` what changed, with an entry that replaces the former one."""
    dialogue = dialogue.as_announced
    keys = [one.invitation.mail_key for one, _changes in news if one.invitation]
    hasten_pending(subject_keys=keys, kinds=["rsvp_confirmed"], now=now)
    drafts = [_change_draft(addressee, dialogue, changes, now) for addressee, changes in news]
    enqueue_mails(drafts, now=now, by=by)


def waiting_changes(dialogue: Dialogue) -> set[tuple[str, str]]:
    """Return (event, address) of the mails about changes that wait and could be withdrawn."""
    return unsent_events(_change_keys(dialogue), CHANGE_KINDS)


def withdraw_waiting_changes(dialogue: Dialogue, *, by, now: dt.datetime) -> None:
    """Withdraw mails about former changes of the dialogue, as another takes their place."""
    note = _("Die Angaben haben sich geändert.")
    keys = _change_keys(dialogue)
    withdraw_pending(subject_keys=keys, kinds=CHANGE_KINDS, note=note, by=by, now=now)


def _change_keys(dialogue: Dialogue) -> list[str]:
    invitations = dialogue.invitations.released()
    return [f"dialogue:{dialogue.pk}", *(invitation.mail_key for invitation in invitations)]


def change_event(sequence: int) -> str:
    """Return the event of the mails about the change that led to `sequence`."""
    return f"changed:{sequence}"


def _change_draft(
    addressee: Addressee, dialogue: Dialogue, changes: list[Change], now: dt.datetime
) -> MailDraft:
    event = change_event(dialogue.sequence)
    common = {"to": addressee.to, "calendar": _updated_entry(addressee, dialogue, now)}
    values = {
        "dialogue": dialogue.title,
        "date": dialogue.when,
        "changes": "\n\n".join(change.in_words for change in changes),
    }
    # Only guests have a personal link; substitutes and informed people get a mail without one, and
    # so do several guests at one address, because the link of one is not the other's.
    invitations = [one.invitation for one in (addressee, *addressee.sharing) if one.invitation]
    today = local_date(now)
    if len(invitations) == 1:
        [invitation] = invitations
        note = _note_for(invitation, dialogue, today)
        # Whoever passes the change on to a substitute holds no entry.
        if addressee.method:
            note = f"{note} {_entry_note()}"
        values["note"] = _joined(shared_note(addressee), note)
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
    link = _("über den Link der eigenen Einladung")
    named = [
        f"{one.name}: {_note_for(one.invitation, dialogue, today, link=link)}"
        for one in (addressee, *addressee.sharing)
        if one.invitation
    ]
    values["note"] = _joined(shared_note(addressee), *named)
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


def _joined(*paragraphs: str) -> str:
    return "\n\n".join(filter(None, paragraphs))


def _entry_note() -> str:
    return _("Der Kalendereintrag in dieser E-Mail ersetzt den bisherigen.")


def _note_for(invitation: Invitation, dialogue: Dialogue, today: dt.date, *, link: str = "") -> str:
    """Return what the change means for the guest's reply: it stays valid and can be changed.

    `link` says which link they reply with, by default that of the mail.
    """
    # A represented guest is mailed only if the substitute has no address.
    if invitation.rsvp == RsvpState.REPRESENTED:
        return _("Bitte geben Sie die Änderung an Ihre Vertretung weiter: %(name)s.") % {
            "name": invitation.substitute_name
        }
    sentences = []
    values = {"day": format_date(dialogue.rsvp_by), "link": link or _("über den Link")}
    can_rsvp = dialogue.rsvp_by and today <= dialogue.rsvp_by
    if invitation.rsvp != RsvpState.OPEN:
        rsvp = {"rsvp": invitation.get_rsvp_display()}
        sentences.append(_("Ihre Antwort (%(rsvp)s) gilt weiter.") % rsvp)
        if can_rsvp:
            sentences.append(_("Bis zum %(day)s können Sie sie %(link)s ändern.") % values)
    elif can_rsvp:
        sentences.append(_("Bitte antworten Sie bis zum %(day)s %(link)s.") % values)
    return " ".join(sentences)
