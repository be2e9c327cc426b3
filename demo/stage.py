"""Who acts in the demo, and when. What is played on a stage stands in the history under the day it
is played on.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone
from simple_history.signals import pre_create_historical_record

from core.dates import add_working_days


class Stage:
    """The people of the demo, and a clock: `at(-3)` is ten o'clock three working days before the
    day of loading.
    """

    def __init__(self, users, today: dt.date, now: dt.datetime):
        self.office, self.senator = users["geschaeftsstelle"], users["senatorin"]
        self.vdma, self.ihk = users["vdma-ost"], users["ihk"]
        self.today, self.now = today, now
        self.moment = now  # of which the history tells what is saved

    def on(self, days: int) -> dt.date:
        """Return the date `days` working days from the day of loading."""
        return add_working_days(self.today, days)

    def at(self, days: int, hour: int = 10) -> dt.datetime:
        """Return `hour` o'clock on that day; to a day that is not ahead the clock goes, never past
        now.
        """
        moment = timezone.make_aware(dt.datetime.combine(self.on(days), dt.time(hour)))
        if days <= 0:
            self.moment = moment = min(moment, self.now)
        return moment


@contextmanager
def playing(users, *, today: dt.date, now: dt.datetime) -> Iterator[Stage]:
    """Yield a stage. Not every service is told the time, and the history would read it from the
    real clock.
    """
    stage = Stage(users, today, now)

    def set_date(sender, history_instance, **kwargs):
        history_instance.history_date = stage.moment

    pre_create_historical_record.connect(set_date)
    try:
        yield stage
    finally:
        pre_create_historical_record.disconnect(set_date)
