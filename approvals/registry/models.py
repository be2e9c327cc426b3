"""The value objects of a submission and a decision."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import GRANTING, ApprovalKind, Verdict
from core.dates import (
    end_error,
    format_day,
    format_span,
    local_date,
)
from core.models import Origin


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


MAX_CONDITION_LENGTH = 500


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

    def impossible(self, now: dt.datetime) -> dict[str, str]:
        """Return what was entered that cannot be: field name → sentence; shared by form and
        service.
        """
        sentences: dict[str, str] = {}
        if max(map(len, self.conditions), default=0) > MAX_CONDITION_LENGTH:
            text = _("Bitte fassen Sie eine Auflage kürzer; möglich sind %(count)d Zeichen.")
            sentences["conditions"] = text % {"count": MAX_CONDITION_LENGTH}
        past = _("Der vorgeschlagene Termin liegt in der Vergangenheit: %(date)s.")
        for date in self.counter_dates:
            if date.starts_at <= now:
                sentences.setdefault("counter_dates", past % {"date": date})
            elif error := end_error(date.starts_at, date.ends_at):
                sentences.setdefault("counter_dates", f"{date}: {error}")
        return sentences


def deadline_error(due_on: dt.date, starts_at: dt.datetime | None, today: dt.date) -> str:
    """Return an error message unless a decision due on `due_on` comes before the day on which its
    subject starts; shared by forms and services. On that day itself there is time until the start.
    """
    if starts_at is None or due_on < local_date(starts_at):
        return ""
    if today == local_date(starts_at):
        late = _("Der Termin ist heute. Die Entscheidung muss heute fallen, vor dem Beginn.")
        return late if due_on > today else ""
    text = _(
        "Die Entscheidung muss vor dem Tag selbst fallen (%(day)s). Bitte wählen Sie eine frühere "
        "Frist."
    )
    return text % {"day": format_day(starts_at)}
