"""Create, change and publish visits; steps shared by all services of this app."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from copy import copy
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
from approvals.queries import approval_in_force
from approvals.registry import (
    Fact,
    binding_snapshot_of,
    facts_binding,
    lapse_reason_for,
    require_dates_heeded,
    snapshot_changes,
)
from approvals.services import lapse_changed_approvals
from core.conflicts import require_seen, require_unchanged
from core.dates import end_error, local_date, moment_key
from core.errors import Concern, Refused, require_heeded
from core.history import save_as
from core.models import Origin, Precision
from core.roles import require_office
from core.states import target_of
from media_visits.enums import OVER_STATES, VISIT_MOVES, VisitState
from media_visits.facts import VISIT_FACTS, announced_snapshot
from media_visits.mails import mail_change
from media_visits.models import Visit
from media_visits.queries import commitment_of, is_on_another_day
from partners.queries import default_responsible

# In the order in which *Verlauf* lists changed fields.
EDITABLE_FIELDS = (
    "company",
    "company_text",
    "title",
    "message",
    "quote",
    "visitor",
    "participants",
    "contact",
    "address",
    "starts_at",
    "ends_at",
    "to_be_published",
    "internal_notes",
)
DATE_IS_PAST = gettext_lazy("Der Termin des Besuchs liegt in der Vergangenheit.")
# What somebody must have seen before they do something with the visit: any change counts it up.
SEEN_FIELDS = ("version",)
# Changing one of these makes it worth looking again at what else happens then.
DATE_FIELDS = frozenset({"company", "visitor", "starts_at", "ends_at"})
VISIT_FIELDS = (*EDITABLE_FIELDS, "sectors")
FIXED_ONCE_OVER = frozenset(
    {"company", "company_text", "visitor", "address", "starts_at", "ends_at", "to_be_published"}
)


def lock_visit(pk: int) -> Visit:
    # `of`, because PostgreSQL cannot lock the nullable side of the join with the company.
    return Visit.objects.select_for_update(of=("self",)).select_related("company").get(pk=pk)


def save_visit(visit: Visit, *, by, now: dt.datetime, reason: str) -> None:
    """Save a locked visit with the `reason` that *Verlauf* shows."""
    # Part of the deduplication key of mails, so that a later change may send the same mail again.
    visit.version += 1
    save_as(visit, by=by, now=now, reason=reason)


def check_move(visit: Visit, action: str, seen: str | None) -> str:
    """Return the state of a locked visit after `action`. Raises Refused when its state forbids it,
    ChangedMeanwhile when it no longer is as `seen` on the page that asked for confirmation.
    """
    target = target_of(VISIT_MOVES, action, visit)
    require_seen(visit, seen, SEEN_FIELDS)
    return target


def move_visit(visit: Visit, action: str, *, by, now: dt.datetime, reason: str) -> None:
    """Move a locked visit by its state table and save it."""
    visit.state = target_of(VISIT_MOVES, action, visit)
    save_visit(visit, by=by, now=now, reason=reason)


def binding_facts(visit: Visit) -> tuple[Fact, ...]:
    """Return the facts of `visit` that bind its approval; all that may, while it has none."""
    approval = approval_in_force(ApprovalKind.VISIT, visit.pk)
    return facts_binding(VISIT_FACTS, approval.snapshot if approval else None)


def binding_snapshot(visit: Visit) -> list[list[str]]:
    return binding_snapshot_of(binding_facts(visit), visit)


def save_change(
    visit: Visit, before: list[list[str]], *, by, now: dt.datetime, reason: str
) -> None:
    """Save a locked, changed visit whose `binding_snapshot` was `before`.

    If they changed while the visit was submitted or approved, its approval lapses, the visit
    becomes an idea again, and everyone involved in the approval gets a mail.
    """
    changes = snapshot_changes(before, binding_snapshot(visit))
    if not changes or visit.is_taken_over or visit.state not in VISIT_MOVES["lapse"].sources:
        save_visit(visit, by=by, now=now, reason=reason)
        return
    visit.is_published = False
    reason = _("Freigabe erloschen, %(why)s") % {"why": lapse_reason_for(changes)}
    move_visit(visit, "lapse", by=by, now=now, reason=reason)
    lapse_changed_approvals(
        kind=ApprovalKind.VISIT, subject_id=visit.pk, changes=changes, by=by, now=now
    )


def record_announced_change(visit: Visit, before: list[list[str]], *, notify: bool) -> bool:
    """Return whether people have to be told what changed since `before`, an `announced_snapshot`.

    If so, this notes it on the locked visit, which the caller saves before `mail_change`.
    """
    if visit.state != VisitState.ANNOUNCED or visit.is_taken_over:
        return False
    if before == announced_snapshot(visit):
        return False
    change = {"version": visit.version + 1, "is_mailed": notify, "before": before}
    visit.announced_changes = [*visit.announced_changes, change]
    return True


def visit_errors(values: Mapping[str, Any]) -> dict[str, str]:
    """Return field → error message for the facts of a visit; shared by form and service."""
    errors = {}
    if not values.get("company") and not values.get("company_text"):
        errors["company"] = _("Bitte wählen Sie ein Unternehmen, oder nennen Sie es als Freitext.")
    if error := end_error(values.get("starts_at"), values.get("ends_at")):
        errors["ends_at"] = error
    return errors


@transaction.atomic
def create_visit(
    *,
    values: Mapping[str, Any],
    origin: str = Origin.ENTERED,
    by,
    now: dt.datetime,
    heeded: Collection[str] = (),
) -> Visit:
    """Save a new visit as an idea. `values` has entries of VISIT_FIELDS.

    Raises NotAllowed for anyone but the office; Refused for impossible facts, and when the same
    visit exists already; Warned by a past date, a holiday, an unusual time or a clash.
    """
    require_office(by)
    # Only these fields, so that no caller can set a state.
    facts = {name: values[name] for name in EDITABLE_FIELDS if name in values}
    visit = Visit(origin=origin, responsible=default_responsible(by), **facts)
    set_day(visit)
    _check_facts(visit)
    # A form sent twice is the usual cause.
    same = Visit.objects.filter(
        company=visit.company,
        company_text=visit.company_text,
        title=visit.title,
        starts_at=visit.starts_at,
    )
    if same.exists():
        raise Refused(
            _("Diesen Besuch gibt es schon. Sie finden ihn in der Liste der Unternehmensbesuche.")
        )
    _require_heeded_date(visit, heeded, by=by, now=now)
    save_as(visit, by=by, now=now, reason=_("Als Idee angelegt"))
    visit.sectors.set(values.get("sectors", ()))
    return visit


@transaction.atomic
def change_visit(
    *,
    visit: Visit,
    values: Mapping[str, Any],
    version: str,
    notify: bool = True,
    by,
    now: dt.datetime,
    heeded: Collection[str] = (),
) -> Visit:
    """Write `values`, entries of VISIT_FIELDS; `version` is the fingerprint that the form showed.

    An approval lapses as `save_change` describes. Everybody who knows of an announced visit is
    mailed what changed of what they were told, unless `notify` is off. Raises ChangedMeanwhile when
    somebody else saved first; Refused for changes to fixed fields of a visit that is announced or
    over; Warned as `create_visit`.
    """
    require_office(by)
    visit = lock_visit(visit.pk)
    stored = copy(visit)
    changed = [
        name for name in EDITABLE_FIELDS if name in values and getattr(visit, name) != values[name]
    ]
    before, announced = binding_snapshot(visit), announced_snapshot(visit)
    for name in changed:
        setattr(visit, name, values[name])
    set_day(visit)
    # Before the versions are compared: the page offers to save again only what may be saved.
    _check_editable(visit, changed, is_binding=before != binding_snapshot(visit))
    # Check under the lock: of two simultaneous forms, the second must see the values of the first.
    require_unchanged(stored, version, VISIT_FIELDS)
    _check_facts(visit)
    if DATE_FIELDS.intersection(changed):
        _require_heeded_date(visit, heeded, by=by, now=now)
    # The senator's office sees the sectors, but they do not bind the approval.
    sectors = set(visit.sectors.all())
    if changed or set(values.get("sectors", sectors)) != sectors:
        labels = [str(Visit._meta.get_field(name).verbose_name) for name in changed]
        reason = _("Geändert: %(what)s") % {"what": ", ".join(labels) or _("Branchenschwerpunkt")}
        is_told = record_announced_change(visit, announced, notify=notify)
        save_change(visit, before, by=by, now=now, reason=reason)
        if is_told:
            mail_change(visit, notify=notify, by=by, now=now)
    visit.sectors.set(values.get("sectors", sectors))
    return visit


@transaction.atomic
def publish_visit(*, visit: Visit, seen: str | None = None, by, now: dt.datetime) -> Visit:
    """Show an approved visit to partners and on the public site.

    `seen` is the fingerprint of SEEN_FIELDS that the page showed, here as in the lifecycle.
    """
    require_office(by)
    visit = lock_visit(visit.pk)
    if not visit.has_approval:
        raise Refused(
            _(
                "Veröffentlicht wird ein Besuch nur, solange seine Freigabe gilt. Er ist im Stand "
                "„%(state)s“."
            )
            % {"state": visit.get_state_display()}
        )
    if not visit.is_publishable:
        raise Refused(
            _(
                "Freigegeben ist der Besuch ohne Veröffentlichung. Ändern Sie das, und legen Sie "
                "den Besuch erneut vor."
            )
        )
    # A second click is not an error, but must not write another history entry.
    if not visit.is_published:
        require_seen(visit, seen, SEEN_FIELDS)
        visit.is_published = True
        save_visit(visit, by=by, now=now, reason=_("Veröffentlicht"))
    return visit


@transaction.atomic
def unpublish_visit(*, visit: Visit, seen: str | None = None, by, now: dt.datetime) -> Visit:
    require_office(by)
    visit = lock_visit(visit.pk)
    if visit.is_published:
        require_seen(visit, seen, SEEN_FIELDS)
        visit.is_published = False
        save_visit(visit, by=by, now=now, reason=_("Veröffentlichung zurückgenommen"))
    return visit


def set_day(visit: Visit) -> None:
    """Derive the day from the time."""
    if visit.starts_at:
        visit.starts_on = local_date(visit.starts_at)
        visit.ends_on, visit.precision = None, Precision.DAY
    elif not visit.is_taken_over:
        # A visit taken over keeps the day that its source names, even without a time.
        visit.starts_on, visit.ends_on, visit.precision = None, None, Precision.UNKNOWN


def refuse_if_announced(visit: Visit) -> None:
    """Raise Refused for an announced visit: only postponing mails the people who know of it."""
    if visit.state == VisitState.ANNOUNCED:
        raise Refused(
            _(
                "Der Besuch ist angekündigt. Verschieben Sie ihn, damit alle, die davon wissen, es "
                "erfahren."
            )
        )


def _check_facts(visit: Visit) -> None:
    fields = ("company", "company_text", "starts_at", "ends_at")
    for sentence in visit_errors({name: getattr(visit, name) for name in fields}).values():
        raise Refused(sentence)


def _require_heeded_date(visit: Visit, heeded: Collection[str], *, by, now: dt.datetime) -> None:
    # A visit taken over is a fact of the past.
    if visit.starts_at and not visit.is_taken_over:
        left = _slots_left_behind(visit)
        # In one step with the slots; a past date is not looked at further.
        if past := list(_concerns_about_past(visit, now)):
            require_heeded([*past, *left], heeded, str(DATE_IS_PAST))
        require_dates_heeded([commitment_of(visit)], heeded, also=left, by=by, now=now)


def _slots_left_behind(visit: Visit) -> list[Concern]:
    """Return a concern for each press slot that keeps its day while the visit moves to another."""
    starts_at = visit.starts_at
    if not starts_at or not visit.pk:
        return []
    text = _("bleibt an seinem Tag und gilt erst wieder, wenn Sie auch ihn verlegen")
    return [
        Concern(
            f"slot-{slot.pk}-{moment_key(slot.starts_at)}-{moment_key(starts_at)}",
            str(slot),
            reverse("media_visits:press_edit", args=[slot.pk]),
            text,
        )
        for slot in visit.press_slots.taking_place()
        if slot.starts_at and is_on_another_day(visit, slot.starts_at)
    ]


def _concerns_about_past(visit: Visit, now: dt.datetime) -> Iterator[Concern]:
    if visit.starts_at is None or visit.starts_at > now:
        return
    text = _(
        "%(when)s. Vorlegen lässt sich der Besuch dann nicht, nur nachträglich erfassen, ohne "
        "Freigabe im Portal."
    )
    key = f"past-{moment_key(visit.starts_at)}"
    yield Concern(key, _("Vergangener Termin"), "", text % {"when": visit.date_text})


def _check_editable(visit: Visit, changed: list[str], *, is_binding: bool) -> None:
    if visit.is_taken_over:
        return
    if is_binding:
        refuse_if_announced(visit)
    if visit.state in OVER_STATES and FIXED_ONCE_OVER.intersection(changed):
        raise Refused(
            _("Der Besuch ist %(state)s; Unternehmen, Ort und Termin stehen fest.")
            % {"state": visit.get_state_display()}
        )
