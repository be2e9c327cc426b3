"""Reported barriers for tests."""

import datetime as dt
import itertools

from accessibility.models import BarrierReport
from accessibility.services import answer_barrier

# Both are working days; the report is due a month later, on a Thursday.
RECEIVED_AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
DUE_ON = dt.date(2026, 4, 2)
_numbers = itertools.count(1)


def make_barrier(**fields) -> BarrierReport:
    values = {
        "message": "Der Kontrast ist zu schwach.",
        "page": "/zeitplan/",
        "email": "gast@example.org",
        "received_at": RECEIVED_AT,
        "due_on": DUE_ON,
        "fingerprint": f"test:{next(_numbers)}",
    }
    return BarrierReport.objects.create(**values | fields)


def make_answered(by, now: dt.datetime, **fields) -> BarrierReport:
    """Return a report that `by` answered at `now`."""
    report = make_barrier(**fields)
    return answer_barrier(report=report, answer="Am Telefon, behoben.", by=by, now=now)
