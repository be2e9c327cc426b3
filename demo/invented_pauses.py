"""Invented for the demo and marked so: a matter whose reminders are paused."""

import datetime as dt

from core.dates import add_working_days
from core.models import Origin
from dialogues.enums import SeriesState
from dialogues.models import DialogueSeries
from reminders.services import PauseTarget, pause_reminders


def load_invented_pause(users, *, today: dt.date, now: dt.datetime) -> None:
    """Pause the reminders of the decision about the series that waits for consent, for three
    working days.
    """
    series = DialogueSeries.objects.get(origin=Origin.DEMO, state=SeriesState.REQUESTED)
    pause_reminders(
        target=PauseTarget(about=f"series:{series.pk}"),
        title=series.title,
        until_on=add_working_days(today, 3),
        reason="Demodaten: Rücksprache mit dem Büro ist vereinbart.",
        by=users["geschaeftsstelle"],
        now=now,
    )
