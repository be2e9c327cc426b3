"""What the apps above share with approvals: which service decides which kind, what a decision and
a counter-date are, and how snapshots of a subject are taken and compared.

Each app registers the deciding service of its kinds from `AppConfig.ready` (`docs/adr/0001`).
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from approvals.enums import GRANTING, ApprovalKind, Verdict
from core.dates import format_span
from core.models import Origin

_deciding_services: dict[str, Callable] = {}


def register_deciding_service(kind: ApprovalKind, service: Callable) -> None:
    """Let `service(approval=, decision=, by=, now=)` decide requests of `kind` and move their
    subject.

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
    """*Leitungsvorlage*: the short text on one page that a decision is asked with."""

    occasion: str
    facts: str
    assessment: str
    vote: str
    attachments: Sequence[UploadedFile] = ()

    @property
    def texts(self) -> dict[str, str]:
        """Its words by the names of the fields that keep them."""
        return {
            "occasion": self.occasion,
            "facts": self.facts,
            "assessment": self.assessment,
            "vote": self.vote,
        }


class Subject(NamedTuple):
    """What is to be approved, as the apps above describe it. `snapshot`: [[label, value], …] as
    shown.
    """

    kind: ApprovalKind
    pk: int
    title: str
    path: str
    snapshot: list[list[str]]
    options: list[dict] = []
    origin: str = Origin.ENTERED


class CounterDate(NamedTuple):
    """A date proposed instead; without an end it lasts as long as the dates that were asked about."""

    starts_at: dt.datetime
    ends_at: dt.datetime | None = None

    def __str__(self):
        return format_span(self.starts_at, self.ends_at)

    def as_json(self) -> list[str]:
        """Return the date as ApprovalRequest.counter_dates stores it."""
        return [self.starts_at.isoformat(), self.ends_at.isoformat() if self.ends_at else ""]

    @classmethod
    def of(cls, row: list[str]) -> "CounterDate":
        """Read the date back that `as_json` wrote."""
        starts_at, ends_at = row
        return cls(
            dt.datetime.fromisoformat(starts_at),
            dt.datetime.fromisoformat(ends_at) if ends_at else None,
        )


@dataclass(frozen=True)
class Decision:
    """One verdict with everything entered for it.

    Normalised on creation: texts are trimmed, repetitions removed, and what the verdict does not
    need is dropped. `chosen` holds ids of the approval's options, `conditions` one text each,
    `counter_dates` dates proposed instead of the options.
    """

    verdict: Verdict
    comment: str = ""
    chosen: tuple[int, ...] = ()
    conditions: tuple[str, ...] = ()
    counter_dates: tuple[CounterDate, ...] = ()

    def __post_init__(self):
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
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def is_granting(self) -> bool:
        return self.verdict in GRANTING


class Fact(NamedTuple):
    """One line that the senator's office is shown: its label, how to read it, and whether the
    approval hangs on it.
    """

    label: str | Promise
    read: Callable[[Any], str]
    binding: bool = True


class Change(NamedTuple):
    """One line that differs: its label, what was shown before, what is shown now. Empty: there was
    or is none.
    """

    label: str
    before: str
    after: str


def snapshot_of(facts: Iterable[Fact], subject) -> list[list[str]]:
    """Return what is shown of `subject`, [[label, value], …]; lines without a value are left out.

    Browsers end lines their own way, which is no change.
    """
    rows = [
        [str(fact.label), str(fact.read(subject)).replace("\r\n", "\n").strip()] for fact in facts
    ]
    return [row for row in rows if row[1]]


def binding_snapshot_of(facts: Iterable[Fact], subject) -> list[list[str]]:
    """Return the lines of `subject` that an approval is bound to."""
    return snapshot_of([fact for fact in facts if fact.binding], subject)


def binding_changes(facts: Iterable[Fact], before, after) -> list[Change]:
    """Return which lines that an approval is bound to differ between the rows `before` and `after`."""
    facts = tuple(facts)
    return snapshot_changes(binding_snapshot_of(facts, before), binding_snapshot_of(facts, after))


def binding_labels(facts: Iterable[Fact]) -> str:
    """Return what an approval is bound to, for a warning: `Titel, Gastgeber, Format`."""
    return ", ".join(str(fact.label) for fact in facts if fact.binding)


def snapshot_changes(before: list[list[str]], after: list[list[str]]) -> list[Change]:
    """Return how the snapshot `after` differs from `before`, line by line, what fell away at the
    end.
    """
    old, new = dict(map(tuple, before)), dict(map(tuple, after))
    labels = [*new, *(label for label in old if label not in new)]
    changes = [Change(label, old.get(label, ""), new.get(label, "")) for label in labels]
    return [change for change in changes if change.before != change.after]


def option_changes(before: list[dict], after: list[dict]) -> list[Change]:
    """Return how the dates asked about differ from those of the request before, in one line.

    What is fixed was approved before and is only confirmed: that fewer dates are asked about then
    is no change.
    """
    old, new = ("; ".join(row["label"] for row in rows) for rows in (before, after))
    if old == new or any(row.get("is_fixed") for row in after):
        return []
    return [Change(_("Termine"), old, new)]


def lapse_reason_for(changes: Iterable[Change]) -> str:
    """Return why an approval lapsed: `geändert: Titel, Gastgeber`."""
    return _("geändert: %(what)s") % {"what": ", ".join(change.label for change in changes)}
