"""Move what refers to a person when two entries of the same person are merged."""

import datetime as dt

from django.utils.translation import gettext as _

from media_visits.models import Visit
from media_visits.services.visits import lock_visit
from partners.models import Person
from partners.registry import PersonData


def move_person(*, source: Person, target: Person, by, now: dt.datetime) -> list[str]:
    """Move who was told of visits (`partners.registry.MovePerson`)."""
    keys = Visit.objects.filter(informed=source).order_by("pk").values_list("pk", flat=True)
    lines = []
    for visit in [lock_visit(pk) for pk in keys]:
        visit.informed.add(target)
        visit.informed.remove(source)
        lines.append(_("Ankündigung des Besuchs „%(visit)s“") % {"visit": visit})
    return lines


PERSON_DATA = PersonData(
    app="media_visits",
    moved=frozenset({"media_visits.Visit.informed", "media_visits.Visit.responsible"}),
    move=move_person,
)
