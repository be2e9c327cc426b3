"""Who acts in the invented part of the demo, and when."""

import datetime as dt
from collections.abc import Mapping

from django.utils import timezone

from core.dates import add_working_days
from partners.models import User


class Scenario:
    """The acting accounts, and a calendar in working days relative to the day of loading.

    Services get these times as `now`, so the history looks as if the demo had grown over months.
    """

    def __init__(self, users: Mapping[str, User], today: dt.date, now: dt.datetime):
        """`users` are keyed by the part of their address before the @."""
        self.office, self.colleague = users["geschaeftsstelle"], users["referat"]
        self.senator = users["senatorin"]
        self.vdma, self.ihk = users["vdma-ost"], users["ihk"]
        self.today, self.now = today, now

    def on(self, days: int, *, after: dt.date | None = None) -> dt.date:
        """Return the date `days` working days after `after`, by default the day of loading."""
        return add_working_days(after or self.today, days)

    def at(self, days: int, hour: int = 10, *, after: dt.date | None = None) -> dt.datetime:
        """Return `hour` o'clock on that date; the past ends at the moment of loading."""
        day = self.on(days, after=after)
        moment = timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))
        # Loaded at 8:00, an event of today at 10:00 would otherwise lie in the future.
        return min(moment, self.now) if days <= 0 else moment
