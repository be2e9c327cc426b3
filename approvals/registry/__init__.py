"""The interface to the apps above: the service that decides each kind, the value objects of a
submission and a decision, functions to take and compare snapshots of a subject, and the dates that
bind the senator or a host.

Each app registers its deciding services and its dates from `AppConfig.ready` (`docs/adr/0001`).
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import GRANTING, ApprovalKind, Verdict
from core.dates import (
    concerns_about_notice,
    concerns_about_time,
    format_day,
    format_span,
    local_date,
    moment_key,
)
from core.errors import Concern, require_heeded
from core.models import Origin

# Filled once per process at start-up; views call `decide` without importing the apps above.
_deciding_services: dict[str, Callable] = {}


def register_deciding_service(kind: ApprovalKind, service: Callable) -> None:
    """Register `service(approval=, decision=, by=, now=)`, which decides approvals of `kind` and
    moves their subject.

    Raises ValueError when another service is registered for `kind`.
    """
    if _deciding_services.setdefault(kind, service) is not service:
        raise ValueError(f"{kind}: two services are registered")


def decide(*, approval, decision: "Decision", by, now: dt.datetime) -> None:
    """Decide `approval` through the service of its kind, which moves the subject in the same
    transaction.

    Raises what the service raises: NotAllowed, ChangedMeanwhile, Refused; KeyError when no app
    registered a service for the kind.
    """
    _deciding_services[approval.kind](approval=approval, decision=decision, by=by, now=now)


class Briefing(NamedTuple):
    """*Leitungsvorlage*: a text of one page that explains what is to be decided."""

    occasion: str
    facts: str
    assessment: str
    vote: str
    attachments: Sequence[UploadedFile] = ()

    @property
    def texts(self) -> dict[str, str]:
        """The texts, keyed by the fields of ApprovalRequest that store them."""
        return {
            "occasion": self.occasion,
            "facts": self.facts,
            "assessment": self.assessment,
            "vote": self.vote,
        }


class Subject(NamedTuple):
    """What is to be approved, as the app that owns it describes it.

    `path` is its page, `snapshot` what is shown of it, [[label, value], …]. `options` are dates to
    choose from, each with `id`, `label`, `hint` and, if it was fixed before, `is_fixed`.
    """

    kind: ApprovalKind
    pk: int
    title: str
    path: str
    snapshot: list[list[str]]
    options: list[dict] = []
    origin: str = Origin.ENTERED


class CounterDate(NamedTuple):
    """An alternative date; without an end, it lasts as long as the requested dates."""

    starts_at: dt.datetime
    ends_at: dt.datetime | None = None

    def __str__(self):
        return format_span(self.starts_at, self.ends_at)

    def as_json(self) -> list[str]:
        """Return the date as ApprovalRequest.counter_dates stores it."""
        return [self.starts_at.isoformat(), self.ends_at.isoformat() if self.ends_at else ""]

    @classmethod
    def from_json(cls, moments: list[str]) -> "CounterDate":
        starts_at, ends_at = moments
        return cls(
            dt.datetime.fromisoformat(starts_at),
            dt.datetime.fromisoformat(ends_at) if ends_at else None,
        )


# Shared by form and service; the rule itself is `Decision.missing`.
REASON_MISSING = gettext_lazy(
    "Bitte begründen Sie kurz, damit die Geschäftsstelle weiß, was zu tun ist."
)
CONDITION_MISSING = gettext_lazy("Bitte nennen Sie die Auflage, die zu erfüllen ist.")
DATE_MISSING = gettext_lazy(
    "Bitte kreuzen Sie mindestens einen Termin an, oder antworten Sie, dass keiner möglich ist."
)
COUNTER_DATE_MISSING = gettext_lazy(
    "Bitte schlagen Sie einen anderen Termin vor, oder schreiben Sie, wann es möglich wäre."
)


@dataclass(frozen=True)
class Decision:
    """One verdict with everything entered for it.

    Normalised on creation: texts are trimmed, duplicates removed, and values that the verdict does
    not need are dropped. `chosen` holds ids of the approval's options, `counter_dates` alternatives
    to them.
    """

    verdict: Verdict
    comment: str = ""
    chosen: tuple[int, ...] = ()
    conditions: tuple[str, ...] = ()
    counter_dates: tuple[CounterDate, ...] = ()

    def __post_init__(self):
        # Equal input must give equal decisions, regardless of order and spacing: that is how a form
        # sent twice is recognised.
        verdict = Verdict(self.verdict)
        texts = dict.fromkeys(text.strip() for text in self.conditions)
        values = {
            "verdict": verdict,
            "comment": self.comment.strip(),
            "chosen": tuple(sorted(set(self.chosen))) if self.is_granting else (),
            "conditions": tuple(filter(None, texts)) if verdict == Verdict.CONDITION else (),
            "counter_dates": (
                tuple(sorted(set(self.counter_dates))) if verdict == Verdict.NONE_POSSIBLE else ()
            ),
        }
        # The usual way for a frozen dataclass to normalise itself.
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def is_granting(self) -> bool:
        return self.verdict in GRANTING

    def missing(self, *, has_options: bool) -> dict[str, str | Promise]:
        """Return what the verdict still needs: field name → sentence.

        With `has_options` the approval asks about dates, and granting it takes at least one.
        """
        sentences: dict[str, str | Promise] = {}
        if self.verdict in (Verdict.RETURN, Verdict.REFUSE) and not self.comment:
            sentences["comment"] = REASON_MISSING
        if self.verdict == Verdict.NONE_POSSIBLE and has_options:
            if not self.counter_dates and not self.comment:
                sentences["comment"] = COUNTER_DATE_MISSING
        if self.verdict == Verdict.CONDITION and not self.conditions:
            sentences["conditions"] = CONDITION_MISSING
        if self.is_granting and has_options and not self.chosen:
            sentences["chosen"] = DATE_MISSING
        return sentences


class Fact(NamedTuple):
    """One line shown of a subject: its label and how to read it.

    An approval is bound to the facts marked `binding`: it lapses when one of them changes.
    """

    label: str | Promise
    read: Callable[[Any], str]
    binding: bool = True


class Change(NamedTuple):
    """One line that differs; `before` or `after` is empty when the line was added or removed."""

    label: str
    before: str
    after: str


def snapshot_of(facts: Iterable[Fact], subject) -> list[list[str]]:
    """Return what is shown of `subject`, [[label, value], …], without lines that have no value."""
    # Browsers send line ends as CRLF; a form saved without a change must not look changed.
    lines = [
        [str(fact.label), str(fact.read(subject)).replace("\r\n", "\n").strip()] for fact in facts
    ]
    return [line for line in lines if line[1]]


def binding_snapshot_of(facts: Iterable[Fact], subject) -> list[list[str]]:
    """Return the snapshot of the facts that an approval is bound to."""
    return snapshot_of([fact for fact in facts if fact.binding], subject)


def binding_changes(facts: Iterable[Fact], before, after) -> list[Change]:
    """Return the changes between two versions of a subject that make its approval lapse."""
    facts = tuple(facts)
    return snapshot_changes(binding_snapshot_of(facts, before), binding_snapshot_of(facts, after))


def binding_labels(facts: Iterable[Fact]) -> str:
    """Return what an approval is bound to, for a warning: `Titel, Gastgeber, Format`."""
    return ", ".join(str(fact.label) for fact in facts if fact.binding)


def snapshot_changes(before: list[list[str]], after: list[list[str]]) -> list[Change]:
    """Return the lines that differ between two snapshots, removed lines last."""
    # Compared by label: a line that only moved is no change.
    old, new = dict(map(tuple, before)), dict(map(tuple, after))
    labels = [*new, *(label for label in old if label not in new)]
    changes = [Change(label, old.get(label, ""), new.get(label, "")) for label in labels]
    return [change for change in changes if change.before != change.after]


def option_changes(before: list[dict], after: list[dict]) -> list[Change]:
    """Return how the dates asked about differ from those asked about before, as one change."""
    old, new = ("; ".join(option["label"] for option in options) for options in (before, after))
    # A fixed date was approved before and is only confirmed now; dropping the other dates is not a
    # change.
    if old == new or any(option.get("is_fixed") for option in after):
        return []
    return [Change(_("Termine"), old, new)]


def lapse_reason_for(changes: Iterable[Change]) -> str:
    """Return why an approval lapsed: `geändert: Titel, Gastgeber`."""
    return _("geändert: %(what)s") % {"what": ", ".join(change.label for change in changes)}


def deadline_error(due_on: dt.date, starts_at: dt.datetime | None) -> str:
    """Return an error message if a decision due on `due_on` would come after the day on which its
    subject starts; shared by forms and services. On that day there is time until the start.
    """
    if starts_at is None or due_on <= local_date(starts_at):
        return ""
    text = _(
        "Die Entscheidung muss spätestens am Tag selbst fallen (%(day)s), vor dem Beginn. Bitte "
        "wählen Sie eine frühere Frist."
    )
    return text % {"day": format_day(starts_at)}


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
