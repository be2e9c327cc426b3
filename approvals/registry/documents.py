"""Snapshots: what is shown of a subject, which of it binds an approval, and what has changed."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _


class Fact(NamedTuple):
    """One line shown of a subject: its label and how to read it.

    An approval is bound to the facts marked `binding`: it lapses when one of them changes. Those
    marked `only_if_shown` do not bind an approval that was given while they were empty.
    """

    label: str | Promise
    read: Callable[[Any], str]
    binding: bool = True
    only_if_shown: bool = False


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


def facts_binding(
    facts: Iterable[Fact], approved: Iterable[Iterable[str]] | None
) -> tuple[Fact, ...]:
    """Return those of `facts` that bind an approval whose snapshot is `approved`; None: any."""
    shown = None if approved is None else {label for label, _value in approved}
    return tuple(
        fact
        for fact in facts
        if fact.binding and (not fact.only_if_shown or shown is None or str(fact.label) in shown)
    )


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
