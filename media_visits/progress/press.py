"""Press slots and press coverage as pages list them."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_span
from core.models import BASIS, Origin
from media_visits.enums import CoverageKind, PressKind, VisitState
from media_visits.models import Coverage, PressSlot, Visit
from media_visits.permissions import can_see_internals
from media_visits.queries import is_on_another_day

# Values of `Coverage.basis` that need no remark.
SURE_BASES = ("sourced", "source", "page")


class ListedSlot(NamedTuple):
    """A press slot as the page of its visit shows it; missing texts are empty."""

    slot: PressSlot
    starts_at: str
    arrival: str
    registration: str
    seats: str
    day_note: str
    is_cancelled: bool
    can_cancel: bool


def listed_slots(visit: Visit, slots: Iterable[PressSlot], now: dt.datetime) -> list[ListedSlot]:
    return [
        ListedSlot(
            slot=slot,
            starts_at=format_span(slot.starts_at) if slot.starts_at else "",
            arrival=_with_moment(_("da sein bis %(when)s"), slot.be_there_by),
            registration=_with_moment(_("bis %(when)s"), slot.registration_deadline),
            seats=_seats(slot),
            day_note="" if slot.cancelled_at else slot_day_note(visit, slot.starts_at),
            is_cancelled=slot.cancelled_at is not None,
            can_cancel=_can_cancel(visit, slot, now),
        )
        for slot in slots
    ]


def _can_cancel(visit: Visit, slot: PressSlot, now: dt.datetime) -> bool:
    if visit.is_taken_over or visit.state != VisitState.ANNOUNCED or not slot.invites_press:
        return False
    return slot.starts_at is None or slot.starts_at > now


def cancelling_details(slot: PressSlot) -> list[str]:
    """Return what cancelling `slot` leaves of the visit."""
    others = slot.visit.press_slots.taking_place().exclude(pk=slot.pk)
    details = [_("Der Besuch selbst findet weiterhin statt.")]
    if not any(other.invites_press for other in others):
        details.append(_("Der Besuch ist danach nicht presseöffentlich."))
    return details


def kinds_text(visit: Visit) -> str:
    """Return the kinds of the prefetched press slots that take place, or the source's wording."""
    slots = list(visit.press_slots.all())
    kinds = [slot.get_kind_display() for slot in slots if slot.cancelled_at is None]
    if slots and not kinds:
        return str(PressKind.NOT_PUBLIC.label)
    return ", ".join(kinds) or visit.press_text


def slot_day_note(visit: Visit, starts_at: dt.datetime | None) -> str:
    """Say that a slot kept its day when the visit moved to another; "" if it did not."""
    if visit.is_taken_over or not is_on_another_day(visit, starts_at):
        return ""
    return _("Liegt noch an einem anderen Tag als der Besuch (%(when)s).") % {
        "when": visit.date_text
    }


def _with_moment(text: str, moment) -> str:
    return text % {"when": format_span(moment)} if moment else ""


def _seats(slot: PressSlot) -> str:
    if not slot.capacity:
        return ""
    return ngettext("%(count)d Platz", "%(count)d Plätze", slot.capacity) % {"count": slot.capacity}


class ListedCoverage(NamedTuple):
    """A press report as pages list it: `medium` and `publisher` each with its kind and tone."""

    coverage: Coverage
    medium: str
    publisher: str
    about: str
    origin: str


def listed_coverage(coverage: Iterable[Coverage], user) -> list[ListedCoverage]:
    """Return `coverage` for `user`; the tone only for those who may see it."""
    sees_tone = can_see_internals(user)
    return [_listed(item, sees_tone=sees_tone) for item in coverage]


def _listed(coverage: Coverage, *, sees_tone: bool) -> ListedCoverage:
    # Kind and tone are optional and follow the name of the medium.
    details = []
    if coverage.kind != CoverageKind.UNKNOWN:
        details.append(coverage.get_kind_display())
    if sees_tone and coverage.tone:
        details.append(coverage.get_tone_display())
    return ListedCoverage(
        coverage=coverage,
        medium=" · ".join([coverage.medium, *details]),
        publisher=" · ".join([coverage.get_publisher_display(), *details]),
        about=coverage.about if coverage.title else "",
        origin=_origin_of(coverage),
    )


def _origin_of(coverage: Coverage) -> str:
    """Return where the record comes from, which of its values are not sourced, and its doubts."""
    # One line instead of the block `origin_note`: a list shows dozens of reports.
    if coverage.origin == Origin.ENTERED:
        return ""
    # Readers must be able to tell what a source says from what somebody concluded.
    doubtful = [
        f"{Coverage._meta.get_field(name).verbose_name}: {BASIS.get(value, value)}"
        for name, value in coverage.basis.items()
        if value not in SURE_BASES
    ]
    return " · ".join(
        filter(None, [str(coverage.get_origin_display()), *doubtful, coverage.doubts])
    )
