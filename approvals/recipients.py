"""Who is told of requests: the senator's office, and who acts for it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

from core.roles import SENATOR_OFFICE
from partners.models import Person
from partners.queries import deputyships_between, people_with_role


class Circle(NamedTuple):
    """Who may decide on a day: the senator's office with those who act while it is away, and
    standing deputies.

    A deputyship with a last day says that somebody is away; one until further notice says that
    somebody could step in (`docs/adr/0014`). Nobody is in both.
    """

    first: list[Person]
    standing: list[Person]

    @property
    def everybody(self) -> list[Person]:
        return self.first + self.standing


def circles_on(days: Sequence[dt.date], kinds: Iterable[str]) -> dict[tuple[dt.date, str], Circle]:
    """Return for each of `days` and `kinds` who may decide on requests of the kind on the day, in
    two queries.
    """
    principals = list(people_with_role(SENATOR_OFFICE))
    rows = list(deputyships_between(principals, min(days), max(days)))
    found = {}
    for day, kind in product(days, kinds):
        acting = [row for row in rows if row.holds_on(day) and row.covers(kind)]
        first = _distinct([*principals, *(row.deputy for row in acting if row.ends_on)])
        standing = _distinct(row.deputy for row in acting if row.ends_on is None)
        found[day, kind] = Circle(first, [person for person in standing if person not in first])
    return found


def deciders(today: dt.date, kind: str) -> list[Person]:
    """Return who is told about requests of `kind`: the senator's office and who acts for it in them
    on `today`.
    """
    return circles_on([today], [kind])[today, kind].everybody


def _distinct(people: Iterable[Person]) -> list[Person]:
    return list({person.pk: person for person in people}.values())
