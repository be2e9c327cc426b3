"""The next steps between a fixed date and the day of the dialogue: invite guests, remind them."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date, format_day, local_date
from core.progress import NextStep
from dialogues.models import Dialogue
from dialogues.progress.dates import office_step
from dialogues.queries import NextReminder


def compose_step(dialogue: Dialogue) -> NextStep:
    text = _("Der Termin steht fest. Stellen Sie jetzt die Gästeliste zusammen.")
    url = reverse("dialogues:guests_add", args=[dialogue.pk])
    return office_step(text, _("Gästeliste zusammenstellen"), url)


def release_step(dialogue: Dialogue, count: int) -> NextStep:
    """Return the step that sends `count` invitations."""
    text = ngettext(
        "%(count)d Gast steht auf der Liste und ist noch nicht eingeladen.",
        "%(count)d Gäste stehen auf der Liste und sind noch nicht eingeladen.",
        count,
    )
    url = reverse("dialogues:release", args=[dialogue.pk])
    return office_step(text % {"count": count}, release_label(count), url)


def release_label(count: int) -> str:
    """Return the label of the button that sends `count` invitations."""
    return ngettext("%(count)d Einladung versenden", "%(count)d Einladungen versenden", count) % {
        "count": count
    }


def replies_step(
    dialogue: Dialogue, unanswered: int, reminder: NextReminder, today: dt.date
) -> NextStep:
    """Return the step while invitations are out and `unanswered` of the guests have not replied."""
    if not unanswered:
        text = _("Alle Gäste haben geantwortet. Das Gespräch findet am %(day)s statt.")
        text %= {"day": format_day(dialogue.starts_at)}
        return office_step(text, due_on=local_date(dialogue.starts_at))
    if dialogue.rsvp_by < today:
        return _overdue_replies_step(dialogue, unanswered)
    text = ngettext(
        "%(count)d Gast hat noch nicht geantwortet.",
        "%(count)d Gäste haben noch nicht geantwortet.",
        unanswered,
    ) % {"count": unanswered}
    if reminder.is_paused:
        text += " " + _("Die Erinnerung ist pausiert.")
    elif reminder.on:
        text += " " + _("Die Erinnerung geht am %(day)s hinaus.") % {"day": format_day(reminder.on)}
    url = reverse("dialogues:remind", args=[dialogue.pk])
    return office_step(text, _("Jetzt erinnern"), url, due_on=dialogue.rsvp_by)


def _overdue_replies_step(dialogue: Dialogue, unanswered: int) -> NextStep:
    text = ngettext(
        "%(count)d Gast hat bis zum %(day)s nicht geantwortet. Fragen Sie nach, tragen Sie "
        "die Antwort ein.",
        "%(count)d Gäste haben bis zum %(day)s nicht geantwortet. Fragen Sie nach, tragen Sie "
        "die Antworten ein.",
        unanswered,
    )
    text %= {"count": unanswered, "day": format_date(dialogue.rsvp_by)}
    url = reverse("dialogues:guests", args=[dialogue.pk])
    return office_step(text, _("Zur Gästeliste"), url, due_on=dialogue.rsvp_by)
