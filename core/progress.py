"""Small value objects that pages hand to the building blocks in `templates/components/`."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple


class ProgressStep(NamedTuple):
    """One dot of the line of steps; `status` is done, current or todo."""

    label: str
    status: str


class OpenPoint(NamedTuple):
    """One more thing that is open in the box *Nächster Schritt*; its button is there for who must
    act.
    """

    text: str
    action: str = ""
    url: str = ""


class NextStep(NamedTuple):
    """The box *Nächster Schritt*: what happens next, who must do it, by when, and its one button.

    With `post=True` the button posts to `url`, otherwise it is a link. `points` are open besides.
    """

    text: str
    who: str = ""
    due_on: dt.date | None = None
    action: str = ""
    url: str = ""
    post: bool = False
    points: tuple[OpenPoint, ...] = ()


@dataclass(frozen=True)
class Segment:
    """One part of a stacked bar: label, count, and the tone that gives its colour."""

    label: str
    count: int
    colour: str


class HistoryEntry(NamedTuple):
    """One line of *Verlauf*: when, who (by role or name), what, and an optional remark."""

    at: dt.datetime
    who: str
    what: str
    note: str = ""


class Waiting(NamedTuple):
    """One thing that waits for somebody, as the start page lists it."""

    who: str
    what: str
    url: str
    due_on: dt.date | None = None


def progress_steps(labels: list[str], current: int) -> list[ProgressStep]:
    """Return the steps `labels` with those before index `current` done; `current == len(labels)`
    means all done.
    """
    return [
        ProgressStep(
            label, "done" if index < current else "current" if index == current else "todo"
        )
        for index, label in enumerate(labels)
    ]
