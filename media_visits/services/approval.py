"""The way of a visit through the senator's office."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import VERDICT_LABELS, ApprovalKind, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Briefing, Decision, Subject, snapshot_of
from approvals.services import record_decision, request_approval, withdraw_approval
from core.dates import local_date
from core.errors import Refused
from core.states import target_of
from media_visits.enums import VISIT_MOVES
from media_visits.models import Visit
from media_visits.registry import VISIT_FACTS
from media_visits.services.visits import lock_visit, move_visit, require_office

SUBMITTED = gettext_lazy("Zur Freigabe vorgelegt")


@transaction.atomic
def submit_visit(
    *, visit: Visit, briefing: Briefing, due_on: dt.date, by, now: dt.datetime
) -> ApprovalRequest:
    """Put a visit before the senator's office, which is told by mail.

    Raises Refused without a time that lies ahead, when the decision would come after the visit, and
    when the press would come on another day.
    """
    require_office(by)
    visit = lock_visit(visit.pk)
    target_of(VISIT_MOVES, "submit", visit)
    _check_dates(visit.starts_at, due_on, now)
    _check_press(visit)
    for name, text in briefing.texts.items():
        setattr(visit, name, text)
    visit.submitted_at = visit.submitted_at or now
    visit.is_published = False
    move_visit(visit, "submit", by=by, now=now, reason=str(SUBMITTED))
    subject = Subject(
        kind=ApprovalKind.VISIT,
        pk=visit.pk,
        title=str(visit)[:250],
        path=visit.get_absolute_url(),
        snapshot=snapshot_of(VISIT_FACTS, visit),
        origin=visit.origin,
    )
    return request_approval(subject=subject, briefing=briefing, due_on=due_on, by=by, now=now)


def _check_dates(starts_at: dt.datetime | None, due_on: dt.date, now: dt.datetime) -> None:
    if starts_at is None:
        raise Refused(_("Bitte tragen Sie zuerst Tag und Uhrzeit des Besuchs ein."))
    if starts_at <= now:
        raise Refused(
            _(
                "Der Termin des Besuchs liegt in der Vergangenheit. Bitte tragen Sie einen neuen "
                "ein."
            )
        )
    if due_on >= local_date(starts_at):
        raise Refused(
            _(
                "Die Entscheidung muss vor dem Tag des Besuchs fallen. Bitte wählen Sie eine "
                "frühere Frist."
            )
        )


def _check_press(visit: Visit) -> None:
    """A slot may have stayed behind on the day from which the visit was moved."""
    days = [local_date(moment) for moment in (visit.starts_at, visit.ends_at) if moment]
    for slot in visit.press_slots.order_by("starts_at", "pk"):
        if slot.starts_at and not days[0] <= local_date(slot.starts_at) <= days[-1]:
            raise Refused(
                _(
                    "Der Pressetermin „%(slot)s“ liegt an einem anderen Tag als der Besuch "
                    "(%(when)s). "
                    "Bitte ändern Sie zuerst seinen Beginn, oder entfernen Sie ihn."
                )
                % {"slot": slot, "when": visit.date_text}
            )


@transaction.atomic
def decide_visit(*, approval: ApprovalRequest, decision: Decision, by, now: dt.datetime) -> Visit:
    """Record the decision of the senator's office with its `details` and move the visit with it;
    the office is told.

    A refusal ends the visit, with the comment as its reason. Raises Refused when a visit whose time
    has come is approved: that could only be returned or refused.
    """
    visit = lock_visit(approval.subject_id)
    approval = record_decision(approval=approval, decision=decision, by=by, now=now)
    if decision.is_granting and visit.starts_at <= now:
        raise Refused(
            _(
                "Der Termin des Besuchs liegt inzwischen in der Vergangenheit; freigeben lässt er "
                "sich nicht mehr. "
                "Geben Sie den Besuch zurück, damit die Geschäftsstelle einen neuen Termin "
                "vorlegt, oder lehnen Sie "
                "ihn ab."
            )
        )
    if decision.verdict == Verdict.REFUSE:
        # Whoever was told of the visit reads this; the comment is for the house and stays with the
        # request.
        visit.reason = _("Der Besuch kommt nicht zustande.")
    move_visit(
        visit, decision.verdict, by=by, now=now, reason=str(VERDICT_LABELS[decision.verdict])
    )
    return visit


@transaction.atomic
def withdraw_visit(*, visit: Visit, by, now: dt.datetime) -> Visit:
    """Take the request for approval back, so that the visit can be changed; the senator's office is
    told.
    """
    require_office(by)
    visit = lock_visit(visit.pk)
    move_visit(visit, "withdraw", by=by, now=now, reason=_("Vorlage zurückgezogen"))
    withdraw_approval(kind=ApprovalKind.VISIT, subject_id=visit.pk, by=by, now=now)
    return visit
