"""The office reminds the guests who have not answered, on top of what goes out by itself."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from core.dates import format_date, local_date
from core.errors import Refused
from dialogues.enums import DialogueState
from dialogues.models import Dialogue
from dialogues.reminders import by_hand, guests_to_remind, reminder_of, unanswered
from dialogues.services.planning import lock_dialogue, require_office
from reminders.registry import ReminderLetter
from reminders.services import enqueue_reminders


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
    letters = [ReminderLetter(reminder.to, [reminder]) for reminder in reminders]
    return enqueue_reminders(letters, day=today, now=now, by=by)
