"""Which guests must be reminded of an invitation they have not answered."""

import datetime as dt

from django.utils.translation import gettext as _

from core.dates import add_working_days, describe_due, format_date, is_working_day, local_date
from core.models import Origin
from dialogues.enums import AnswerState, DialogueState
from dialogues.models import Invitation
from outbox.reminders import Reminder
from outbox.texts import escape_markdown
from partners.recipients import recipient_of

LEAD_DAYS = (5, 2)  # working days before the day by which an answer is asked


def answer_steps(answer_by: dt.date) -> set[dt.date]:
    """Return the working days on which guests without an answer are reminded, relative to `answer_by`."""
    last = add_working_days(answer_by + dt.timedelta(days=1), -1)
    return {add_working_days(last, -days) for days in LEAD_DAYS}


def reminders_due(today: dt.date) -> list[Reminder]:
    """Return the reminders of unanswered invitations that fall on `today`, each with the guest's personal link.

    Nobody is reminded on the day of the invitation itself or the day after, nor of a dialogue that no longer invites.
    """
    if not is_working_day(today):
        return []
    rows = Invitation.objects.released().filter(
        answer=AnswerState.OPEN, dialogue__state=DialogueState.INVITED, dialogue__answer_by__gte=today
    )
    rows = rows.exclude(dialogue__origin=Origin.TAKEN_OVER).select_related("dialogue", "person__user")
    rows = rows.order_by("dialogue__answer_by", "pk")
    return [
        _reminder(row, today)
        for row in rows
        if recipient_of(row.person).email
        and row.released_round == row.dialogue.round
        and today in answer_steps(row.dialogue.answer_by)
        and today > add_working_days(local_date(row.released_at), 1)
    ]


def _reminder(row: Invitation, today: dt.date) -> Reminder:
    line = _("Einladung „%(title)s“: Antwort %(due)s") % {
        "title": escape_markdown(row.dialogue.title), "due": describe_due(row.dialogue.answer_by, today),
    }  # fmt: skip
    return Reminder(
        kind="invitation_reminder", subject_key=f"invitation:{row.pk}", occasion=f"reminded:{today.isoformat()}",
        to=recipient_of(row.person), line=line, path=row.dialogue.get_absolute_url(), link=row.personal_link,
        has_personal_link=True, due_on=row.dialogue.answer_by,
        values={
            "dialogue": row.dialogue.title, "date": row.dialogue.when,
            "answer_by": format_date(row.dialogue.answer_by),
        },
    )  # fmt: skip
