"""Creating, changing and publishing visits."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.registry import Change, binding_snapshot_of, lapse_reason_for, snapshot_changes
from approvals.services import lapse_changed_approvals
from core.conflicts import require_unchanged
from core.dates import local_date
from core.errors import NotAllowed, Refused
from core.history import save_as
from core.models import Precision
from core.states import target_of
from media_visits.enums import VISIT_MOVES, VisitState
from media_visits.models import Visit
from media_visits.permissions import can_manage
from media_visits.registry import VISIT_FACTS

EDITABLE = (
    "company",
    "company_text",
    "title",
    "message",
    "visitor",
    "address",
    "starts_at",
    "ends_at",
    "to_be_published",
    "internal_notes",
)
# What stands once a visit took place or was called off.
STANDING = frozenset(
    {"company", "company_text", "visitor", "address", "starts_at", "ends_at", "to_be_published"}
)


def require_office(by) -> None:
    """Raise NotEntitled unless `by` belongs to the office."""
    if not can_manage(by):
        raise NotAllowed(_("Das ist der Geschäftsstelle vorbehalten."))


def lock_visit(pk: int) -> Visit:
    """Return the visit locked until the end of the transaction, with its company."""
    return Visit.objects.select_for_update(of=("self",)).select_related("company").get(pk=pk)


def save_visit(visit: Visit, *, by, now: dt.datetime, reason: str) -> None:
    """Save a locked visit with the reason for *Verlauf*; its version makes each of its mails an
    occasion.
    """
    visit.version += 1
    save_as(visit, by=by, now=now, reason=reason)


def move_visit(visit: Visit, action: str, *, by, now: dt.datetime, reason: str) -> None:
    """Move a locked visit by its state table and save it."""
    visit.state = target_of(VISIT_MOVES, action, visit)
    save_visit(visit, by=by, now=now, reason=reason)


def save_change(
    visit: Visit, before: list[list[str]], *, by, now: dt.datetime, reason: str
) -> None:
    """Save a locked, changed visit whose essentials were `before`; an approval that was bound to
    them lapses.

    Submitted or approved, the visit then goes back to an idea: what was shown is no longer what is
    planned.
    """
    changes = snapshot_changes(before, binding_snapshot_of(VISIT_FACTS, visit))
    if changes and not visit.is_taken_over and visit.state in VISIT_MOVES["lapse"].sources:
        _lapse(visit, changes, by=by, now=now)
    else:
        save_visit(visit, by=by, now=now, reason=reason)


def _lapse(visit: Visit, changes: list[Change], *, by, now: dt.datetime) -> None:
    visit.is_published = False
    reason = _("Freigabe erloschen, %(why)s") % {"why": lapse_reason_for(changes)}
    move_visit(visit, "lapse", by=by, now=now, reason=reason)
    lapse_changed_approvals(
        kind=ApprovalKind.VISIT, subject_id=visit.pk, changes=changes, by=by, now=now
    )


@transaction.atomic
def create_visit(*, visit: Visit, sectors=(), by, now: dt.datetime) -> Visit:
    """Save the new `visit` as an idea with its sector focus; the office's right alone.

    Raises Refused when the same visit (company, occasion, beginning) is there already: a form sent
    twice.
    """
    require_office(by)
    set_day(visit)
    _check_facts(visit)
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
    visit.state = VisitState.IDEA
    save_as(visit, by=by, now=now, reason=_("Als Idee angelegt"))
    visit.sectors.set(sectors)
    return visit


@transaction.atomic
def update_visit(*, visit: Visit, sectors, version: str, by, now: dt.datetime) -> Visit:
    """Write the editable fields of `visit` and its sector focus; `version` is the fingerprint that
    the form showed.

    Raises Outpaced when the visit was changed since; Refused when an announced visit, or one that
    is over, would change in what was announced. A change of what was submitted or approved lets the
    approval lapse.
    """
    require_office(by)
    stored = lock_visit(visit.pk)
    require_unchanged(stored, version, (*EDITABLE, "sectors"))
    changed = [name for name in EDITABLE if getattr(stored, name) != getattr(visit, name)]
    labels = ", ".join(str(Visit._meta.get_field(name).verbose_name) for name in changed)
    before = binding_snapshot_of(VISIT_FACTS, stored)
    for name in EDITABLE:
        setattr(stored, name, getattr(visit, name))
    set_day(stored)
    _check_facts(stored)
    _check_editable(
        stored, changed, is_essential=before != binding_snapshot_of(VISIT_FACTS, stored)
    )
    if changed or set(sectors) != set(stored.sectors.all()):
        reason = _("Geändert: %(what)s") % {"what": labels or _("Branchenschwerpunkt")}
        save_change(stored, before, by=by, now=now, reason=reason)
    stored.sectors.set(sectors)
    return stored


@transaction.atomic
def publish_visit(*, visit: Visit, publish: bool, by, now: dt.datetime) -> Visit:
    """Publish a visit the senator's office consented to, or take it back inside."""
    require_office(by)
    visit = lock_visit(visit.pk)
    if publish and not visit.has_consent:
        raise Refused(
            _(
                "Veröffentlicht wird ein Besuch nur, solange seine Freigabe gilt. Er ist im Stand "
                "„%(state)s“."
            )
            % {"state": visit.get_state_display()}
        )
    if publish and not (visit.to_be_published or visit.is_taken_over):
        raise Refused(
            _(
                "Freigegeben ist der Besuch ohne Veröffentlichung. Ändern Sie das, und legen Sie "
                "den Besuch erneut vor."
            )
        )
    if visit.is_published != publish:
        visit.is_published = publish
        save_visit(
            visit,
            by=by,
            now=now,
            reason=_("Veröffentlicht") if publish else _("Veröffentlichung zurückgenommen"),
        )
    return visit


def set_day(visit: Visit) -> None:
    """Derive the day from the time. A visit taken over without a time keeps the day as its source
    knows it.
    """
    if visit.starts_at:
        visit.starts_on, visit.ends_on, visit.precision = (
            local_date(visit.starts_at),
            None,
            Precision.DAY,
        )
    elif not visit.is_taken_over:
        visit.starts_on, visit.ends_on, visit.precision = None, None, Precision.UNKNOWN


def _check_facts(visit: Visit) -> None:
    if visit.company is None and not visit.company_text:
        raise Refused(_("Bitte wählen Sie ein Unternehmen, oder nennen Sie es als Freitext."))
    if visit.ends_at and (visit.starts_at is None or visit.ends_at <= visit.starts_at):
        raise Refused(_("Das Ende muss nach dem Beginn liegen."))


def _check_editable(visit: Visit, changed: list[str], *, is_essential: bool) -> None:
    """Raise Refused when what was announced, or has taken place, would change."""
    if visit.is_taken_over:
        return
    if visit.state == VisitState.ANNOUNCED and is_essential:
        raise Refused(
            _(
                "Der Besuch ist angekündigt. Verschieben Sie ihn, damit alle, die davon wissen, es "
                "erfahren."
            )
        )
    over = (VisitState.HELD, VisitState.DOCUMENTED, VisitState.CANCELLED)
    if visit.state in over and STANDING.intersection(changed):
        raise Refused(
            _("Der Besuch ist %(state)s; Unternehmen, Ort und Termin stehen fest.")
            % {"state": visit.get_state_display()}
        )
