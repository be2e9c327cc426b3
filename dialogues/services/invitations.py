"""The guest list: composed from people, organisations and lists, previewed, released, changed,
called off.
"""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import ApprovalKind
from approvals.services import lapse_approvals
from core.dates import format_date, local_date
from core.errors import ChangedMeanwhile, Refused
from core.history import save_as, update_all_as
from dialogues import mails
from dialogues.enums import BEFORE_THE_DAY, DialogueState, OptionState, RsvpState
from dialogues.models import Dialogue, Invitation
from dialogues.reminders import by_hand, guests_to_remind, reminder_of, unanswered
from dialogues.services.dates import is_granted, release_date
from dialogues.services.dialogues import (
    lock_dialogue,
    move_dialogue,
    require_consent,
    require_no_earlier,
    require_office,
)
from partners.models import Person
from partners.queries import recipient_of
from reminders.registry import ReminderMail
from reminders.services import enqueue_reminders

NO_ANSWER = {
    "rsvp": RsvpState.OPEN,
    "party": 1,
    "replied_at": None,
    "channel": "",
    "substitute_name": "",
    "substitute_function": "",
    "substitute_email": "",
    "remark": "",
    "shares_rsvp": False,
}


def _require_guest_list(dialogue: Dialogue) -> None:
    if dialogue.is_taken_over or dialogue.state not in (
        DialogueState.SCHEDULED,
        DialogueState.INVITED,
    ):
        raise Refused(
            _(
                "Gäste werden eingeladen, wenn der Termin feststeht. Das Gespräch ist im Stand "
                "„%(state)s“."
            )
            % {"state": dialogue.get_state_display()}
        )


@transaction.atomic
def add_guests(
    *, dialogue: Dialogue, people=(), organisations=(), lists=(), by, now: dt.datetime
) -> tuple[int, int]:
    """Put people on the guest list: single ones, all contacts of organisations, the members of
    lists.

    Nobody is mailed yet. Returns (added, left_out): people without an address or already on the
    list are left out; somebody whose invitation was withdrawn is put on again with a new link.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    _require_guest_list(dialogue)
    wanted = _reachable(people, organisations, lists)
    present = {row.person_id: row for row in dialogue.invitations.select_for_update()}
    added = 0
    for person in wanted:
        row = present.get(person.pk)
        if row is None:
            row = Invitation(dialogue=dialogue, person=person, created_by=by)
        elif row.withdrawn_at is None:
            continue
        else:
            row.withdrawn_at = row.released_at = None
            row.released_round = 0
            row.link_version += 1
            row.revision += 1
            _forget_answer(row)
        save_as(row, by=by, now=now, reason=_("Auf die Gästeliste gesetzt"))
        added += 1
    return added, len(wanted) - added


def _forget_answer(row: Invitation) -> None:
    """Open the invitation again: neither the answer nor the substitute holds for another date."""
    for name, value in NO_ANSWER.items():
        setattr(row, name, value)


def _reachable(people, organisations, lists) -> list[Person]:
    ids = {person.pk for person in people}
    ids.update(Person.objects.filter(organisation__in=organisations).values_list("pk", flat=True))
    ids.update(Person.objects.filter(distribution_lists__in=lists).values_list("pk", flat=True))
    return list(Person.objects.reachable().filter(pk__in=ids).order_by("pk"))


@transaction.atomic
def remove_guest(*, invitation: Invitation, by, now: dt.datetime) -> None:
    """Strike a guest from the list who was not invited yet. Refused once the invitation went out."""
    require_office(by)
    lock_dialogue(invitation.dialogue_id)
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if row.released_at:
        raise Refused(
            _(
                "Diese Einladung ist schon versandt. Ziehen Sie sie zurück; der Gast wird dann "
                "benachrichtigt."
            )
        )
    row._history_user = by
    row._change_reason = _("Von der Gästeliste gestrichen")
    row.delete()


def unreleased(dialogue: Dialogue):
    """Return the guests on the list whose invitation has not gone out in the present round."""
    rows = dialogue.invitations.active().exclude(released_round=dialogue.round)
    return rows.select_related("person__organisation", "person__user").order_by("pk")


@transaction.atomic
def release_invitations(
    *, dialogue: Dialogue, rsvp_by: dt.date, expected: int, by, now: dt.datetime
) -> int:
    """Release all invitations that have not gone out; mail goes out on commit. Returns how many.

    `expected` is the number the preview named: if the list changed meanwhile, Outpaced is raised
    and nothing goes out. Refused while series, topic or date has no approval that holds, once the
    dialogue has begun, with an empty list, or with an answer day that is not between today and the
    dialogue, or earlier than the one guests were told.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    _require_guest_list(dialogue)
    require_approval(dialogue)
    if not dialogue.starts_at or dialogue.starts_at <= now:
        raise Refused(
            _(
                "Das Gespräch hat schon begonnen oder ist vorbei. Einladungen gehen nicht mehr "
                "hinaus."
            )
        )
    if not local_date(now) <= rsvp_by <= local_date(dialogue.starts_at):
        raise Refused(
            _(
                "Der Tag, bis zu dem Sie um Antwort bitten, muss zwischen heute und dem Gespräch "
                "liegen."
            )
        )
    rows = list(unreleased(dialogue))
    if not rows:
        raise Refused(_("Es gibt keine Einladung, die noch zu versenden wäre."))
    require_no_earlier(dialogue, rsvp_by)
    if len(rows) != expected:
        message = ngettext(
            "Die Gästeliste hat sich geändert: %(count)d Einladung wäre zu senden. Bitte prüfen "
            "Sie noch einmal.",
            "Die Gästeliste hat sich geändert: %(count)d Einladungen wären zu senden. Bitte "
            "prüfen Sie noch einmal.",
            len(rows),
        )
        raise ChangedMeanwhile(message % {"count": len(rows)})
    if unreachable := ", ".join(
        str(row.person) for row in rows if not recipient_of(row.person).email
    ):
        raise Refused(
            _(
                "Ohne E-Mail-Adresse: %(names)s. Tragen Sie sie nach, oder streichen Sie die "
                "Person von der Liste."
            )
            % {"names": unreachable}
        )
    values = NO_ANSWER | {"released_at": now, "released_round": dialogue.round}
    update_all_as(rows, values, by=by, reason=_("Einladung versandt"), now=now)
    dialogue.rsvp_by = rsvp_by
    reason = ngettext(
        "%(count)d Einladung versandt", "%(count)d Einladungen versandt", len(rows)
    ) % {"count": len(rows)}
    move_dialogue(dialogue, "release", by=by, now=now, reason=reason)
    mails.mail_invitations(dialogue, rows, by=by, now=now)
    return len(rows)


def require_approval(dialogue: Dialogue) -> None:
    """Raise Refused unless the approvals of series, topic and fixed date hold: nothing goes out
    without them.
    """
    require_consent(dialogue)
    fixed = dialogue.date_options.filter(state=OptionState.FIXED).first()
    if fixed is None or not is_granted(fixed):
        raise Refused(
            _(
                "Die Freigabe des Termins ist erloschen. Erst wenn er wieder freigegeben ist, "
                "gehen Einladungen hinaus."
            )
        )


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by, now: dt.datetime) -> Invitation:
    """Withdraw one invitation that went out: the link stops working, the guest is told, the seat is
    free.
    """
    require_office(by)
    dialogue = lock_dialogue(invitation.dialogue_id)
    row = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("person__user")
        .get(pk=invitation.pk)
    )
    row.dialogue = dialogue
    if dialogue.state not in BEFORE_THE_DAY:
        raise Refused(
            _("Das Gespräch ist im Stand „%(state)s“; Einladungen werden nicht mehr zurückgezogen.")
            % {"state": dialogue.get_state_display()}
        )
    if row.withdrawn_at or not row.released_at:
        raise Refused(_("Diese Einladung ist nicht versandt oder schon zurückgezogen."))
    row.withdrawn_at = now
    row.link_version += 1
    row.revision += 1
    save_as(row, by=by, now=now, reason=_("Einladung zurückgezogen"))
    mails.mail_withdrawn(dialogue, row, by=by, now=now)
    mails.take_back([row], note=_("Die Einladung wurde zurückgezogen."), by=by, now=now)
    return row


@transaction.atomic
def postpone_dialogue(*, dialogue: Dialogue, reason: str, by, now: dt.datetime) -> Dialogue:
    """Give up the fixed date: back to exploring dates. Everyone who was told before is told; the
    approval lapses.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    if not reason.strip():
        raise Refused(
            _("Bitte nennen Sie den Grund; er steht in der Nachricht an alle Beteiligten.")
        )
    told = list(mails.people_told(dialogue, today=local_date(now)))
    before = dialogue.starts_at, dialogue.ends_at
    dialogue.sequence += 1
    release_date(dialogue, reason=_("Gespräch verschoben"), by=by, now=now)
    dialogue.round += 1
    dialogue.closing_reason = reason.strip()
    move_dialogue(
        dialogue,
        "postpone",
        by=by,
        now=now,
        reason=_("Verschoben: %(reason)s") % {"reason": reason.strip()},
    )
    mails.mail_called_off(dialogue, told, "dialogue_postponed", span=before, by=by, now=now)
    return dialogue


@transaction.atomic
def cancel_dialogue(*, dialogue: Dialogue, reason: str, by, now: dt.datetime) -> Dialogue:
    """Cancel a dialogue for good. Everyone who was told before is told, with the reason."""
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    if not reason.strip():
        raise Refused(
            _("Bitte nennen Sie den Grund; er steht in der Nachricht an alle Beteiligten.")
        )
    told = list(mails.people_told(dialogue, today=local_date(now)))
    before = dialogue.starts_at, dialogue.ends_at
    dialogue.sequence += 1
    lapse_approvals(
        kind=ApprovalKind.DATES,
        subject_id=dialogue.pk,
        reason=_("Gespräch abgesagt"),
        by=by,
        now=now,
    )
    dialogue.closing_reason = reason.strip()
    move_dialogue(
        dialogue,
        "cancel",
        by=by,
        now=now,
        reason=_("Abgesagt: %(reason)s") % {"reason": reason.strip()},
    )
    mails.mail_called_off(dialogue, told, "dialogue_cancelled", span=before, by=by, now=now)
    return dialogue


@transaction.atomic
def remind_guests(*, dialogue: Dialogue, by, now: dt.datetime) -> int:
    """Remind everyone who has not answered, at most once a day each; returns how many.

    Left out are those who were reminded today already, by hand or by themselves, and those whose
    reminders are paused.
    """
    require_office(by)
    dialogue, today = lock_dialogue(dialogue.pk), local_date(now)
    if dialogue.state != DialogueState.INVITED:
        raise Refused(_("Erinnert wird nur, solange Einladungen laufen."))
    if not unanswered(dialogue.invitations.filter(released_round=dialogue.round)).exists():
        raise Refused(_("Alle Gäste haben geantwortet."))
    if today > dialogue.rsvp_by:
        raise Refused(
            _("Die Frist für die Antworten ist am %(day)s abgelaufen.")
            % {"day": format_date(dialogue.rsvp_by)}
        )
    reminders = [
        reminder_of(row, by_hand(today), today) for row in guests_to_remind(dialogue, today)
    ]
    if not reminders:
        raise Refused(
            _("Wer noch nicht geantwortet hat, wurde heute schon erinnert oder ist pausiert.")
        )
    reminder_mails = [ReminderMail(reminder.to, [reminder]) for reminder in reminders]
    return enqueue_reminders(reminder_mails, day=today, now=now, by=by)
