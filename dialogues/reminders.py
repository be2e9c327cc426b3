"""Reminders to guests who have not replied, and to the office about what a dialogue still needs."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import add_working_days, describe_due, format_date, local_date
from core.history import state_since
from core.models import Origin
from dialogues.enums import (
    HOLD_SEAT,
    HOLD_SEAT_WORKING_DAYS,
    INVITE_BY,
    INVITE_RULE,
    INVITE_WORKING_DAYS,
    DialogueState,
    RsvpState,
)
from dialogues.models import Dialogue, Invitation
from dialogues.queries import NextReminder
from dialogues.queries.invitations import MAIL_KEY
from outbox.queries.mails import is_not_held_back
from outbox.texts import escape_markdown
from partners.models import Person
from partners.queries import people_to_remind, recipient_of
from reminders.queries import SentReminders, current_schedule, pause_for, valid_pauses
from reminders.registry import Option, Reminder, ReminderStep, Rule
from reminders.schedules import Schedule, Schedules, describe_schedule, manual_step

RULE = Rule(
    key="invitation_reminder",
    title=gettext_lazy("Antwort auf eine Einladung"),
    counts_from=gettext_lazy("dem Tag, bis zu dem die Gäste um Antwort gebeten sind"),
    before=(5, 2),
)
DAY_OF_DIALOGUE = gettext_lazy("dem Tag des Gesprächs")
S = DialogueState
# What the office still has to do in each state.
OFFICE_RULES = {
    S.SCHEDULED: Rule(
        key=INVITE_RULE,
        title=gettext_lazy("Gäste eines Branchengesprächs einladen"),
        counts_from=DAY_OF_DIALOGUE,
        before=(20, 15, 10),
        options=(
            Option(
                INVITE_BY,
                gettext_lazy("Einladen bis"),
                gettext_lazy("einzuladen bis zum %(count)d. Arbeitstag vorher"),
                INVITE_WORKING_DAYS,
                gettext_lazy(
                    "Arbeitstage vor dem Gespräch, leer: kein Tag. Der Tag steht beim nächsten "
                    "Schritt und unter „Fristen“."
                ),
                is_early=True,
            ),
            Option(
                HOLD_SEAT,
                gettext_lazy("Angebotener Platz gilt"),
                gettext_lazy("ein angebotener Platz gilt %(count)d Arbeitstage"),
                HOLD_SEAT_WORKING_DAYS,
                gettext_lazy(
                    "Arbeitstage, höchstens bis zum Arbeitstag vor dem Gespräch; danach bekommt "
                    "ihn der nächste Gast der Warteliste angeboten. Leer: zwei Arbeitstage."
                ),
            ),
        ),
    ),
    S.INVITED: Rule(
        key="dialogue_record",
        title=gettext_lazy("Branchengespräch als durchgeführt vermerken"),
        counts_from=DAY_OF_DIALOGUE,
        after=(1, 3, 5),
    ),
    S.HELD: Rule(
        key="dialogue_document",
        title=gettext_lazy("Ergebnis eines Branchengesprächs festhalten"),
        counts_from=DAY_OF_DIALOGUE,
        after=(5, 10, 15),
    ),
    S.DOCUMENTED: Rule(
        key="dialogue_close",
        title=gettext_lazy("Branchengespräch abschließen"),
        counts_from=DAY_OF_DIALOGUE,
        after=(20, 30),
    ),
}
LINES = {
    S.SCHEDULED: gettext_lazy(
        "Branchengespräch **%(dialogue)s** am %(when)s: die Gäste sind noch nicht eingeladen"
    ),
    S.INVITED: gettext_lazy(
        "Branchengespräch **%(dialogue)s** am %(when)s: bitte festhalten, ob es stattgefunden hat"
    ),
    S.HELD: gettext_lazy(
        "Branchengespräch **%(dialogue)s** am %(when)s: das Ergebnis ist noch nicht festgehalten"
    ),
    S.DOCUMENTED: gettext_lazy(
        "Branchengespräch **%(dialogue)s** am %(when)s: noch nicht abgeschlossen"
    ),
}
# Covers the longest time before or after a dialogue that the office can set, so that the query
# leaves out distant ones.
MAX_TIME_AWAY = dt.timedelta(days=120)


def about(dialogue: Dialogue) -> str:
    """Return the key under which reminders about `dialogue` are paused."""
    return f"dialogue:{dialogue.pk}"


def next_reminder(dialogue: Dialogue, today: dt.date) -> NextReminder:
    """Return when the next reminder to guests is due; empty if none lies ahead."""
    if dialogue.state != DialogueState.INVITED or not dialogue.rsvp_by:
        return NextReminder()
    on = current_schedule(RULE.key).next_on(dialogue.rsvp_by, today)
    if not on:
        return NextReminder()
    pause = pause_for(valid_pauses(today), on, rule=RULE.key, about=about(dialogue))
    return NextReminder(on, is_paused=pause is not None)


def reminder_note(rsvp_by: dt.date, today: dt.date) -> str:
    """Return when guests invited `today` are reminded who have not replied by `rsvp_by`."""
    schedule = current_schedule(RULE.key)
    # Nobody is reminded on the day of the invitation or the next working day.
    if schedule.is_active and not schedule.next_on(rsvp_by, add_working_days(today, 1)):
        text = _("Bis zum %(day)s geht keine Erinnerung mehr hinaus.")
        return text % {"day": format_date(rsvp_by)}
    when = describe_schedule(schedule)
    return _("Erinnerung an alle, die noch nicht geantwortet haben: %(when)s.") % {"when": when}


def reminders_due(days: Sequence[dt.date], schedules: Schedules) -> list[tuple[dt.date, Reminder]]:
    """Return the reminders that may go out on each of `days`, each with the guest's personal link.

    Skips steps on the day of the invitation or the next working day, and guests whose dialogue
    is no longer in the state INVITED.
    """
    invitations = Invitation.objects.exclude(dialogue__origin=Origin.TAKEN_OVER).filter(
        dialogue__state=DialogueState.INVITED, dialogue__rsvp_by__gte=min(days)
    )
    invitations = unanswered(invitations).order_by("dialogue__rsvp_by", "pk")
    # Compared in Python, because the dialogues with their rounds are loaded anyway.
    current = [
        invitation
        for invitation in invitations
        if invitation.released_round == invitation.dialogue.round
    ]
    schedule = schedules[RULE.key]
    return [
        (day, reminder_of(invitation, step, day))
        for day in days
        for invitation in current
        if day <= invitation.dialogue.rsvp_by and (step := _step_on(invitation, day, schedule))
    ]


def _step_on(invitation: Invitation, day: dt.date, schedule: Schedule) -> ReminderStep | None:
    # A guest invited a day ago needs no reminder yet.
    since = add_working_days(local_date(invitation.released_at), 1)
    return schedule.step_on(invitation.dialogue.rsvp_by, day, since=since)


def guests_to_remind(dialogue: Dialogue, today: dt.date) -> list[Invitation]:
    """Return the unanswered invitations whose guests the office may remind on `today`.

    Leaves out guests who were already reminded today, whose reminders are paused, or who have no
    address.
    """
    if dialogue.state != DialogueState.INVITED or dialogue.rsvp_by < today:
        return []
    invitations = dialogue.invitations.filter(released_round=dialogue.round)
    reminders = {
        invitation: reminder_of(invitation, manual_step(today), today)
        for invitation in unanswered(invitations).order_by("pk")
        if recipient_of(invitation.person).email
    }
    # Only a guest's own pause counts here: pauses of the rule or the dialogue stop what is sent
    # automatically, not what the office decides to send.
    sent, pauses = SentReminders(list(reminders.values())), valid_pauses(today)
    return [
        invitation
        for invitation, reminder in reminders.items()
        if sent.last_on(reminder) != today
        and not pause_for(pauses, today, recipient=reminder.to.email)
    ]


def can_remind_by_hand(dialogue: Dialogue, today: dt.date) -> bool:
    """Return whether it makes sense that the office reminds guests of `dialogue` on `today`.

    Not on the day of their invitation or the next working day, and not twice a day.
    """
    return any(
        add_working_days(local_date(invitation.released_at), 1) < today
        for invitation in guests_to_remind(dialogue, today)
    )


def unanswered(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Return the released ones without a reply, loaded with all that `reminder_of` reads."""
    return (
        invitations.released()
        # Nobody is reminded of an invitation that never left the outbox, or once they have left.
        .filter(
            is_not_held_back(MAIL_KEY, "invitation"),
            rsvp=RsvpState.OPEN,
            person__is_active=True,
        )
        .select_related("dialogue", "person__user", "person__organisation")
    )


def reminder_of(invitation: Invitation, step: ReminderStep, today: dt.date) -> Reminder:
    """Return the reminder about an invitation that `unanswered` has loaded."""
    dialogue = invitation.dialogue.as_announced
    line = _("Einladung „%(title)s“: Antwort %(due)s") % {
        "title": escape_markdown(dialogue.title),
        "due": describe_due(dialogue.rsvp_by, today),
    }
    return Reminder(
        kind=RULE.key,
        subject_key=invitation.mail_key,
        date=dialogue.rsvp_by,
        step=step,
        to=recipient_of(invitation.person),
        line=line,
        about=about(dialogue),
        about_title=dialogue.title,
        path=dialogue.get_absolute_url(),
        link=invitation.personal_link,
        has_personal_link=True,
        values={
            "dialogue": dialogue.title,
            "date": dialogue.when,
            "rsvp_by": format_date(dialogue.rsvp_by),
        },
    )


def office_reminders_due(
    days: Sequence[dt.date], schedules: Schedules
) -> list[tuple[dt.date, Reminder]]:
    """Return the reminders of the office possible on each of `days`: for each dialogue to who is in
    charge, or to everyone in the office.
    """
    near = Q(
        starts_at__date__gte=min(days) - MAX_TIME_AWAY,
        starts_at__date__lte=max(days) + MAX_TIME_AWAY,
    )
    dialogues = Dialogue.objects.exclude(origin=Origin.TAKEN_OVER).filter(
        near, state__in=list(OFFICE_RULES)
    )
    dialogues = dialogues.annotate(state_since=state_since(Dialogue))
    due = [
        (day, dialogue, step)
        for dialogue in dialogues.order_by("starts_at", "pk")
        for day in days
        if (step := _office_step_on(dialogue, day, schedules))
    ]
    people = people_to_remind(dialogue for _day, dialogue, _step in due) if due else {}
    return [
        (day, _office_reminder(dialogue, step, person))
        for day, dialogue, step in due
        for person in people[dialogue.pk]
    ]


def _office_step_on(dialogue: Dialogue, day: dt.date, schedules: Schedules) -> ReminderStep | None:
    # Nothing is left to invite to once the day has come.
    if dialogue.state == S.SCHEDULED and day > local_date(dialogue.starts_at):
        return None
    # Steps up to the day of the current state do not count: there was nothing to do yet.
    since = local_date(dialogue.state_since) if dialogue.state_since else None
    schedule = schedules[OFFICE_RULES[S(dialogue.state)].key]
    return schedule.step_on(local_date(dialogue.starts_at), day, since=since)


def _office_reminder(dialogue: Dialogue, step: ReminderStep, person: Person) -> Reminder:
    line = LINES[S(dialogue.state)] % {
        "dialogue": escape_markdown(dialogue.title),
        "when": dialogue.when,
    }
    return Reminder(
        kind=OFFICE_RULES[S(dialogue.state)].key,
        subject_key=about(dialogue),
        date=local_date(dialogue.starts_at),
        step=step,
        to=recipient_of(person),
        line=str(line),
        about=about(dialogue),
        about_title=dialogue.title,
        path=dialogue.get_absolute_url(),
    )
