"""Who acts in the invented part of the demo, and when."""

import datetime as dt
from collections.abc import Mapping

from django.utils import timezone

from core.dates import add_working_days
from partners.models import User


class Scenario:
    """The accounts that act, and dates counted in working days from the day of loading.

    Services get these times as `now`, so that the history looks as if the demo had grown over
    months.
    """

    def __init__(self, users: Mapping[str, User], today: dt.date, now: dt.datetime):
        """`users` are the accounts of the demo by the part of their address before the @."""
        self.office, self.senator = users["geschaeftsstelle"], users["senatorin"]
        self.vdma, self.ihk = users["vdma-ost"], users["ihk"]
        self.today, self.now = today, now

    def on(self, days: int, *, after: dt.date | None = None) -> dt.date:
        """Return the date `days` working days after `after`, by default the day of loading."""
        return add_working_days(after or self.today, days)

    def at(self, days: int, hour: int = 10, *, after: dt.date | None = None) -> dt.datetime:
        """Return `hour` o'clock on that date."""
        day = self.on(days, after=after)
        moment = timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))
        # What has happened cannot be later than the moment of loading, early on a Monday say.
        return min(moment, self.now) if days <= 0 else moment
