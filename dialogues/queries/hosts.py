import datetime as dt
from typing import NamedTuple

from django.db.models import Count, Max

from dialogues.models import Dialogue
from dialogues.queries.dialogues import known_day


class HostTurns(NamedTuple):
    """How many dialogues an organisation has hosted, and the day of the last.

    `last_on` is the first possible day where sources name only a month or year.
    """

    count: int
    last_on: dt.date


def host_turns(today: dt.date) -> dict[int, HostTurns]:
    """Return the turns of all who hosted a dialogue up to `today`, the longest ago first.

    The keys are primary keys of organisations.
    """
    held = Dialogue.objects.in_balance(today).filter(host__isnull=False)
    turns = held.values("host").annotate(count=Count("pk"), last_on=Max(known_day()))
    rows = turns.order_by("last_on", "host").values_list("host", "count", "last_on")
    return {host: HostTurns(count, last_on) for host, count, last_on in rows}
