"""Press slots of a visit: added, changed, removed."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.registry import binding_snapshot_of
from core.conflicts import require_unchanged
from core.errors import Refused
from core.history import save_as
from core.models import Origin
from media_visits.enums import VisitState
from media_visits.models import PressSlot, Visit
from media_visits.registry import VISIT_FACTS
from media_visits.services.visits import lock_visit, require_office, save_change

EDITABLE = (
    "kind",
    "starts_at",
    "be_there_by",
    "meeting_point",
    "expected_pictures",
    "registration_deadline",
    "capacity",
)
# What was announced, and what the line *Presse* of the Vorlage says; meeting point and seats may
# still change.
ESSENTIAL = ("kind", "starts_at")
OPEN_STATES = (
    VisitState.IDEA,
    VisitState.SUBMITTED,
    VisitState.RETURNED,
    VisitState.POSTPONED,
    VisitState.APPROVED,
    VisitState.ANNOUNCED,
)


@transaction.atomic
def add_press_slot(*, slot: PressSlot, by, now: dt.datetime) -> PressSlot:
    """Save the new `slot` of its visit. An approval of the visit lapses: how the press comes along
    was part of it.
    """
    require_office(by)
    visit = _lock_open(slot.visit_id, essential=True)
    _join(slot, visit)
    _check_times(slot)
    if visit.press_slots.filter(kind=slot.kind, starts_at=slot.starts_at).exists():
        raise Refused(_("Diesen Pressetermin gibt es schon."))
    before = binding_snapshot_of(VISIT_FACTS, visit)
    slot.visit = visit
    save_as(slot, by=by, now=now, reason=_("Angelegt"))
    reason = _("Pressetermin ergänzt: %(slot)s") % {"slot": slot}
    save_change(visit, before, by=by, now=now, reason=reason)
    return slot


@transaction.atomic
def update_press_slot(*, slot: PressSlot, version: str, by, now: dt.datetime) -> PressSlot:
    """Write the editable fields of `slot`; another kind or time lets an approval of the visit
    lapse.

    Raises Outpaced when the slot is no longer what the form with the fingerprint `version` showed.
    """
    require_office(by)
    visit = lock_visit(slot.visit_id)
    stored = PressSlot.objects.select_for_update().get(pk=slot.pk)
    require_unchanged(stored, version, EDITABLE)
    changed = [name for name in EDITABLE if getattr(stored, name) != getattr(slot, name)]
    if not changed:
        return stored
    _check_open(visit, any(name in ESSENTIAL for name in changed))
    before = binding_snapshot_of(VISIT_FACTS, visit)
    for name in changed:
        setattr(stored, name, getattr(slot, name))
    _join(stored, visit)
    _check_times(stored)
    save_as(stored, by=by, now=now, reason=_("Geändert"))
    reason = _("Pressetermin geändert: %(slot)s") % {"slot": stored}
    save_change(visit, before, by=by, now=now, reason=reason)
    return stored


@transaction.atomic
def remove_press_slot(*, slot: PressSlot, by, now: dt.datetime) -> Visit:
    """Delete a press slot; an approval of the visit lapses."""
    require_office(by)
    visit = _lock_open(slot.visit_id, essential=True)
    stored = PressSlot.objects.select_for_update().get(pk=slot.pk)
    before, reason = (
        binding_snapshot_of(VISIT_FACTS, visit),
        _("Pressetermin entfernt: %(slot)s") % {"slot": stored},
    )
    stored._history_user = by
    stored._change_reason = _("Entfernt")
    stored.delete()
    save_change(visit, before, by=by, now=now, reason=reason)
    return visit


def _lock_open(pk: int, *, essential: bool) -> Visit:
    visit = lock_visit(pk)
    _check_open(visit, essential)
    return visit


def _check_open(visit: Visit, essential: bool) -> None:
    if visit.is_taken_over:
        return
    if visit.state not in OPEN_STATES:
        raise Refused(
            _("Der Besuch ist %(state)s; an den Presseterminen ist nichts mehr zu ändern.")
            % {"state": visit.get_state_display()}
        )
    if visit.state == VisitState.ANNOUNCED and essential:
        raise Refused(
            _(
                "Der Besuch ist angekündigt. Verschieben Sie ihn, damit alle, die davon wissen, es "
                "erfahren."
            )
        )


def _join(slot: PressSlot, visit: Visit) -> None:
    """A slot stands outside the workflow with its visit, also one entered later: its source may
    name no time.
    """
    if visit.is_taken_over:
        slot.origin = Origin.TAKEN_OVER


def _check_times(slot: PressSlot) -> None:
    if slot.starts_at is None and slot.needs_a_start:
        raise Refused(_("Bitte tragen Sie ein, wann der Pressetermin beginnt."))
    for moment in (slot.be_there_by, slot.registration_deadline):
        if moment and (slot.starts_at is None or moment > slot.starts_at):
            raise Refused(
                _("Eintreffen und Anmeldeschluss müssen vor dem Beginn des Pressetermins liegen.")
            )
