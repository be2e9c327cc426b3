"""Press slots and clippings as pages list them."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_moment
from core.models import BASIS, Origin
from media_visits.enums import CoverageKind
from media_visits.models import Coverage, PressSlot
from media_visits.permissions import can_see_internals

# Values of `Coverage.basis` that need no remark.
SURE_BASES = ("sourced", "source", "page")


class ListedSlot(NamedTuple):
    """A press slot as the page of its visit shows it; missing texts are empty."""

    slot: PressSlot
    starts_at: str
    arrival: str
    registration: str
    seats: str


def listed_slots(slots: Iterable[PressSlot]) -> list[ListedSlot]:
    return [
        ListedSlot(
            slot=slot,
            starts_at=format_moment(slot.starts_at),
            arrival=_with_moment(_("da sein bis %(when)s"), slot.be_there_by),
            registration=_with_moment(_("bis %(when)s"), slot.registration_deadline),
            seats=_seats(slot),
        )
        for slot in slots
    ]


def _with_moment(text: str, moment) -> str:
    return text % {"when": format_moment(moment)} if moment else ""


def _seats(slot: PressSlot) -> str:
    if not slot.capacity:
        return ""
    return ngettext("%(count)d Platz", "%(count)d Plätze", slot.capacity) % {"count": slot.capacity}


class ListedClipping(NamedTuple):
    """A clipping as pages list it: `medium` and `publisher` each with its kind and tone."""

    clipping: Coverage
    medium: str
    publisher: str
    about: str
    origin: str


def listed_clippings(clippings: Iterable[Coverage], user) -> list[ListedClipping]:
    """Return `clippings` for `user`; the tone only for those who may see it."""
    sees_tone = can_see_internals(user)
    return [_listed_clipping(clipping, sees_tone=sees_tone) for clipping in clippings]


def _listed_clipping(clipping: Coverage, *, sees_tone: bool) -> ListedClipping:
    # Kind and tone are optional and follow the name of the medium.
    details = []
    if clipping.kind != CoverageKind.UNKNOWN:
        details.append(clipping.get_kind_display())
    if sees_tone and clipping.tone:
        details.append(clipping.get_tone_display())
    return ListedClipping(
        clipping=clipping,
        medium=" · ".join([clipping.medium, *details]),
        publisher=" · ".join([clipping.get_publisher_display(), *details]),
        about=clipping.about if clipping.title else "",
        origin=_origin_of(clipping),
    )


def _origin_of(clipping: Coverage) -> str:
    """Return where the record comes from, which of its values are not sourced, and its doubts."""
    # One line instead of the block `origin_note`: a list shows dozens of clippings.
    if clipping.origin == Origin.ENTERED:
        return ""
    doubtful = [
        f"{Coverage._meta.get_field(name).verbose_name}: {BASIS.get(value, value)}"
        for name, value in clipping.basis.items()
        if value not in SURE_BASES
    ]
    return " · ".join(
        filter(None, [str(clipping.get_origin_display()), *doubtful, clipping.doubts])
    )
