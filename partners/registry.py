"""What apps above register here, because this app may not import them.

The kinds of approval that a deputyship can be limited to: a deputyship without kinds covers all of
them, including those registered later. And the kinds of record that somebody of the office is in
charge of. And how each app refers to people: for merging two of them, for deleting what is no
longer needed, and for telling people what is stored about them. And what still depends on people
and organisations that are about to leave.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.errors import Concern, Refused
from core.texts import Traces

_labels: dict[str, str | Promise] = {}
_person_data: dict[str, "PersonData"] = {}


class MovePerson(Protocol):
    """Let everything that refers to the person `source` refer to `target`, with history.

    Return a German line about each thing moved, for the page that asks before merging; it calls
    this in a transaction that is rolled back. Both people are locked, and nobody is mailed. The
    account of `source` belongs to `target` already, unless `target` has one of its own.
    """

    def __call__(self, *, source: Any, target: Any, by: Any, now: dt.datetime) -> Sequence[str]: ...


def moves_nothing(*, source, target, by, now: dt.datetime) -> Sequence[str]:
    return ()


class Need(NamedTuple):
    """What the portal needs the person with this key for, as a German line, and the last day of it;
    None while it goes on. `advice` says in German what ends it, on the page at `url`.
    """

    person: int
    why: str
    until: dt.date | None = None
    advice: str = ""
    url: str = ""


class FindNeeds(Protocol):
    """Return what the app needs these people for, in a number of queries that does not grow with
    them.
    """

    def __call__(self, people: QuerySet) -> Iterable[Need]: ...


class AnonymisePerson(Protocol):
    """Remove from the app what is stored about `person`, in history too. What counts people or
    replies stays.

    `traces` are names, addresses and numbers that belong to nobody else. `labels` also has those
    that others may share; it is for records that are about this person. Return a German line about
    each thing done, as `MovePerson` does.
    """

    def __call__(self, *, person: Any, traces: Traces, labels: Traces) -> Sequence[str]: ...


class Section(NamedTuple):
    """One part of what is stored about a person: rows of (label, value)."""

    title: str
    rows: Sequence[Sequence[tuple[str, Any]]]


class ExportPerson(Protocol):
    """Return what the app stores about `person`: nothing about others, and no personal links.

    `addresses` are those of the person, present and former, that nobody else has.
    """

    def __call__(self, person: Any, addresses: Collection[str]) -> Iterable[Section]: ...


def needs_nobody(people: QuerySet) -> Iterable[Need]:
    return ()


def removes_nothing(*, person, traces: Traces, labels: Traces) -> Sequence[str]:
    return ()


def exports_nothing(person, addresses: Collection[str]) -> Iterable[Section]:
    return ()


class ClosedTexts(NamedTuple):
    """Texts of the office in which anybody may be named; `closed` returns the rows that no work
    goes on with.
    """

    model: str
    closed: Callable[[], QuerySet]


class ExpiryRule(NamedTuple):
    """Details about people without an entry, removed once their matter was closed long enough.

    `due` returns the records for the last day of their matter; `remove` locks one of them, removes
    the details and returns whether there were any left.
    """

    key: str
    label: str | Promise
    due: Callable[[dt.date], QuerySet]
    remove: Callable[[Any], bool]


@dataclass(frozen=True)
class PersonData:
    """How an app refers to people and accounts, as labels like `dialogues.Invitation.person`.

    `moved` are the fields that `move` lets refer to the person that stays (`partners` moves
    `responsible`). `kept` are those that record which account did something; they follow the
    account, never the person.

    Each model with a text is in exactly one place: `cleaned` by `anonymise`, in `texts` where
    anybody may be named, or `nameless` because nobody but accounts is. `needs` says how long the
    app needs people, `expiry` removes details about people without an entry.
    """

    app: str
    moved: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    move: MovePerson = moves_nothing
    needs: FindNeeds = needs_nobody
    anonymise: AnonymisePerson = removes_nothing
    export: ExportPerson = exports_nothing
    cleaned: frozenset[str] = frozenset()
    texts: tuple[ClosedTexts, ...] = ()
    nameless: frozenset[str] = frozenset()
    expiry: tuple[ExpiryRule, ...] = ()


def register_person_data(data: PersonData) -> None:
    _person_data[data.app] = data


def person_data() -> list[PersonData]:
    return list(_person_data.values())


# A deputyship without kinds covers all of them, including those registered later.
def register_kinds(choices: Iterable[tuple[str, str | Promise]]) -> None:
    """Register the kinds of approval that a deputyship can be limited to, as (key, label)."""
    _labels.update(choices)


def kind_choices() -> list[tuple[str, str | Promise]]:
    return list(_labels.items())


def ordered_kinds(keys: Iterable[str]) -> list[str]:
    """Return `keys` without duplicates in their fixed order. Raises Refused for an unknown key."""
    # A fixed order, because a mere change of order would show up as a change in the history.
    wanted = set(keys)
    if unknown := sorted(wanted - set(_labels)):
        raise Refused(_("Unbekannte Art von Freigaben: %(kinds)s.") % {"kinds": ", ".join(unknown)})
    return [key for key in _labels if key in wanted]


def kind_limit_text(keys: Iterable[str]) -> str:
    """Return `nur Freigaben: Thema, Besuch`; empty when there are no `keys`, hence no limit."""
    # Show the key of a kind that is no longer registered rather than hide the limit.
    names = ", ".join(str(_labels.get(key, key)) for key in keys)
    return _("nur Freigaben: %(kinds)s") % {"kinds": names} if names else ""


class AssignableKind(NamedTuple):
    """A kind of record with a person in charge (`partners.models.Assignable`).

    `key` is part of URLs, `label` the plural in German, `list_url` the URL name of the list.
    `open_records` returns the records that still need somebody, in the order of their names.
    """

    key: str
    label: str | Promise
    list_url: str
    open_records: Callable[[], QuerySet]

    @property
    def records(self) -> QuerySet:
        """All records of this kind."""
        return self.open_records().model._default_manager.all()


_assignable: dict[str, AssignableKind] = {}


def register_assignable(*kinds: AssignableKind) -> None:
    _assignable.update({kind.key: kind for kind in kinds})


def assignable_kinds() -> list[AssignableKind]:
    """Return the kinds in the order of their registration, which is that of the apps."""
    return list(_assignable.values())


def assignable_kind(key: str) -> AssignableKind | None:
    return _assignable.get(key)


def depends_on_nothing(subject: Any) -> Iterable[Concern]:
    return ()


@dataclass(frozen=True)
class Dependents:
    """What an app still expects of an account, a person or an organisation, each as a concern that
    leads to where it can be handed to somebody else.
    """

    of_account: Callable[[Any], Iterable[Concern]] = depends_on_nothing
    of_person: Callable[[Any], Iterable[Concern]] = depends_on_nothing
    of_organisation: Callable[[Any], Iterable[Concern]] = depends_on_nothing


_dependents: list[Dependents] = []


def register_dependents(dependents: Dependents) -> None:
    if dependents not in _dependents:
        _dependents.append(dependents)


def all_dependents() -> list[Dependents]:
    return list(_dependents)
