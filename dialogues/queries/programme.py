"""The programme of a dialogue: its items, the times they begin at, and their words."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from core.conflicts.versions import VERSION_LENGTH, digest_of, plain_text
from core.errors import Concern
from dialogues.enums import ProgrammeKind
from dialogues.models import Dialogue, ProgrammeItem

DAY_MINUTES = 24 * 60
HALF_DAY_MINUTES = DAY_MINUTES // 2
# `14:00 Begrüßung`, `14.00–14.15 Uhr: Begrüßung`, as lines of older programmes begin as well.
TIMED_LINE = re.compile(
    r"(?P<time>\d{1,2}[:.]\d{2}(?:\s?[–-]\s?\d{1,2}[:.]\d{2})?)(?:\s?Uhr)?[:,]?\s+(?P<what>\S.*)",
    re.ASCII,
)


class ProgrammeEntry(NamedTuple):
    """An item as people type it, at times of the day."""

    begins: dt.time
    kind: str
    title: str = ""
    who: str = ""
    ends: dt.time | None = None


class Programme(NamedTuple):
    """All items as typed. `starts` is when the dialogue starts, read only while no date is fixed;
    None means that it starts with the first item.
    """

    entries: tuple[ProgrammeEntry, ...]
    starts: dt.time | None = None


class ProgrammeRow(NamedTuple):
    """A line of a programme, its times apart; both may be empty in older ones."""

    time: str
    what: str


def programme_items(dialogue: Dialogue) -> list[ProgrammeItem]:
    return list(dialogue.programme_items.order_by("starts_after_minutes", "pk"))


def minutes_of(time: dt.time | dt.datetime) -> int:
    return time.hour * 60 + time.minute


def clock(minutes: int) -> dt.time:
    """Return the time `minutes` after midnight, whatever the day."""
    hour, minute = divmod(minutes % DAY_MINUTES, 60)
    return dt.time(hour, minute)


def programme_start(dialogue: Dialogue) -> dt.time | None:
    """Return the time of day that the items of `dialogue` count from; None if there are none."""
    if dialogue.starts_at:
        return timezone.localtime(dialogue.starts_at).time()
    return dialogue.programme_start


def items_from(
    programme: Programme, start: dt.time | None
) -> tuple[dt.time | None, list[ProgrammeItem]]:
    """Return when the dialogue starts, and the unsaved items of `programme` by their times.

    `start` is that of its fixed date, which the times are read against.
    """
    first = programme.entries[0].begins if programme.entries else None
    start = start or programme.starts or first
    if start is None:
        return None, []
    items = [_item(entry, minutes_of(start)) for entry in programme.entries]
    # Stable: what begins at the same time stays in the order in which it was typed.
    return start, sorted(items, key=lambda item: item.starts_after_minutes)


def _item(entry: ProgrammeEntry, start: int) -> ProgrammeItem:
    begins = minutes_of(entry.begins)
    # The nearest such time: shortly before the start, or after midnight.
    offset = (begins - start + HALF_DAY_MINUTES) % DAY_MINUTES - HALF_DAY_MINUTES
    lasts = (minutes_of(entry.ends) - begins) % DAY_MINUTES if entry.ends else None
    return ProgrammeItem(
        starts_after_minutes=offset,
        lasts_minutes=lasts,
        kind=entry.kind,
        title=entry.title,
        who=entry.who,
    )


def entries_of(dialogue: Dialogue) -> list[ProgrammeEntry]:
    """Return the items of `dialogue` as its form shows them."""
    start = programme_start(dialogue)
    if start is None:
        return []
    entries = []
    for item in programme_items(dialogue):
        begins = minutes_of(start) + item.starts_after_minutes
        ends = clock(begins + item.lasts_minutes) if item.lasts_minutes else None
        entries.append(ProgrammeEntry(clock(begins), item.kind, item.title, item.who, ends))
    return entries


def programme_text(items: Iterable[ProgrammeItem], start: dt.time) -> str:
    """Return a line for each item of a dialogue that starts at the time `start`."""
    return "\n".join(_line(item, minutes_of(start)) for item in items)


def _line(item: ProgrammeItem, start: int) -> str:
    begins = start + item.starts_after_minutes
    time = f"{clock(begins):%H:%M}"
    if item.lasts_minutes:
        time += f"–{clock(begins + item.lasts_minutes):%H:%M}"
    who = f" ({item.who})" if item.who else ""
    return f"{time} {item.label}{who}"


def programme_rows(dialogue: Dialogue) -> list[ProgrammeRow]:
    """Return the programme of `dialogue` by lines, such as guests know it (`as_announced`)."""
    found = [(line, TIMED_LINE.fullmatch(line)) for line in dialogue.programme_points]
    return [
        ProgrammeRow(match["time"], match["what"]) if match else ProgrammeRow("", line)
        for line, match in found
    ]


def programme_concerns(
    items: Sequence[ProgrammeItem], start: dt.time, length_minutes: int | None
) -> list[Concern]:
    """Return which `items`, by time, do not fit a dialogue of this length, or overlap."""
    concerns = []
    for item in items:
        after = item.starts_after_minutes + (item.lasts_minutes or 0)
        if length_minutes is None or after <= length_minutes:
            continue
        end = clock(minutes_of(start) + length_minutes)
        key = f"programme-after-{item.starts_after_minutes}-{after}-{length_minutes}"
        text = _("liegt nach dem Ende um %(time)s Uhr") % {"time": f"{end:%H:%M}"}
        concerns.append(Concern(key, _line(item, minutes_of(start)), "", text))
    for item, following in pairwise(items):
        until = item.starts_after_minutes + (item.lasts_minutes or 1)
        if until > following.starts_after_minutes:
            key = f"programme-overlap-{item.starts_after_minutes}-{until}-"
            key += str(following.starts_after_minutes)
            text = _("überschneidet sich mit „%(other)s“") % {
                "other": _line(following, minutes_of(start))
            }
            concerns.append(Concern(key, _line(item, minutes_of(start)), "", text))
    return concerns


def concerns_at(
    dialogue: Dialogue,
    items: Sequence[ProgrammeItem],
    span: tuple[dt.datetime, dt.datetime] | None = None,
) -> list[Concern]:
    """Return what to look at in `items` at the date `span`, by default that of `dialogue`."""
    starts_at, ends_at = span or (dialogue.starts_at, dialogue.ends_at)
    if starts_at is None:
        start = dialogue.programme_start
        return programme_concerns(items, start, None) if start else []
    length = round((ends_at - starts_at).total_seconds() / 60) if ends_at else None
    return programme_concerns(items, timezone.localtime(starts_at).time(), length)


def programme_version(dialogue: Dialogue) -> str:
    """Return a fingerprint of what the form of the programme shows."""
    shown = [dialogue.programme, str(programme_start(dialogue)), plain_text(dialogue.ends_at)]
    entries = [[str(value) for value in entry] for entry in entries_of(dialogue)]
    return digest_of([shown, entries], VERSION_LENGTH)


def entry_kind(words: str) -> tuple[str, str]:
    """Return kind and title of a line of an older programme; only a kind by itself is taken for it,
    so that the line keeps its words.
    """
    kinds = {str(kind.label): kind.value for kind in ProgrammeKind}
    return (kinds[words], "") if words in kinds else (ProgrammeKind.OTHER.value, words)
