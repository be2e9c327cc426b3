"""The facts of a visit that the senator's office sees, those that bind the approval, and those that
may change after the announcement.

Message and sectors are shown but may change. So may meeting point, seats and deadline of a press
slot, because the line *Presse* does not contain them.
"""

from operator import attrgetter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.registry import Change, Fact, snapshot_changes, snapshot_of
from core.dates import format_moment
from media_visits.models import PressSlot, Visit


def _press(visit: Visit) -> str:
    # In a fixed order, because another order would count as a change and let the approval lapse.
    slots = visit.press_slots.taking_place()
    return "; ".join(map(str, slots)) or _("kein Pressetermin")


ADDRESS = gettext_lazy("Adresse")
VISIT_FACTS = (
    Fact(gettext_lazy("Unternehmen"), attrgetter("company_name")),
    Fact(gettext_lazy("Partner"), attrgetter("partner_name")),
    Fact(gettext_lazy("Anlass des Besuchs"), attrgetter("title")),
    Fact(gettext_lazy("Termin"), attrgetter("date_text")),
    # Often found out later. Nobody approved something else, so adding it changes nothing approved.
    Fact(ADDRESS, attrgetter("address"), only_if_shown=True),
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
    # Without an address, the announcement says the same.
    Fact(ADDRESS, lambda visit: visit.address or _("im Unternehmen")),
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
    slots = visit.press_slots.taking_place()
    return [(slot, slot_details(slot)) for slot in slots if slot.invites_press]


def announced_snapshot(visit: Visit) -> list[list[str]]:
    """Return what is announced of `visit` and may change afterwards, [[label, value], …]."""
    lines = snapshot_of(ANNOUNCED_FACTS, visit)
    for slot, facts in announced_slots(visit):
        lines += [[f"{slot}: {label}", value] for label, value in facts]
    cancelled = visit.press_slots.filter(cancelled_at__isnull=False).order_by("starts_at", "pk")
    return lines + [[str(slot), _("entfällt")] for slot in cancelled]


def announced_changes_since(before: list[list[str]], visit: Visit) -> list[Change]:
    """Return what differs between `before`, an `announced_snapshot`, and what holds now."""
    changes = snapshot_changes(before, announced_snapshot(visit))
    # Older snapshots have no address, because none could be added after the announcement.
    if ADDRESS not in dict(map(tuple, before)):
        changes = [change for change in changes if change.label != ADDRESS]
    cancelled = visit.press_slots.filter(cancelled_at__isnull=False)
    # Only a cancelled slot has a line without a detail, so nothing stood there before.
    gone = {str(slot) for slot in cancelled} & {change.label for change in changes}
    rest = [change for change in changes if change.label not in gone]
    # Where to meet for what does not take place interests nobody.
    rest = [change for change in rest if not change.label.startswith(tuple(f"{s}: " for s in gone))]
    ended = [Change(label, _("findet statt"), _("entfällt")) for label in sorted(gone)]
    if ended and not announced_slots(visit):
        ended.append(Change(_("Presse"), _("presseöffentlich"), _("nicht presseöffentlich")))
    return [*ended, *rest]
