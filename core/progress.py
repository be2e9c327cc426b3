"""Value objects for the building blocks in `templates/components/`."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.texts import shorten

START_LENGTH = 120  # of the beginning of a long text


class ProgressStep(NamedTuple):
    """One dot of the progress bar; `status` is done, current or todo."""

    label: str
    status: str

    @property
    def is_done(self) -> bool:
        return self.status == "done"

    @property
    def is_current(self) -> bool:
        return self.status == "current"


class OpenPoint(NamedTuple):
    """An open item in the box *Nächster Schritt*, with a button for users who can handle it."""

    text: str
    action: str = ""
    url: str = ""


class Button(NamedTuple):
    """A link that looks like a button, or with `is_post` a button that posts to `url`.

    `variant` is primary, secondary, danger or plain.
    """

    label: str
    url: str
    variant: str = "secondary"
    is_post: bool = False


class Ticks(NamedTuple):
    """Rows of a list that are ticked: the name of their boxes, their keys, and which of them are on
    other pages.
    """

    name: str
    keys: frozenset[int]
    elsewhere: list[int]

    @property
    def label(self) -> str:
        if not self.elsewhere:
            return _("Angekreuzte:")
        count = len(self.elsewhere)
        text = ngettext(
            "Angekreuzte, auch %(count)d auf einer anderen Seite:",
            "Angekreuzte, auch %(count)d auf anderen Seiten:",
            count,
        )
        return text % {"count": count}


class NextStep(NamedTuple):
    """The box *Nächster Schritt*: what happens next, who does it, by when, and its one button.

    With `post=True` the button posts to `url`, otherwise it is a link. `task` names the step in
    lists of tasks, where it differs from its button.
    """

    text: str
    who: str = ""
    due_on: dt.date | None = None
    action: str = ""
    url: str = ""
    post: bool = False
    points: tuple[OpenPoint, ...] = ()
    task: str = ""

    def without_button(self) -> "NextStep":
        """Return the step for users who cannot act."""
        return self._replace(action="", url="")

    def as_entry(self, obj, subject: str = "") -> "WaitingEntry":
        """Return the step as a line of the start page that leads to `obj`, called `subject`."""
        what = f"{self.task or self.action}: {subject or obj}"
        # To the page rather than the button: nobody should act on something they have not seen.
        return WaitingEntry(self.who, what, obj.get_absolute_url(), self.due_on)


def office_step(
    text: str,
    action: str = "",
    url: str = "",
    *,
    due_on: dt.date | None = None,
    post: bool = False,
    task: str = "",
) -> NextStep:
    return NextStep(text, _("Geschäftsstelle"), due_on, action, url, post, task=task)


# Frozen: the bar, its legend and its table are drawn from the same objects.
@dataclass(frozen=True)
class Segment:
    """One part of a stacked bar. `colour` is one of `core.html.BADGE_COLOURS` or `SCALE`."""

    label: str
    count: int
    colour: str


class TextChange(NamedTuple):
    """The former and the new text of a field; *Verlauf* folds long ones."""

    label: str
    before: str
    after: str

    @property
    def is_long(self) -> bool:
        return len(self.before) + len(self.after) > 2 * START_LENGTH

    @property
    def starts(self) -> tuple[str, str]:
        """How both texts begin, each on one line."""
        before, after = (" ".join(text.split()) for text in (self.before, self.after))
        return shorten(before, START_LENGTH), shorten(after, START_LENGTH)


class HistoryEntry(NamedTuple):
    """One line of *Verlauf*. `who` is a role or a name."""

    at: dt.datetime
    who: str
    what: str
    note: str = ""
    texts: tuple[TextChange, ...] = ()


class TextCard(NamedTuple):
    """A card of plain text. `more` holds (subheading, text) pairs; `note` is small print below."""

    title: str
    text: str
    more: tuple[tuple[str, str], ...] = ()
    note: str = ""
    css_class: str = "card"


class WaitingEntry(NamedTuple):
    """One line of tasks on the start page: who has to do what, and on which page.

    `NextStep` says the same on the object's own page, where it carries the button. `in_charge`
    names the person of the office where that is not the reader.
    """

    who: str
    what: str
    url: str
    due_on: dt.date | None = None
    in_charge: str = ""


def progress_steps(labels: list[str], current: int) -> list[ProgressStep]:
    """Return the steps `labels`: those before index `current` are done.

    `current == len(labels)` means that all are done.
    """
    return [
        ProgressStep(
            label, "done" if index < current else "current" if index == current else "todo"
        )
        for index, label in enumerate(labels)
    ]
