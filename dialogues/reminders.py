"""Which guests must be reminded of an invitation they have not answered."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import CharField, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import add_working_days, describe_due, format_date, local_date
from core.models import Origin
from dialogues.enums import DialogueState, RsvpState
from dialogues.models import Dialogue, Invitation
from dialogues.queries.dialogues import NextReminder
from outbox.queries import is_not_held_back
from outbox.texts import escape_markdown
from partners.queries import recipient_of
from reminders.queries import SentReminders, current_schedule, pause_for, valid_pauses
from reminders.registry import Reminder, ReminderStep, Rule
from reminders.schedules import Schedule, Schedules

RULE = Rule(
    key="invitation_reminder",
    title=gettext_lazy("Antwort auf eine Einladung"),
    counts_from=gettext_lazy("der Tag, bis zu dem die Gäste um Antwort gebeten sind"),
    before=(5, 2),
)


def about(dialogue: Dialogue) -> str:
    """Return by which name the reminders about `dialogue` are paused."""
    return f"dialogue:{dialogue.pk}"


def next_reminder(dialogue: Dialogue, today: dt.date) -> NextReminder:
    """Return when guests who have not answered are reminded next; empty unless it is inviting."""
    if dialogue.state != DialogueState.INVITED or not dialogue.rsvp_by:
        return NextReminder()
    on = current_schedule(RULE.key).next_on(dialogue.rsvp_by, today)
    if not on:
        return NextReminder()
    pause = pause_for(valid_pauses(today), on, rule=RULE.key, about=about(dialogue))
    return NextReminder(on, is_paused=pause is not None)


def reminders_due(days: Sequence[dt.date], schedules: Schedules) -> list[tuple[dt.date, Reminder]]:
    """Return what may go out on each of `days` about unanswered invitations, each with the guest's
    personal link.

    Nobody is reminded of a step that fell on the day of the invitation itself or the day after, nor
    of a dialogue that no longer invites.
    """
    rows = Invitation.objects.filter(
        dialogue__state=DialogueState.INVITED, dialogue__rsvp_by__gte=min(days)
    )
    rows = unanswered(rows.exclude(dialogue__origin=Origin.TAKEN_OVER)).order_by(
        "dialogue__rsvp_by", "pk"
    )
    current = [row for row in rows if row.released_round == row.dialogue.round]
    return [
        (day, reminder_of(row, step, day))
        for day in days
        for row in current
        if day <= row.dialogue.rsvp_by and (step := _step_on(row, day, schedules[RULE.key]))
    ]


def _step_on(row: Invitation, day: dt.date, rule: Schedule) -> ReminderStep | None:
    return rule.step_on(
        row.dialogue.rsvp_by, day, since=add_working_days(local_date(row.released_at), 1)
    )


def by_hand(today: dt.date) -> ReminderStep:
    """Return the step of what the office sends itself on `today`."""
    return ReminderStep(
        f"by_hand:{today.isoformat()}",
        today,
        _("am %(day)s von Hand") % {"day": format_date(today)},
    )


def guests_to_remind(dialogue: Dialogue, today: dt.date) -> list[Invitation]:
    """Return the unanswered invitations to `dialogue` whose guests the office may remind by hand on
    `today`.

    Those who were reminded today already and those whose own reminders are paused are left out.
    """
    if dialogue.state != DialogueState.INVITED or dialogue.rsvp_by < today:
        return []
    rows = unanswered(dialogue.invitations.filter(released_round=dialogue.round)).order_by("pk")
    found = [
        (row, reminder_of(row, by_hand(today), today))
        for row in rows
        if recipient_of(row.person).email
    ]
    sent = SentReminders([reminder for _row, reminder in found])
    pauses = valid_pauses(today)
    return [
        row
        for row, reminder in found
        if sent.last_on(reminder) != today
        and not pause_for(pauses, today, recipient=reminder.to.email)
    ]


def unanswered(rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Return those of `rows` that went out and wait for an answer, with all that a reminder takes
    from them.

    Whose invitation lies in the outbox still is not reminded of it.
    """
    mail_key = Concat(Value("invitation:"), Cast(OuterRef("pk"), CharField()))
    return (
        rows.released()
        .filter(is_not_held_back(mail_key, "invitation"), rsvp=RsvpState.OPEN)
        .select_related("dialogue", "person__user", "person__organisation")
    )


def reminder_of(row: Invitation, step: ReminderStep, today: dt.date) -> Reminder:
    """Return the reminder of one unanswered invitation; its dialogue and person are loaded."""
    dialogue = row.dialogue.as_announced
    line = _("Einladung „%(title)s“: Antwort %(due)s") % {
        "title": escape_markdown(dialogue.title),
        "due": describe_due(dialogue.rsvp_by, today),
    }
    return Reminder(
        kind=RULE.key,
        subject_key=row.mail_key,
        date=dialogue.rsvp_by,
        step=step,
        to=recipient_of(row.person),
        line=line,
        about=about(dialogue),
        about_title=dialogue.title,
        path=dialogue.get_absolute_url(),
        link=row.personal_link,
        has_personal_link=True,
        values={
            "dialogue": dialogue.title,
            "date": dialogue.when,
            "answer_by": format_date(dialogue.rsvp_by),
        },
    )
