"""What a request shows of its subject, what of it the approval is bound to, and how two versions
differ.

Each app that has something to be approved declares one table of facts a kind. It is read for the
snapshot of a request, for the question whether a change lets the approval lapse, and for the
warning of the forms.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _


class Fact(NamedTuple):
    """One line that the senator's office is shown: its label, how to read it, and whether the
    approval hangs on it.
    """

    label: str | Promise
    read: Callable[[Any], str]
    matters: bool = True


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


def essentials_of(facts: Iterable[Fact], subject) -> list[list[str]]:
    """Return the lines of `subject` that an approval is bound to."""
    return snapshot_of([fact for fact in facts if fact.matters], subject)


def essential_changes(facts: Iterable[Fact], before, after) -> list[Change]:
    """Return which lines that an approval is bound to differ between the rows `before` and `after`."""
    facts = tuple(facts)
    return differences(essentials_of(facts, before), essentials_of(facts, after))


def name_essentials(facts: Iterable[Fact]) -> str:
    """Return what an approval is bound to, for a warning: `Titel, Gastgeber, Format`."""
    return ", ".join(str(fact.label) for fact in facts if fact.matters)


def differences(before: list[list[str]], after: list[list[str]]) -> list[Change]:
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


def reason_of(changes: Iterable[Change]) -> str:
    """Return why an approval lapsed: `geändert: Titel, Gastgeber`."""
    return _("geändert: %(what)s") % {"what": ", ".join(change.label for change in changes)}
