"""The facts of a visit that the senator's office sees, those that bind the approval, and those that
may change after the announcement.

Message and sectors are shown but may change. So may meeting point, seats and deadline of a press
slot, because the line *Presse* does not contain them.
"""

from operator import attrgetter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.registry import Fact, snapshot_of
from core.dates import format_moment
from media_visits.enums import PressKind
from media_visits.models import PressSlot, Visit


def _press(visit: Visit) -> str:
    # In a fixed order, because another order would count as a change and let the approval lapse.
    slots = visit.press_slots.order_by("starts_at", "pk")
    return "; ".join(map(str, slots)) or _("kein Pressetermin")


VISIT_FACTS = (
    Fact(gettext_lazy("Unternehmen"), attrgetter("company_name")),
    Fact(gettext_lazy("Partner"), attrgetter("partner_name")),
    Fact(gettext_lazy("Anlass des Besuchs"), attrgetter("title")),
    Fact(gettext_lazy("Termin"), attrgetter("date_text")),
    Fact(gettext_lazy("Adresse"), attrgetter("address")),
    Fact(gettext_lazy("Wer besucht"), attrgetter("visitor")),
    Fact(gettext_lazy("Außerdem dabei"), attrgetter("participants"), binding=False),
    Fact(
        gettext_lazy("Branchenschwerpunkt"),
        lambda visit: ", ".join(sector.name for sector in visit.sectors.order_by("name", "pk")),
        binding=False,
    ),
    Fact(gettext_lazy("Botschaft"), attrgetter("message"), binding=False),
    Fact(gettext_lazy("Zitat"), attrgetter("quote")),
    Fact(gettext_lazy("Presse"), _press),
    Fact(
        gettext_lazy("Veröffentlichung"),
        lambda visit: _("vorgesehen") if visit.to_be_published else _("nein, nur intern"),
    ),
)

# What an announcement says besides the binding facts: people are told when it changes.
ANNOUNCED_FACTS = (
    Fact(gettext_lazy("Außerdem dabei"), attrgetter("participants")),
    Fact(gettext_lazy("Kontakt"), attrgetter("contact")),
)
ANNOUNCED_SLOT_FACTS = (
    Fact(gettext_lazy("Da sein bis"), lambda slot: format_moment(slot.be_there_by)),
    Fact(gettext_lazy("Treffpunkt"), attrgetter("meeting_point")),
    Fact(gettext_lazy("Erwartbare Bilder"), attrgetter("expected_pictures")),
    Fact(gettext_lazy("Anmeldung bis"), lambda slot: format_moment(slot.registration_deadline)),
    Fact(gettext_lazy("Plätze"), lambda slot: str(slot.capacity or "")),
)


def slot_details(slot: PressSlot) -> list[list[str]]:
    """Return what is known of `slot` besides kind and start, [[label, value], …]."""
    return snapshot_of(ANNOUNCED_SLOT_FACTS, slot)


def announced_slots(visit: Visit) -> list[tuple[PressSlot, list[list[str]]]]:
    """Return the press slots of `visit` in their order, each with what is announced of it."""
    # A slot of the kind *not public* only records that the press is not invited.
    slots = visit.press_slots.exclude(kind=PressKind.NOT_PUBLIC).order_by("starts_at", "pk")
    return [(slot, slot_details(slot)) for slot in slots]


def announced_snapshot(visit: Visit) -> list[list[str]]:
    """Return what is announced of `visit` and may change afterwards, [[label, value], …]."""
    lines = snapshot_of(ANNOUNCED_FACTS, visit)
    for slot, facts in announced_slots(visit):
        lines += [[f"{slot}: {label}", value] for label, value in facts]
    return lines
