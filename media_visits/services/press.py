"""Press slots: added, changed, cancelled, removed."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.registry import require_dates_heeded
from core.conflicts import require_unchanged, require_version, version_of
from core.dates import format_moment, local_date, moment_key
from core.errors import Concern, Refused
from core.history import delete_as, save_as
from core.models import Origin
from core.roles import require_office
from media_visits.enums import PRESS_OPEN_STATES, PressKind, VisitState
from media_visits.facts import announced_snapshot
from media_visits.mails import mail_change
from media_visits.models import PressSlot, Visit
from media_visits.models.press import (
    ARRIVAL_TOO_LATE,
    REGISTRATION_TOO_LATE,
)
from media_visits.queries import commitment_of, is_on_another_day
from media_visits.services.visits import (
    SEEN_FIELDS,
    binding_snapshot,
    lock_visit,
    record_announced_change,
    save_change,
)

SLOT_CHANGED = gettext_lazy("Pressetermin geändert")
# In the order of the form.
SLOT_FIELDS = (
    "kind",
    "starts_at",
    "be_there_by",
    "meeting_point",
    "expected_pictures",
    "registration_deadline",
    "capacity",
)
# Covered by the approval and announced. Meeting point and seats may still change.
BINDING_SLOT_FIELDS = frozenset({"kind", "starts_at"})
# The press waits no longer for a visit to begin; an earlier time is likely a slip.
LONGEST_WAIT = dt.timedelta(hours=3)
START_IS_MISSING = gettext_lazy("Bitte tragen Sie ein, wann der Pressetermin beginnt.")


@transaction.atomic
def create_press_slot(
    *,
    visit: Visit,
    values: Mapping[str, Any],
    origin: str = Origin.ENTERED,
    seen: str | None = None,
    by,
    now: dt.datetime,
    heeded: Collection[str] = (),
) -> PressSlot:
    """Save a new press slot; an approval of the visit lapses, because it covers the press too.

    `values` has entries of SLOT_FIELDS; `seen` is the fingerprint of the visit's SEEN_FIELDS that
    the page showed. Raises Refused when the visit is announced or over, the times are impossible,
    or the same slot exists already; Warned by a holiday, an unusual time or a clash.
    """
    require_office(by)
    visit = lock_visit(visit.pk)
    _check_open(visit, is_binding=True)
    _require_visit_seen(visit, seen)
    slot = PressSlot(visit=visit, origin=origin, **values)
    _set_origin(slot, visit)
    _check_times(slot)
    _check_deadline(slot, now)
    _check_day(visit, slot)
    # A form sent twice is the usual cause.
    same = visit.press_slots.taking_place().filter(kind=slot.kind, starts_at=slot.starts_at)
    if same.exists():
        raise Refused(_("Diesen Pressetermin gibt es schon."))
    _require_heeded_times(slot, set(values), heeded, by=by, now=now)
    before = binding_snapshot(visit)
    save_as(slot, by=by, now=now, reason=_("Angelegt"))
    reason = _("Pressetermin ergänzt: %(slot)s") % {"slot": slot}
    save_change(visit, before, by=by, now=now, reason=reason)
    return slot


@transaction.atomic
def change_press_slot(
    *,
    slot: PressSlot,
    values: Mapping[str, Any],
    version: str,
    seen: str | None = None,
    notify: bool = True,
    by,
    now: dt.datetime,
    heeded: Collection[str] = (),
) -> PressSlot:
    """Write `values`, entries of SLOT_FIELDS; another kind or start lets an approval lapse.

    Everybody who knows of an announced visit is mailed what changed, unless `notify` is off.
    `version` is the fingerprint that the form showed. Raises ChangedMeanwhile when somebody else
    saved first; Refused and Warned, and compares `seen`, as `create_press_slot`.
    """
    require_office(by)
    visit, slot = _lock_visit_and_slot(slot)
    require_taking_place(slot)
    changed = {name for name in values if getattr(slot, name) != values[name]}
    # Before the versions are compared: the page offers to save again only what may be saved.
    if changed:
        _check_open(visit, is_binding=bool(changed & BINDING_SLOT_FIELDS))
    require_unchanged(slot, version, SLOT_FIELDS)
    # An unchanged form must not write history or let the approval lapse.
    if not changed:
        return slot
    _require_visit_seen(visit, seen)
    before, announced = binding_snapshot(visit), announced_snapshot(visit)
    for name in changed:
        setattr(slot, name, values[name])
    _set_origin(slot, visit)
    _check_times(slot)
    if "registration_deadline" in changed:
        _check_deadline(slot, now)
    # Other changes stay possible while the visit is moved to another day before its slots.
    if "starts_at" in changed:
        _check_day(visit, slot)
    _require_heeded_times(slot, changed, heeded, by=by, now=now)
    save_as(slot, by=by, now=now, reason=_("Geändert"))
    reason = f"{SLOT_CHANGED}: {slot}"
    is_told = record_announced_change(visit, announced, notify=notify)
    save_change(visit, before, by=by, now=now, reason=reason)
    if is_told:
        mail_change(visit, notify=notify, by=by, now=now)
    return slot


@transaction.atomic
def delete_press_slot(*, slot: PressSlot, by, now: dt.datetime) -> Visit:
    """Delete a press slot; an approval of the visit lapses."""
    require_office(by)
    visit, slot = _lock_visit_and_slot(slot)
    # A cancelled slot stays, so that those who were told find it.
    require_taking_place(slot)
    _check_open(visit, is_binding=True)
    before = binding_snapshot(visit)
    reason = _("Pressetermin entfernt: %(slot)s") % {"slot": slot}
    delete_as(slot, by=by, now=now, reason=_("Entfernt"))
    save_change(visit, before, by=by, now=now, reason=reason)
    return visit


@transaction.atomic
def cancel_press_slot(*, slot: PressSlot, by, now: dt.datetime) -> PressSlot:
    """Cancel one press slot of an announced visit, which takes place all the same.

    Everybody who knows of the visit is mailed, always: they would turn up otherwise. Raises Refused
    when the slot can be removed instead, has begun, or is cancelled already.
    """
    require_office(by)
    visit, slot = _lock_visit_and_slot(slot)
    require_cancellable(slot, now)
    before, announced = binding_snapshot(visit), announced_snapshot(visit)
    slot.cancelled_at = now
    save_as(slot, by=by, now=now, reason=_("Abgesagt"))
    record_announced_change(visit, announced, notify=True)
    reason = _("Pressetermin abgesagt: %(slot)s") % {"slot": slot}
    save_change(visit, before, by=by, now=now, reason=reason)
    mail_change(visit, notify=True, by=by, now=now)
    return slot


def require_cancellable(slot: PressSlot, now: dt.datetime) -> None:
    """Raise Refused unless the press expects `slot` and it lies ahead."""
    require_taking_place(slot)
    if slot.visit.state != VisitState.ANNOUNCED or slot.visit.is_taken_over:
        raise Refused(_("Absagen lassen sich Pressetermine eines angekündigten Besuchs."))
    if not slot.invites_press:
        raise Refused(_("Dieser Termin ist nicht presseöffentlich; es gibt nichts abzusagen."))
    if slot.starts_at and slot.starts_at <= now:
        raise Refused(_("Der Pressetermin hat schon begonnen."))


def _require_visit_seen(visit: Visit, seen: str | None) -> None:
    """Raise ChangedMeanwhile when the locked `visit` is no longer as the page of a slot showed it.

    The slot may be the same, but its change would end an approval that was given meanwhile, or
    keep it on a day that the visit has left.
    """
    changed = _(
        "Der Besuch hat sich inzwischen geändert. Stand: %(state)s, Termin: %(when)s. Gespeichert "
        "ist noch nichts; bitte prüfen Sie noch einmal."
    )
    values = {"state": visit.get_state_display(), "when": visit.date_text}
    require_version(seen, version_of(visit, SEEN_FIELDS), changed % values)


def require_taking_place(slot: PressSlot) -> None:
    """Raise Refused for a slot that was cancelled."""
    if slot.cancelled_at:
        raise Refused(_("Dieser Pressetermin ist schon abgesagt."))


def _lock_visit_and_slot(slot: PressSlot) -> tuple[Visit, PressSlot]:
    # Every service locks the visit first, so that two of them cannot deadlock.
    visit = lock_visit(slot.visit_id)
    slot = PressSlot.objects.select_for_update().get(pk=slot.pk)
    slot.visit = visit
    return visit, slot


def _check_open(visit: Visit, *, is_binding: bool) -> None:
    """Raise Refused when the press slots of `visit` can no longer change."""
    if visit.is_taken_over:
        return
    if visit.state not in PRESS_OPEN_STATES:
        raise Refused(
            _("Der Besuch ist %(state)s; an den Presseterminen ist nichts mehr zu ändern.")
            % {"state": visit.get_state_display()}
        )
    if is_binding and visit.state == VisitState.ANNOUNCED:
        text = _(
            "Der Besuch ist angekündigt. Sagen Sie diesen Pressetermin ab, oder verschieben Sie "
            "den Besuch, damit alle, die davon wissen, es erfahren."
        )
        raise Refused(text)


def _set_origin(slot: PressSlot, visit: Visit) -> None:
    # A slot added later to a visit taken over may lack a start too, since its source names none.
    if visit.is_taken_over:
        slot.origin = Origin.TAKEN_OVER


def slot_day_error(visit: Visit, starts_at: dt.datetime | None) -> str:
    """Return an error message if a slot would begin on another day than `visit`; shared by form and
    service.
    """
    if visit.is_taken_over or not is_on_another_day(visit, starts_at):
        return ""
    return _("Der Besuch ist an einem anderen Tag: %(when)s.") % {"when": visit.date_text}


def _check_day(visit: Visit, slot: PressSlot) -> None:
    if error := slot_day_error(visit, slot.starts_at):
        raise Refused(error)


def arrival_error(starts_at: dt.datetime | None, be_there_by: dt.datetime | None) -> str:
    """Return an error message if the press is to arrive on another day; for form and service."""
    if not starts_at or not be_there_by or local_date(starts_at) == local_date(be_there_by):
        return ""
    return _("„Da sein bis“ liegt an einem anderen Tag als der Beginn.")


def _require_heeded_times(
    slot: PressSlot, changed: Collection[str], heeded: Collection[str], *, by, now
) -> None:
    """Raise Refused or Warned when times among the `changed` fields look like a slip."""
    if slot.origin == Origin.TAKEN_OVER:
        return
    also = []
    # Only where the two meet anew: other changes must not fail because of what is stored.
    if {"starts_at", "be_there_by"}.intersection(changed):
        if error := arrival_error(slot.starts_at, slot.be_there_by):
            raise Refused(error)
        also = list(_concerns_about_arrival(slot))
    binds = slot.starts_at and slot.kind != PressKind.NOT_PUBLIC
    is_new = binds and BINDING_SLOT_FIELDS.intersection(changed)
    dates = [commitment_of(slot.visit, slot)] if is_new else []
    require_dates_heeded(dates, heeded, also=also, by=by, now=now)


def _concerns_about_arrival(slot: PressSlot) -> Iterator[Concern]:
    if not slot.starts_at or not slot.be_there_by:
        return
    if slot.starts_at - slot.be_there_by <= LONGEST_WAIT:
        return
    text = _("%(when)s, mehr als drei Stunden vor dem Beginn")
    key = f"arrival-{moment_key(slot.be_there_by)}-{moment_key(slot.starts_at)}"
    when = format_moment(slot.be_there_by)
    yield Concern(key, _("Da sein bis"), "", text % {"when": when})


def _check_times(slot: PressSlot) -> None:
    if slot.starts_at is None and slot.needs_a_start:
        raise Refused(str(START_IS_MISSING))
    moments = (
        (slot.be_there_by, ARRIVAL_TOO_LATE),
        (slot.registration_deadline, REGISTRATION_TOO_LATE),
    )
    for moment, sentence in moments:
        if moment and (slot.starts_at is None or moment > slot.starts_at):
            raise Refused(str(sentence))


def _check_deadline(slot: PressSlot, now: dt.datetime) -> None:
    """Raise Refused when nobody could register any more, except at visits from earlier records."""
    deadline = slot.registration_deadline
    if slot.origin != Origin.TAKEN_OVER and deadline and deadline < now:
        raise Refused(
            _("Der Anmeldeschluss liegt in der Vergangenheit. Bitte wählen Sie einen späteren.")
        )
