"""Next steps about approvals and dates of a dialogue, and the notes on its page about them."""

import datetime as dt
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from approvals.registry import CounterDate
from core.dates import add_working_days, format_date, local_date
from core.progress import NextStep, office_step
from core.roles import is_inside, senator_office_name
from dialogues.enums import BEFORE_THE_DAY, DialogueState, HostReply
from dialogues.mails import FACTS_ANNOUNCED_AT_ONCE, Addressee, addressees_of_change
from dialogues.models import Dialogue, DialogueSeries, Topic
from dialogues.queries import Preparation, latest_decision_on
from partners.queries import recipient_of

MINUTES_WORKING_DAYS = 5  # after a dialogue, to write down its outcome
CLOSING_WORKING_DAYS = 20  # after a dialogue, to settle everything
MAX_NAMED_PEOPLE = 12  # listed by name; the others are only counted
NOT_GRANTED = (ApprovalState.RETURNED, ApprovalState.REFUSED)


def _due_before(first: dt.datetime | None, now: dt.datetime) -> dt.date | None:
    """Return the day by which to decide on what the date `first` ahead depends on."""
    day = latest_decision_on(first)
    # What starts later today can still be decided today: the day before is over.
    return max(day, local_date(now)) if day else None


def missing_approval_step(
    missing: Topic | DialogueSeries, starts_at: dt.datetime | None, now: dt.datetime
) -> NextStep:
    """Return the step that leads to `missing`, the topic or series that lacks an approval, before
    the dialogue at `starts_at`.
    """
    text = _(
        "Die Freigabe fehlt: „%(title)s“ ist im Stand „%(state)s“. Erst danach geht es hier weiter."
    )
    values = {"title": missing, "state": missing.get_state_display()}
    return office_step(
        text % values,
        _("Zur fehlenden Freigabe"),
        missing.get_absolute_url(),
        due_on=_due_before(starts_at, now),
    )


def fix_date_step(dialogue: Dialogue, preparation: Preparation, now: dt.datetime) -> NextStep:
    possible = preparation.possible
    text = ngettext(
        "%(count)d Termin ist freigegeben. Legen Sie ihn fest.",
        "%(count)d Termine sind freigegeben. Legen Sie einen davon fest.",
        possible,
    )
    url = reverse("dialogues:date_fix", args=[dialogue.pk])
    due_on = _due_before(preparation.first_possible, now)
    return office_step(text % {"count": possible}, _("Termin festlegen"), url, due_on=due_on)


def submit_dates_step(dialogue: Dialogue, preparation: Preparation, now: dt.datetime) -> NextStep:
    proposed = preparation.proposed
    text = ngettext(
        "%(count)d Termin ist vorgeschlagen. Legen Sie ihn zur Freigabe vor.",
        "%(count)d Termine sind vorgeschlagen. Legen Sie sie zur Freigabe vor.",
        proposed,
    )
    url = reverse("dialogues:dates_submit", args=[dialogue.pk])
    text = _lapse_note(preparation.approval) + text % {"count": proposed}
    due_on = _due_before(preparation.first_proposed, now)
    return office_step(text, _("Termine zur Freigabe vorlegen"), url, due_on=due_on)


def counter_dates_step(
    dialogue: Dialogue, approval: ApprovalRequest, dates: list[CounterDate]
) -> NextStep:
    """Return the step that adopts `dates`, which the senator's office suggests instead."""
    text = _("Keiner der Termine ist möglich. Vorgeschlagen sind stattdessen: %(dates)s.")
    text %= {"dates": "; ".join(map(str, dates))}
    if approval.comment:
        text += " " + _("Dazu: „%(comment)s“") % {"comment": approval.comment}
    label = ngettext("%(count)d Termin übernehmen", "%(count)d Termine übernehmen", len(dates))
    url = reverse("dialogues:dates_adopt", args=[dialogue.pk])
    return office_step(text, label % {"count": len(dates)}, url, post=True)


def propose_dates_step(dialogue: Dialogue, approval: ApprovalRequest | None) -> NextStep:
    """Return the step that proposes dates, with the reason if the last ones were not approved."""
    # A comment is shown only if dates were not approved; else it concerns a date already used.
    text = _("Der Gastgeber hat zugesagt. Schlagen Sie Termine vor, am besten drei.")
    if approval and approval.comment:
        if approval.none_possible:
            text = _("Keiner der Termine ist möglich: „%(comment)s“ Schlagen Sie andere vor.")
        elif approval.state in NOT_GRANTED:
            text = _("Die Termine wurden nicht freigegeben: „%(comment)s“ Schlagen Sie andere vor.")
        text %= {"comment": approval.comment}
    return office_step(
        text, _("Termine vorschlagen"), reverse("dialogues:dates", args=[dialogue.pk])
    )


def _lapse_note(approval: ApprovalRequest | None) -> str:
    if approval is None or approval.state != ApprovalState.LAPSED:
        return ""
    return _("Die Freigabe ist erloschen (%(why)s).") % {"why": approval.lapse_reason} + " "


def renewal_step(
    dialogue: Dialogue, approval: ApprovalRequest | None, now: dt.datetime
) -> NextStep:
    """Return the step for a fixed date whose approval lapsed: submit it again or, after a refusal,
    postpone the dialogue.
    """
    step = _renewal_step(dialogue, approval)
    step = step._replace(due_on=_due_before(dialogue.starts_at, now))
    if not dialogue.unannounced:
        return step
    if approval is None or approval.state not in NOT_GRANTED:
        return step._replace(text=step.text + pending_changes_note(dialogue))
    # Guests do not know of the change that was not approved, so the office can still undo it.
    undo = _(
        "Die Gäste wissen von Ihrer Änderung nichts. Sie können sie unter „Bearbeiten“ "
        "zurücknehmen und den Termin erneut vorlegen."
    )
    return step._replace(text=f"{step.text} {undo}")


def _renewal_step(dialogue: Dialogue, approval: ApprovalRequest | None) -> NextStep:
    # After a refusal only another date helps; a returned request can be improved and resubmitted.
    if approval and (approval.none_possible or approval.state == ApprovalState.REFUSED):
        text = _(
            "Der Termin wurde nicht wieder freigegeben: „%(comment)s“ Verschieben Sie das Gespräch."
        )
        text %= {"comment": approval.comment or approval.outcome}
        url = reverse("dialogues:postpone", args=[dialogue.pk])
        return office_step(text, _("Gespräch verschieben"), url)
    url = reverse("dialogues:date_renew", args=[dialogue.pk])
    if approval and approval.state == ApprovalState.RETURNED:
        text = _(
            "Der Termin wurde zurückgegeben: „%(comment)s“ Bis zur Freigabe gehen keine neuen "
            "Einladungen hinaus."
        )
        return office_step(text % {"comment": approval.comment}, _("Termin erneut vorlegen"), url)
    why = f" ({approval.lapse_reason})" if approval and approval.lapse_reason else ""
    text = _(
        "Freigabe erloschen%(why)s. Bis der Termin wieder freigegeben ist, gehen keine neuen "
        "Einladungen hinaus."
    )
    return office_step(text % {"why": why}, _("Termin erneut vorlegen"), url)


def pending_changes_note(dialogue: Dialogue) -> str:
    """Return a note, with a leading space, that guests learn of the change later; empty if no
    change waits for an approval.
    """
    return " " + announced_later_note() if dialogue.unannounced else ""


def announced_later_note() -> str:
    """Return when guests learn of a change that makes the approval lapse."""
    return _("Die Gäste erfahren davon, sobald das Büro zugestimmt hat.")


def approval_status(preparation: Preparation) -> str:
    """Return who approved the dates and when, or that the approval lapsed; empty before that."""
    if approval := preparation.granted:
        text = f"{senator_office_name()}, {format_date(approval.decided_at)}"
        is_conditional = approval.state == ApprovalState.CONDITIONAL
        return f"{text}, {_('mit Auflage')}" if is_conditional else text
    return _("Freigabe erloschen") if preparation.is_lapsed else ""


def deadlines(dialogue: Dialogue, user, preparation: Preparation) -> list[tuple[str, dt.date]]:
    """Return (label, day) of everything that is due, soonest first."""
    if dialogue.is_taken_over or dialogue.state in (DialogueState.CANCELLED, DialogueState.CLOSED):
        return []
    # Guests do not see the internal deadlines of decision, reminder and minutes.
    due = _deadlines_of_office(dialogue, preparation) if is_inside(user) else []
    if dialogue.state == DialogueState.INVITED and dialogue.rsvp_by:
        due.append((dialogue.rsvp_by, _("Antwort der Gäste")))
    if dialogue.starts_at and dialogue.state in BEFORE_THE_DAY:
        due.append((local_date(dialogue.starts_at), _("Gespräch")))
    return [(label, day) for day, label in sorted(due)]


def _deadlines_of_office(dialogue: Dialogue, preparation: Preparation) -> list[tuple[dt.date, str]]:
    due, reminder = [], preparation.reminder
    if preparation.approval and preparation.approval.is_open:
        due.append((preparation.approval.due_on, _("Entscheidung über die Termine")))
    # Only if the reminder will really be sent: to somebody, and not paused.
    if (
        dialogue.state == DialogueState.INVITED
        and dialogue.rsvp_by
        and preparation.unanswered
        and reminder.on
        and not reminder.is_paused
    ):
        due.append((reminder.on, _("Erinnerung an die Gäste")))
    if preparation.invite_by:
        due.append((preparation.invite_by, _("Einladen")))
    minutes_day = minutes_due_on(dialogue)
    if minutes_day and dialogue.state in (*BEFORE_THE_DAY, DialogueState.HELD):
        due.append((minutes_day, _("Ergebnis festhalten")))
    return due


def minutes_due_on(dialogue: Dialogue) -> dt.date | None:
    """Return the day by which the outcome should be written down; None without a date."""
    if not dialogue.starts_at:
        return None
    return add_working_days(local_date(dialogue.starts_at), MINUTES_WORKING_DAYS)


def closing_due_on(dialogue: Dialogue) -> dt.date | None:
    """Return the day by which nothing about a dialogue should be open any more."""
    if not dialogue.starts_at:
        return None
    return add_working_days(local_date(dialogue.starts_at), CLOSING_WORKING_DAYS)


def effect_of_changes(dialogue: Dialogue, today: dt.date, *, lapses: bool) -> str:
    """Return a warning that says how many people a save would mail; empty if none.

    If the save makes the approval lapse (`lapses`), guests are mailed only after its renewal.
    """
    # Shown before saving, because mails cannot be recalled.
    addressees = addressees_of_change(dialogue, today=today)
    if not addressees:
        return ""
    # Guests must not hear of a date that the senator's office may still refuse.
    if lapses:
        return announced_later_note()
    count = sum(addressee.people for addressee in addressees)
    text = ngettext(
        "Was sich an %(facts)s ändert, erfährt %(people)s per E-Mail mit neuem Kalendereintrag.",
        "Was sich an %(facts)s ändert, erfahren %(people)s per E-Mail mit neuem Kalendereintrag.",
        count,
    )
    # The programme, which is the last of them, has a form of its own.
    labels = [str(label) for label, _read in FACTS_ANNOUNCED_AT_ONCE[:-1]]
    facts = _("%(facts)s oder %(last)s") % {"facts": ", ".join(labels[:-1]), "last": labels[-1]}
    at_once = (
        text % {"facts": facts, "people": counted_people(addressees)}
        + " "
        + _("Gegebene Antworten gelten weiter.")
    )
    later = _("Erlischt durch eine Änderung die Freigabe, geht noch nichts hinaus:")
    return f"{at_once} {later} {announced_later_note()}"


def host_untold_notes(dialogue: Dialogue) -> list[str]:
    """Return that the office has to tell the host itself, if nobody there gets a mail."""
    contact = dialogue.host_contact
    is_told = contact and contact.is_active and recipient_of(contact).email
    if dialogue.host is None or is_told or dialogue.host_reply == HostReply.DECLINED:
        return []
    text = _(
        "Der Gastgeber %(host)s hat zugesagt, dort bekommt aber niemand eine E-Mail. Bitte sagen "
        "Sie dort selbst Bescheid."
    )
    if dialogue.host_reply != HostReply.ACCEPTED:
        text = _(
            "Beim Gastgeber %(host)s bekommt niemand eine E-Mail. Ist dort schon angefragt, sagen "
            "Sie bitte selbst Bescheid."
        )
    return [text % {"host": dialogue.host}]


def guests_untold_notes(dialogue: Dialogue) -> list[str]:
    """Return which invited guests have no address, so that the office has to tell them itself."""
    # Only those invited to this date: the others know nothing that could be called off.
    invitations = dialogue.invitations.released().filter(
        released_round=dialogue.round, person__is_active=True, person__email=""
    )
    names = ", ".join(str(invitation.person) for invitation in invitations.select_related("person"))
    text = _("Ohne E-Mail-Adresse, bitte selbst Bescheid sagen: %(names)s.")
    return [text % {"names": names}] if names else []


def notified_people(dialogue: Dialogue, recipients: Sequence[Addressee]) -> list[str]:
    """Return lines that say how many people will be mailed, name the first of them, and say whom
    the office has to tell itself.
    """
    untold = [*host_untold_notes(dialogue), *guests_untold_notes(dialogue)]
    # Stated explicitly, so that the office does not wonder whether mails got lost.
    if not recipients and untold:
        return [_("Es wird niemand benachrichtigt."), *untold]
    if not recipients:
        return [
            _(
                "Es wird niemand benachrichtigt: bisher weiß außerhalb der Geschäftsstelle niemand "
                "davon."
            )
        ]
    text = ngettext(
        "%(people)s wird benachrichtigt:",
        "%(people)s werden benachrichtigt:",
        sum(recipient.people for recipient in recipients),
    )
    lines = [text % {"people": counted_people(recipients)}]
    for recipient in recipients[:MAX_NAMED_PEOPLE]:
        name, email = recipient.to.name, recipient.to.email
        lines.append(f"{name} ({email})" if name else email)
    if len(recipients) > MAX_NAMED_PEOPLE:
        rest = sum(recipient.people for recipient in recipients[MAX_NAMED_PEOPLE:])
        lines.append(_("und %(count)d weitere") % {"count": rest})
    return [*lines, *untold]


def counted_people(addressees: Sequence[Addressee]) -> str:
    """Return how many people are mailed, and with how many mails if some share a mailbox."""
    count = sum(addressee.people for addressee in addressees)
    people = ngettext("%(count)d Person", "%(count)d Personen", count) % {"count": count}
    if count == len(addressees):
        return people
    mails = ngettext("%(count)d E-Mail", "%(count)d E-Mails", len(addressees))
    values = {"people": people, "mails": mails % {"count": len(addressees)}}
    return _("%(people)s (%(mails)s)") % values
