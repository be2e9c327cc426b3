"""The dates that bind the senator or a host, and what speaks against another one."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import (
    concerns_about_notice,
    concerns_about_time,
    format_span,
    moment_key,
)
from core.errors import Concern, require_heeded

# A date without an end is taken to last this long.
ASSUMED_LENGTH = dt.timedelta(hours=1)
DATE_TO_CHECK = gettext_lazy("Zu diesem Termin gibt es Hinweise. Sie können ihn trotzdem nehmen.")


@dataclass(frozen=True)
class Commitment:
    """A date that binds the senator, a host company or both, planned or fixed.

    `subject` says what it belongs to (`dialogue:5`). `title` and `url` are empty if the user may
    not see that. `option` is the id under which an approval asks about the date, `part` what it is
    of the subject (`Pressetermin`), empty for the whole.
    """

    subject: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    binds_senator: bool
    host_id: int | None
    title: str = ""
    url: str = ""
    option: int | None = None
    part: str = ""

    @property
    def end(self) -> dt.datetime:
        return self.ends_at or self.starts_at + ASSUMED_LENGTH

    def shared_with(self, other: "Commitment") -> list[str]:
        """Return who would have to be at `other` at the same time; empty without a clash."""
        # The dates that one subject proposes are alternatives.
        if self.subject == other.subject:
            return []
        if self.starts_at >= other.end or other.starts_at >= self.end:
            return []
        bound = []
        if self.binds_senator and other.binds_senator:
            bound.append(_("auch ein Termin %(head)s") % {"head": settings.HEAD_TITLE_GENITIVE})
        if self.host_id is not None and self.host_id == other.host_id:
            bound.append(_("auch bei diesem Unternehmen"))
        return bound


class CommitmentSource(NamedTuple):
    """The commitments of an app: those of one subject by its key, and those between two moments,
    described for a user.
    """

    of_subject: Callable[[int], Iterable[Commitment]]
    between: Callable[[dt.datetime, dt.datetime, Any], Iterable[Commitment]]


_commitments: dict[str, CommitmentSource] = {}


def register_commitments(prefix: str, source: CommitmentSource) -> None:
    """Register the commitments of the subjects whose keys begin with `prefix` and a colon."""
    _commitments[prefix] = source


def commitments_of(subject: str) -> list[Commitment]:
    """Return the commitments of `subject`; none if no app registered its kind."""
    prefix, _colon, pk = subject.partition(":")
    source = _commitments.get(prefix)
    return list(source.of_subject(int(pk))) if source else []


def clashes_of(
    planned: Sequence[Commitment], *, user, now: dt.datetime
) -> list[tuple[Commitment, list[Concern]]]:
    """Return each of `planned` that lies ahead of `now`, with what it clashes with, the earliest
    first. A fixed number of queries for each source.
    """
    ahead = [date for date in planned if date.starts_at > now]
    if not ahead:
        return []
    # One span for all dates keeps the number of queries fixed; overlaps are compared in Python.
    start, end = min(date.starts_at for date in ahead), max(date.end for date in ahead)
    others = [
        other for source in _commitments.values() for other in source.between(start, end, user)
    ]
    others.sort(key=lambda other: (other.starts_at, other.subject))
    return [(date, _clashes(date, others)) for date in ahead]


def _clashes(planned: Commitment, others: Iterable[Commitment]) -> list[Concern]:
    # One for each subject: a visit and its press slots are one appointment.
    found: dict[str, Concern] = {}
    for other in others:
        if other.subject not in found and (bound := planned.shared_with(other)):
            when = format_span(other.starts_at, other.ends_at)
            text = _("%(when)s, zur selben Zeit (%(bound)s)")
            found[other.subject] = Concern(
                f"{other.subject}-{moment_key(other.starts_at)}-{moment_key(planned.starts_at)}",
                other.title or _("anderer Termin"),
                other.url,
                text % {"when": when, "bound": ", ".join(bound)},
            )
    return list(found.values())


def date_concerns(
    planned: Sequence[Commitment], *, user, now: dt.datetime
) -> list[tuple[Commitment, list[Concern]]]:
    """Return each of `planned` that lies ahead with everything to look at first: public holidays,
    weekends, unusual hours, short notice and clashes.
    """
    return [
        (
            date,
            # Never the assumed end: nobody has entered it.
            concerns_about_time(date.starts_at, date.ends_at, date.part)
            + concerns_about_notice(date.starts_at, date.ends_at, now, date.part)
            + clashes,
        )
        for date, clashes in clashes_of(planned, user=user, now=now)
    ]


def require_dates_heeded(
    planned: Sequence[Commitment],
    heeded: Collection[str],
    *,
    also: Iterable[Concern] = (),
    by,
    now: dt.datetime,
) -> None:
    """Raise Warned unless `by` has seen all concerns about the dates `planned`, and `also` these:
    whoever is warned in two steps would have to overrule the first one again.
    """
    about_dates = [
        concern
        for _date, concerns in date_concerns(planned, user=by, now=now)
        for concern in concerns
    ]
    require_heeded([*also, *about_dates], heeded, str(DATE_TO_CHECK))
