"""What the pages of a programme say about whom a change reaches, and how its times move."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dialogues.mails import addressees_of_change
from dialogues.models import DateOption, Dialogue
from dialogues.progress.dates import counted_people
from dialogues.queries import moved_programme


def effect_of_programme(dialogue: Dialogue, today: dt.date) -> str:
    """Return a warning that says how many people a change would mail; empty if none."""
    # Shown before saving, because mails cannot be recalled.
    addressees = addressees_of_change(dialogue, today=today)
    if not addressees:
        return ""
    text = ngettext(
        "Ein geändertes Programm erfährt %(people)s per E-Mail mit neuem Kalendereintrag.",
        "Ein geändertes Programm erfahren %(people)s per E-Mail mit neuem Kalendereintrag.",
        sum(addressee.people for addressee in addressees),
    )
    text %= {"people": counted_people(addressees)}
    return f"{text} {_('Gegebene Antworten gelten weiter.')}"


def programme_changes(dialogue: Dialogue, options: Iterable[DateOption]) -> list[str]:
    """Return sentences that show the programme before and after its times move to each date; empty
    if no time would move.
    """
    moved = {option: moved_programme(dialogue, option) for option in options}
    lines = [
        _("%(date)s: „%(programme)s“.")
        % {"date": option, "programme": " · ".join(programme.split("\n"))}
        for option, programme in moved.items()
        if programme != dialogue.programme
    ]
    if not lines:
        return []
    return [_("Bisher: „%(programme)s“.") % {"programme": dialogue.programme_line}, *lines]
