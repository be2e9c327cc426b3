"""Who acts in the demo, and when. What is played on a stage stands in the history under the day it
is played on.
"""

import datetime as dt

from django.utils import timezone

from core.dates import add_working_days


class Stage:
    """The people of the demo, and a clock: `at(-3)` is ten o'clock three working days before the
    day of loading.
    """

    def __init__(self, users, today: dt.date, now: dt.datetime):
        self.office, self.senator = users["geschaeftsstelle"], users["senatorin"]
        self.vdma, self.ihk = users["vdma-ost"], users["ihk"]
        self.today, self.now = today, now

    def on(self, days: int) -> dt.date:
        """Return the date `days` working days from the day of loading."""
        return add_working_days(self.today, days)

    def at(self, days: int, hour: int = 10) -> dt.datetime:
        """Return `hour` o'clock on that day; to a day that is not ahead the clock goes, never past
        now.
        """
        moment = timezone.make_aware(dt.datetime.combine(self.on(days), dt.time(hour)))
        if days <= 0:
            moment = min(moment, self.now)
        return moment
