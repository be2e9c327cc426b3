"""Mails to guests. Their personal link stands in the body only, never in a calendar entry."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date
from dialogues.enums import SEATED, AnswerState
from dialogues.mails.dialogues import event_of
from dialogues.models import Dialogue, Invitation
from outbox.calendars import CANCEL, REQUEST, make_calendar
from outbox.drafts import MailDraft, Recipient
from outbox.letters import Letter, complete_link, write_letter
from outbox.services import enqueue_mails, withdraw_pending
from outbox.texts import text_of
from partners.recipients import recipient_of

NO_LINK = "/branchengespraeche/einladung/vorschau/"  # leads nowhere: nobody gets a link before the release


def _draft(dialogue: Dialogue, row: Invitation, kind: str, occasion: str, **extra) -> MailDraft:
    values = {"dialogue": dialogue.title, "date": dialogue.when} | extra.pop("values", {})
    return MailDraft(
        kind=kind, subject_key=f"invitation:{row.pk}", occasion=occasion, values=values,
        path=dialogue.get_absolute_url(),
        **({"to": recipient_of(row.person)} | extra),
    )  # fmt: skip


def _enqueue(drafts: list[MailDraft], *, now: dt.datetime, by) -> None:
    """Write the drafts of those who can be reached: an address may have been taken out since the invitation."""
    enqueue_mails([draft for draft in drafts if draft.to.email], now=now, by=by)


def mail_invitations(dialogue: Dialogue, rows: list[Invitation], *, by, now: dt.datetime) -> None:
    """Write the invitations of one release, each with a personal link and a calendar entry."""
    values = _invitation_values(dialogue, dialogue.answer_by)
    drafts = []
    for row in rows:
        to = recipient_of(row.person)
        calendar = make_calendar(event_of(dialogue, method=REQUEST, attendee=to), now=now)
        occasion = f"invited:{row.link_version}:{dialogue.round}"
        drafts.append(
            _draft(
                dialogue,
                row,
                "invitation",
                occasion,
                values=values,
                to=to,
                link=row.personal_link,
                has_personal_link=True,
                calendar=calendar,
            )  # fmt: skip
        )
    enqueue_mails(drafts, now=now, by=by)


def _invitation_values(dialogue: Dialogue, answer_by: dt.date) -> dict[str, str]:
    return {
        "place": dialogue.location or dialogue.get_format_display(),
        "answer_by": format_date(answer_by),
        "about": dialogue.topic.description if dialogue.topic else "",
        "programme": " · ".join(dialogue.programme.split("\n")),
    }


def preview_invitation(dialogue: Dialogue, row: Invitation, *, answer_by: dt.date) -> Letter:
    """Return the words that the mail of `row` will have when it is released; a remark stands for the personal link."""
    values = {"dialogue": dialogue.title, "date": dialogue.when} | _invitation_values(dialogue, answer_by)
    greeting = recipient_of(row.person).greeting
    letter = write_letter(text_of("invitation"), greeting=greeting, link=NO_LINK, values=values)
    return letter._replace(text=letter.text.replace(complete_link(NO_LINK), _("[persönlicher Link]")), html="")


def withdraw_reminders(pks: Iterable[int], *, note: str, by, now: dt.datetime) -> None:
    """Take back the waiting reminders of the invitations `pks`: there is nothing to answer any more."""
    keys = [f"invitation:{pk}" for pk in pks]
    withdraw_pending(subject_keys=keys, kinds=["invitation_reminder"], note=note, by=by, now=now)


def mail_confirmation(dialogue: Dialogue, row: Invitation, *, previous, by, now: dt.datetime) -> None:
    """Confirm an answer to the guest, and tell a substitute who was named or is no longer needed."""
    to = recipient_of(row.person)
    stamp = now.isoformat()
    values = {
        "place": dialogue.location or dialogue.get_format_display(), "answer": row.get_answer_display(),
        "details": _details(row), "answer_by": format_date(dialogue.answer_by),
    }  # fmt: skip
    calendar = ""
    if row.answer == AnswerState.ACCEPTED and to.email:
        calendar = make_calendar(event_of(dialogue, method=REQUEST, attendee=to, accepted=True), now=now)
    drafts = [
        _draft(
            dialogue, row, "answer_confirmed", f"answered:{stamp}", values=values, to=to, link=row.personal_link,
            has_personal_link=True, calendar=calendar,
        )
    ]  # fmt: skip
    changed = row.substitute_email.lower() != previous.substitute_email.lower()
    if changed and row.substitute_email:
        drafts.append(_substitute_draft(dialogue, row, stamp, now))
    if changed and previous.substitute_email:
        former = Recipient(previous.substitute_email, previous.substitute_name)
        drafts.append(_withdrawal_draft(dialogue, row, former, f"substitute_off:{stamp}", now))
    _enqueue(drafts, now=now, by=by)


def _details(row: Invitation) -> str:
    if row.answer == AnswerState.REPRESENTED:
        return _("Es kommt: %(name)s") % {"name": row.substitute_name}
    if row.answer in SEATED:
        return ngettext("Angemeldet: %(count)d Person", "Angemeldet: %(count)d Personen", row.party) % {
            "count": row.party
        }
    return ""


def _substitute_draft(dialogue, row, stamp, now) -> MailDraft:
    to = Recipient(row.substitute_email, row.substitute_name)
    return _draft(
        dialogue, row, "substitute_named", f"substitute:{stamp}", to=to,
        values={"guest": str(row.person), "place": dialogue.location or dialogue.get_format_display()},
        calendar=make_calendar(event_of(dialogue, method=REQUEST, attendee=to), now=now),
    )  # fmt: skip


def _withdrawal_draft(dialogue, row, to: Recipient, occasion, now) -> MailDraft:
    calendar = ""
    if dialogue.starts_at and row.released_round == dialogue.round and to.email:
        calendar = make_calendar(event_of(dialogue, method=CANCEL, attendee=to), now=now)
    return _draft(dialogue, row, "invitation_withdrawn", occasion, to=to, calendar=calendar)


def mail_withdrawn(dialogue: Dialogue, row: Invitation, *, by, now: dt.datetime) -> None:
    """Tell a guest, and a substitute who was named, that the invitation was withdrawn."""
    occasion = f"withdrawn:{row.link_version}"
    people = [recipient_of(row.person)]
    if row.answer == AnswerState.REPRESENTED:
        people.append(Recipient(row.substitute_email, row.substitute_name))
    _enqueue([_withdrawal_draft(dialogue, row, to, occasion, now) for to in people], now=now, by=by)
