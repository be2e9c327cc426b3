"""The lifecycle of a visit: from submission to outcome, and postponing or cancelling."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import VERDICT_LABELS, ApprovalKind, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Briefing, Decision, Subject, deadline_error, snapshot_of
from approvals.services import (
    lapse_approvals,
    record_decision,
    request_approval,
    withdraw_approval,
)
from core.dates import local_date
from core.errors import Refused
from core.roles import require_office
from core.states import target_of
from core.texts import shorten
from media_visits import mails
from media_visits.enums import VISIT_MOVES, VisitState
from media_visits.facts import VISIT_FACTS
from media_visits.models import Visit
from media_visits.queries import is_on_another_day, was_announced
from media_visits.services.visits import (
    check_move,
    lock_visit,
    move_visit,
    save_visit,
    set_day,
)

SUBMITTED = gettext_lazy("Zur Freigabe vorgelegt")
RECORDED = gettext_lazy("Nachträglich erfasst, ohne Freigabe im Portal")
OUTCOME_RECORDED = gettext_lazy("Ergebnis festgehalten")
OUTCOME_CORRECTED = gettext_lazy("Ergebnis berichtigt")
MAX_TITLE_LENGTH = 250
MAX_REASON_LENGTH = 500


@transaction.atomic
def submit_visit(
    *,
    visit: Visit,
    briefing: Briefing,
    due_on: dt.date,
    seen: str | None = None,
    by,
    now: dt.datetime,
) -> ApprovalRequest:
    """Submit a visit to the senator's office and mail it.

    `seen` is the fingerprint of SEEN_FIELDS that the page showed, here as in the other services.
    Raises Refused when the visit has no time or it has passed, when the decision is due after
    the day of the visit, and when a press slot is on another day.
    """
    require_office(by)
    visit = lock_visit(visit.pk)
    # Check the state first: in a wrong one, complaints about dates would mislead.
    check_move(visit, "submit", seen)
    _check_dates(visit.starts_at, due_on, now)
    _check_press(visit)
    # Keep the first time: from then on, the senator's office may see the visit (`visible_to`).
    visit.submitted_at = visit.submitted_at or now
    # Only a visit whose approval is in force may be public.
    visit.is_published = False
    move_visit(visit, "submit", by=by, now=now, reason=str(SUBMITTED))
    subject = Subject(
        kind=ApprovalKind.VISIT,
        pk=visit.pk,
        title=shorten(str(visit), MAX_TITLE_LENGTH),
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
    if error := deadline_error(due_on, starts_at, local_date(now)):
        raise Refused(error)


def _check_press(visit: Visit) -> None:
    # When a visit moves to another day, its press slots keep their day until somebody changes them.
    for slot in visit.press_slots.taking_place():
        if is_on_another_day(visit, slot.starts_at):
            raise Refused(
                _(
                    "Der Pressetermin „%(slot)s“ liegt an einem anderen Tag als der Besuch "
                    "(%(when)s). Bitte ändern Sie zuerst seinen Beginn, oder entfernen Sie ihn."
                )
                % {"slot": slot, "when": visit.date_text}
            )


@transaction.atomic
def decide_visit(*, approval: ApprovalRequest, decision: Decision, by, now: dt.datetime) -> Visit:
    """Record the decision of the senator's office and move the visit with it; mails the office.

    Raises as `record_decision`, and Refused for approving a visit whose time has passed.
    """
    # Lock the visit before the approval, as every service here does, to avoid deadlocks.
    visit = lock_visit(approval.subject_id)
    approval = record_decision(approval=approval, decision=decision, by=by, now=now)
    # The transaction also rolls back the decision recorded above.
    if decision.is_granting and visit.starts_at <= now:
        raise Refused(
            _(
                "Der Termin des Besuchs liegt inzwischen in der Vergangenheit; freigeben lässt er "
                "sich nicht mehr. Geben Sie den Besuch zurück, damit die Geschäftsstelle einen "
                "neuen Termin vorlegt, oder lehnen Sie ihn ab."
            )
        )
    label = str(VERDICT_LABELS[decision.verdict])
    if decision.verdict != Verdict.REFUSE:
        move_visit(visit, decision.verdict, by=by, now=now, reason=label)
        return visit
    # People outside can read this reason, so it must not contain the internal comment.
    visit.reason = _("Der Besuch kommt nicht zustande.")
    # After a postponement people wait for a new date; the senator's office knows what it decided.
    end = mails.end_of(visit, local_date(now))._replace(deciders=[])
    move_visit(visit, decision.verdict, by=by, now=now, reason=label)
    mails.mail_end(visit, "visit_cancelled", end, by=by, now=now)
    return visit


@transaction.atomic
def withdraw_visit(*, visit: Visit, seen: str | None = None, by, now: dt.datetime) -> Visit:
    """Withdraw the submission, so that the visit can be changed; mails the senator's office."""
    require_office(by)
    visit = lock_visit(visit.pk)
    check_move(visit, "withdraw", seen)
    move_visit(visit, "withdraw", by=by, now=now, reason=_("Vorlage zurückgezogen"))
    withdraw_approval(kind=ApprovalKind.VISIT, subject_id=visit.pk, by=by, now=now)
    return visit


@transaction.atomic
def announce_visit(
    *, visit: Visit, lists=(), seen: str | None = None, by, now: dt.datetime
) -> Visit:
    """Announce an approved visit by mail to the company's contacts, the members of `lists`, those
    who know of a former date, and the senator's office.

    Raises Refused when the time of the visit has passed.
    """
    require_office(by)
    visit = lock_visit(visit.pk)
    check_move(visit, "announce", seen)
    if visit.starts_at and visit.starts_at <= now:
        raise Refused(
            _(
                "Der Termin des Besuchs liegt in der Vergangenheit. Vermerken Sie den Besuch als "
                "durchgeführt, oder verschieben Sie ihn oder sagen ihn ab."
            )
        )
    # Keep the first time: the company still sees the visit after a later change (`visible_to`).
    visit.announced_at = visit.announced_at or now
    # The announcement says everything, so nothing that was changed before is left to tell.
    visit.announced_changes = []
    move_visit(visit, "announce", by=by, now=now, reason=_("Angekündigt"))
    known = mails.people_who_know(visit)
    people = mails.people_to_announce_to(visit, lists, known=known)
    # Recorded, because these people get a mail when the visit changes or ends.
    visit.informed.add(*people)
    mails.mail_announcement(visit, people, known=known, by=by, now=now)
    return visit


@transaction.atomic
def hold_visit(*, visit: Visit, seen: str | None = None, by, now: dt.datetime) -> Visit:
    """Record that the visit took place. Raises Refused before it begins."""
    require_office(by)
    visit = lock_visit(visit.pk)
    check_move(visit, "hold", seen)
    if visit.starts_at and visit.starts_at > now:
        raise Refused(_("Der Besuch hat noch nicht begonnen."))
    move_visit(visit, "hold", by=by, now=now, reason=_("Durchgeführt"))
    return visit


@transaction.atomic
def record_visit(
    *, visit: Visit, reason: str, seen: str | None = None, by, now: dt.datetime
) -> Visit:
    """Record a visit that took place without a decision in the portal; mails nobody.

    `reason` says why. Raises Refused without it, and before the visit begins. The visit can be
    neither announced nor published.
    """
    require_office(by)
    if not reason.strip():
        raise Refused(_("Bitte nennen Sie, warum keine Freigabe im Portal vorliegt."))
    visit = lock_visit(visit.pk)
    check_move(visit, "record", seen)
    if visit.starts_at is None or visit.starts_at > now:
        raise Refused(
            _(
                "Nachträglich erfassen lässt sich ein Besuch erst nach seinem Beginn. Bitte prüfen "
                "Sie Tag und Uhrzeit."
            )
        )
    visit.recorded_reason = shorten(reason.strip(), MAX_REASON_LENGTH)
    # The reason of a former postponement would contradict that the visit took place.
    visit.reason, visit.is_published = "", False
    move_visit(visit, "record", by=by, now=now, reason=str(RECORDED))
    return visit


@transaction.atomic
def unrecord_visit(*, visit: Visit, seen: str | None = None, by, now: dt.datetime) -> Visit:
    """Take back that the visit was recorded; it becomes an idea again."""
    require_office(by)
    visit = lock_visit(visit.pk)
    check_move(visit, "unrecord", seen)
    if not visit.recorded_reason:
        raise Refused(_("Dieser Besuch ist nicht nachträglich erfasst."))
    visit.recorded_reason = ""
    reason = _("Nachträgliche Erfassung zurückgenommen")
    move_visit(visit, "unrecord", by=by, now=now, reason=reason)
    return visit


@transaction.atomic
def reopen_visit(*, visit: Visit, seen: str | None = None, by, now: dt.datetime) -> Visit:
    """Take back that the visit took place, so that it can be postponed or cancelled."""
    require_office(by)
    visit = lock_visit(visit.pk)
    # A visit that nobody was told of does not become an announced one.
    action = "reopen" if was_announced(visit) else "reopen_unannounced"
    check_move(visit, action, seen)
    if visit.recorded_reason:
        raise Refused(_("Dieser Besuch war nie angekündigt; er ist nachträglich erfasst."))
    move_visit(visit, action, by=by, now=now, reason=_("Doch nicht durchgeführt"))
    return visit


@transaction.atomic
def document_visit(
    *, visit: Visit, outcome: str, seen: str | None = None, by, now: dt.datetime
) -> Visit:
    """Record the outcome of a visit that took place. Raises Refused without a text."""
    require_office(by)
    visit = lock_visit(visit.pk)
    return _record_outcome(visit, "document", outcome, OUTCOME_RECORDED, seen, by=by, now=now)


@transaction.atomic
def correct_visit(
    *, visit: Visit, outcome: str, seen: str | None = None, by, now: dt.datetime
) -> Visit:
    """Replace the recorded outcome; *Verlauf* keeps the former one. Raises Refused without a text.

    An unchanged text writes nothing.
    """
    require_office(by)
    visit = lock_visit(visit.pk)
    if outcome.strip() == visit.outcome and visit.state == VisitState.DOCUMENTED:
        return visit
    return _record_outcome(visit, "correct", outcome, OUTCOME_CORRECTED, seen, by=by, now=now)


def _record_outcome(visit, action, outcome, reason, seen, *, by, now) -> Visit:
    check_move(visit, action, seen)
    if not outcome.strip():
        raise Refused(_("Bitte halten Sie das Ergebnis in wenigen Sätzen fest."))
    visit.outcome = outcome.strip()
    move_visit(visit, action, by=by, now=now, reason=str(reason))
    return visit


@transaction.atomic
def postpone_visit(
    *, visit: Visit, reason: str, seen: str | None = None, by, now: dt.datetime
) -> Visit:
    """Postpone a visit. Its approval lapses; everyone who knows of it gets a mail with `reason`.

    Unpublishes the visit, so that its new date is not public before it is approved.
    """
    require_office(by)
    visit = _lock_with_reason(visit, "postpone", reason, seen)
    end = mails.end_of(visit, local_date(now))
    history_reason = _("Verschoben, bisher: %(when)s") % {"when": visit.date_text}
    visit.state = target_of(VISIT_MOVES, "postpone", visit)
    # The date is given up at once: a visit without one binds nobody in the check for clashes.
    visit.starts_at = visit.ends_at = None
    visit.is_published = False
    set_day(visit)
    save_visit(visit, by=by, now=now, reason=history_reason)
    _lapse(visit, _("Besuch verschoben"), by=by, now=now)
    mails.mail_end(visit, "visit_postponed", end, by=by, now=now)
    return visit


@transaction.atomic
def cancel_visit(
    *, visit: Visit, reason: str, seen: str | None = None, by, now: dt.datetime
) -> Visit:
    """Cancel a visit; everyone who knows of it gets a mail with `reason`.

    An open submission is withdrawn, an approval lapses.
    """
    require_office(by)
    visit = _lock_with_reason(visit, "cancel", reason, seen)
    end, was_submitted = mails.end_of(visit, local_date(now)), visit.state == VisitState.SUBMITTED
    move_visit(visit, "cancel", by=by, now=now, reason=_("Abgesagt"))
    if was_submitted:
        withdraw_approval(kind=ApprovalKind.VISIT, subject_id=visit.pk, by=by, now=now)
    else:
        _lapse(visit, _("Besuch abgesagt"), by=by, now=now)
    mails.mail_end(visit, "visit_cancelled", end, by=by, now=now)
    return visit


@transaction.atomic
def resume_visit(*, visit: Visit, seen: str | None = None, by, now: dt.datetime) -> Visit:
    """Take back that the visit was cancelled; it becomes an idea again.

    Raises Refused when it was announced: people were told that it does not take place.
    """
    require_office(by)
    visit = lock_visit(visit.pk)
    check_move(visit, "resume", seen)
    if not visit.is_resumable:
        raise Refused(
            _(
                "Die Absage ist schon mitgeteilt. Legen Sie bitte einen neuen Besuch an, wenn er "
                "doch stattfinden soll."
            )
        )
    visit.reason, visit.is_published = "", False
    move_visit(visit, "resume", by=by, now=now, reason=_("Wieder aufgenommen"))
    return visit


def _lock_with_reason(visit: Visit, action: str, reason: str, seen: str | None) -> Visit:
    if not reason.strip():
        raise Refused(
            _(
                "Bitte nennen Sie den Grund. Er steht in der Nachricht an alle, die von dem Besuch "
                "wissen."
            )
        )
    visit = lock_visit(visit.pk)
    check_move(visit, action, seen)
    visit.reason = shorten(reason.strip(), MAX_REASON_LENGTH)
    return visit


def _lapse(visit: Visit, reason: str, *, by, now: dt.datetime) -> None:
    lapse_approvals(kind=ApprovalKind.VISIT, subject_id=visit.pk, reason=reason, by=by, now=now)
