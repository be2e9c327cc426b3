"""Creating, changing and publishing visits."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.services import lapse_approval
from core.conflicts import require_unchanged
from core.dates import local_date
from core.errors import NotEntitled, Refused
from core.history import save_as
from core.models import Precision
from core.states import target_of
from media_visits import mails
from media_visits.enums import UNDECIDED, VISIT_MOVES, VisitState
from media_visits.models import Visit
from media_visits.permissions import can_manage

EDITABLE = (
    "company", "company_text", "title", "message", "visitor", "address", "starts_at", "ends_at", "internal_notes",
)  # fmt: skip
# What the senator's office consented to: a change of these lets the approval lapse.
ESSENTIAL = frozenset({"company", "company_text", "visitor", "address", "starts_at", "ends_at"})


def require_office(by) -> None:
    """Raise NotEntitled unless `by` belongs to the office."""
    if not can_manage(by):
        raise NotEntitled(_("Das ist der Geschäftsstelle vorbehalten."))


def lock_visit(pk: int) -> Visit:
    """Return the visit locked until the end of the transaction, with its company."""
    return Visit.objects.select_for_update(of=("self",)).select_related("company").get(pk=pk)


def save_visit(visit: Visit, *, by, now: dt.datetime, reason: str) -> None:
    """Save a locked visit with the reason for *Verlauf*; its version makes each of its mails an occasion."""
    visit.version += 1
    visit._history_date = now
    save_as(visit, by=by, reason=reason)


def move_visit(visit: Visit, action: str, *, by, now: dt.datetime, reason: str) -> None:
    """Move a locked visit by its state table and save it."""
    visit.state = target_of(VISIT_MOVES, action, visit)
    save_visit(visit, by=by, now=now, reason=reason)


def lapse(visit: Visit, *, because: str, by, now: dt.datetime) -> None:
    """Take a locked, approved visit back to an idea: what was approved is no longer what is planned.

    The senator's office is told. `because` names in German what changed.
    """
    reason = _("Freigabe erloschen, geändert: %(what)s") % {"what": because}
    lapse_approval(kind=ApprovalKind.VISIT, subject_id=visit.pk, reason=reason, by=by, now=now)
    visit.is_published = False
    move_visit(visit, "lapse", by=by, now=now, reason=reason)
    mails.mail_lapsed(visit, because=because, by=by, now=now)


@transaction.atomic
def create_visit(*, visit: Visit, sectors=(), by, now: dt.datetime) -> Visit:
    """Save the new `visit` as an idea with its sector focus; the office's right alone.

    Raises Refused when the same visit (company, occasion, beginning) is there already: a form sent twice.
    """
    require_office(by)
    set_day(visit)
    _check_facts(visit)
    same = Visit.objects.filter(
        company=visit.company, company_text=visit.company_text, title=visit.title, starts_at=visit.starts_at
    )
    if same.exists():
        raise Refused(_("Diesen Besuch gibt es schon. Sie finden ihn in der Liste der Unternehmensbesuche."))
    visit.state, visit._history_date = VisitState.IDEA, now
    save_as(visit, by=by, reason=_("Als Idee angelegt"))
    visit.sectors.set(sectors)
    return visit


@transaction.atomic
def update_visit(*, visit: Visit, sectors, version: str, by, now: dt.datetime) -> Visit:
    """Write the editable fields of `visit` and its sector focus; `version` is the fingerprint that the form showed.

    Raises Outpaced when the visit was changed since; Refused while it lies before the senator's office, once it is
    over, and when an announced visit would change in what was announced. A change of what was approved lets the
    approval lapse.
    """
    require_office(by)
    stored = lock_visit(visit.pk)
    require_unchanged(stored, version, (*EDITABLE, "sectors"))
    changed = [name for name in EDITABLE if getattr(stored, name) != getattr(visit, name)]
    labels = ", ".join(str(Visit._meta.get_field(name).verbose_name) for name in changed)
    essential = ESSENTIAL.intersection(changed)
    _check_editable(stored, bool(essential))
    for name in EDITABLE:
        setattr(stored, name, getattr(visit, name))
    set_day(stored)
    _check_facts(stored)
    if essential and stored.state == VisitState.APPROVED:
        lapse(stored, because=labels, by=by, now=now)
    elif changed or set(sectors) != set(stored.sectors.all()):
        save_visit(
            stored, by=by, now=now, reason=_("Geändert: %(what)s") % {"what": labels or _("Branchenschwerpunkt")}
        )
    stored.sectors.set(sectors)
    return stored


@transaction.atomic
def publish_visit(*, visit: Visit, publish: bool, by, now: dt.datetime) -> Visit:
    """Publish a visit the senator's office consented to, or take it back inside."""
    require_office(by)
    visit = lock_visit(visit.pk)
    if publish and visit.state in UNDECIDED:
        raise Refused(
            _("Ein Besuch wird erst veröffentlicht, wenn er freigegeben ist. Er ist im Stand „%(state)s“.")
            % {"state": visit.get_state_display()}
        )
    if visit.is_published != publish:
        visit.is_published = publish
        save_visit(
            visit, by=by, now=now, reason=_("Veröffentlicht") if publish else _("Veröffentlichung zurückgenommen")
        )
    return visit


def set_day(visit: Visit) -> None:
    """Derive the day from the time. A visit taken over without a time keeps the day as its source knows it."""
    if visit.starts_at:
        visit.starts_on, visit.ends_on, visit.precision = local_date(visit.starts_at), None, Precision.DAY
    elif not visit.is_taken_over:
        visit.starts_on, visit.ends_on, visit.precision = None, None, Precision.UNKNOWN


def _check_facts(visit: Visit) -> None:
    if visit.company is None and not visit.company_text:
        raise Refused(_("Bitte wählen Sie ein Unternehmen, oder nennen Sie es als Freitext."))
    if visit.ends_at and (visit.starts_at is None or visit.ends_at <= visit.starts_at):
        raise Refused(_("Das Ende muss nach dem Beginn liegen."))


def _check_editable(visit: Visit, essential: bool) -> None:
    if visit.is_taken_over:
        return
    if visit.state == VisitState.SUBMITTED:
        raise Refused(_("Der Besuch liegt zur Freigabe vor. Ziehen Sie die Vorlage zurück, um ihn zu ändern."))
    if visit.state == VisitState.ANNOUNCED and essential:
        raise Refused(_("Der Besuch ist angekündigt. Verschieben Sie ihn, damit alle, die davon wissen, es erfahren."))
    if visit.state in (VisitState.HELD, VisitState.DOCUMENTED, VisitState.CANCELLED) and essential:
        raise Refused(
            _("Der Besuch ist %(state)s; Unternehmen, Ort und Termin stehen fest.")
            % {"state": visit.get_state_display()}
        )
