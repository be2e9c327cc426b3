"""What happens to a visit once it is approved: announced, held, documented, or put off."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.services import lapse_approvals, withdraw_approval
from core.dates import local_date
from core.errors import Refused
from core.states import target_of
from media_visits import mails
from media_visits.enums import VISIT_MOVES, VisitState
from media_visits.models import Visit
from media_visits.services.visits import lock_visit, move_visit, require_office, save_visit, set_day


@transaction.atomic
def announce_visit(*, visit: Visit, lists=(), by, now: dt.datetime) -> Visit:
    """Announce an approved visit: the company's contacts, the members of `lists` and the senator's
    office are told.

    Whom the portal wrote to is kept, since a later change is told to the same people.
    """
    require_office(by)
    visit = lock_visit(visit.pk)
    if visit.starts_at and visit.starts_at <= now:
        raise Refused(
            _(
                "Der Termin des Besuchs liegt in der Vergangenheit. Verschieben Sie ihn, oder "
                "sagen Sie ihn ab."
            )
        )
    visit.announced_at = visit.announced_at or now
    move_visit(visit, "announce", by=by, now=now, reason=_("Angekündigt"))
    people = mails.people_to_announce_to(visit, lists)
    visit.informed.add(*people)
    mails.mail_announcement(visit, people, by=by, now=now)
    return visit


@transaction.atomic
def record_held(*, visit: Visit, by, now: dt.datetime) -> Visit:
    """Record that the visit took place. Refused before its beginning."""
    require_office(by)
    visit = lock_visit(visit.pk)
    if visit.starts_at and visit.starts_at > now:
        raise Refused(_("Der Besuch hat noch nicht begonnen."))
    move_visit(visit, "hold", by=by, now=now, reason=_("Durchgeführt"))
    return visit


@transaction.atomic
def document_visit(*, visit: Visit, outcome: str, by, now: dt.datetime) -> Visit:
    """Write what came of a visit that took place. Refused without a text."""
    require_office(by)
    if not outcome.strip():
        raise Refused(_("Bitte halten Sie das Ergebnis in wenigen Sätzen fest."))
    visit = lock_visit(visit.pk)
    visit.outcome = outcome.strip()
    move_visit(visit, "document", by=by, now=now, reason=_("Ergebnis festgehalten"))
    return visit


@transaction.atomic
def postpone_visit(*, visit: Visit, reason: str, by, now: dt.datetime) -> Visit:
    """Postpone a visit: the approval lapses, the date is open again, and all who were told before
    are told why.

    It goes back inside until it is approved and published again, or its next date would be public
    too early.
    """
    require_office(by)
    visit = _put_off(visit, reason)
    told_of = visit.date_text
    people, deciders = mails.people_who_know(visit), mails.deciders_who_know(visit, local_date(now))
    visit.state = target_of(VISIT_MOVES, "postpone", visit)
    visit.starts_at = visit.ends_at = None
    visit.is_published = False
    set_day(visit)
    save_visit(visit, by=by, now=now, reason=_("Verschoben, bisher: %(when)s") % {"when": told_of})
    lapse_approvals(
        kind=ApprovalKind.VISIT, subject_id=visit.pk, reason=_("Besuch verschoben"), by=by, now=now
    )
    mails.mail_change(visit, "visit_postponed", people, deciders, told_of=told_of, by=by, now=now)
    return visit


@transaction.atomic
def cancel_visit(*, visit: Visit, reason: str, by, now: dt.datetime) -> Visit:
    """Call a visit off: an open request is withdrawn, and all who were told before are told why."""
    require_office(by)
    visit = _put_off(visit, reason)
    told_of, was_submitted = visit.date_text, visit.state == VisitState.SUBMITTED
    people, deciders = mails.people_who_know(visit), mails.deciders_who_know(visit, local_date(now))
    move_visit(visit, "cancel", by=by, now=now, reason=_("Abgesagt"))
    if was_submitted:
        withdraw_approval(kind=ApprovalKind.VISIT, subject_id=visit.pk, by=by, now=now)
    else:
        lapse_approvals(
            kind=ApprovalKind.VISIT,
            subject_id=visit.pk,
            reason=_("Besuch abgesagt"),
            by=by,
            now=now,
        )
    mails.mail_change(visit, "visit_cancelled", people, deciders, told_of=told_of, by=by, now=now)
    return visit


def _put_off(visit: Visit, reason: str) -> Visit:
    if not reason.strip():
        raise Refused(
            _(
                "Bitte nennen Sie den Grund. Er steht in der Nachricht an alle, die von dem Besuch "
                "wissen."
            )
        )
    visit = lock_visit(visit.pk)
    visit.reason = reason.strip()[:500]
    return visit
