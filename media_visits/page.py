"""What the page of a visit shows, by role."""

import datetime as dt

from django.db.models import F
from django.utils.translation import gettext as _

from approvals.enums import VERDICT_LABELS, ApprovalKind, ApprovalState
from approvals.permissions import can_see_approvals
from approvals.progress import with_conditions
from approvals.queries import condition_entries, full_approvals, note_of
from core.history import entries_of
from core.progress import HistoryEntry
from media_visits.course import next_step_of, steps_of
from media_visits.permissions import can_manage, can_see_course, open_actions
from media_visits.queries import listed_coverage
from media_visits.services.approval import SUBMITTED
from media_visits.services.press import OPEN_STATES
from partners.models import Organisation


def visit_context(visit, user, *, now: dt.datetime) -> dict:
    """Return what `media_visits/detail.html` needs beside the visit itself."""
    inside = can_see_course(user)
    requests = []
    if can_see_approvals(user, ApprovalKind.VISIT):
        requests = list(full_approvals(ApprovalKind.VISIT, visit.pk))
    is_open = visit.is_taken_over or visit.state in OPEN_STATES
    return {
        "steps": steps_of(visit),
        "next_step": _box(visit, user, requests, now),
        "last_decision": next((r for r in requests if r.decided_at), None),
        "facts": facts_of(visit, inside=inside),
        "slots": visit.press_slots.order_by(F("starts_at").asc(nulls_first=True), "pk"),
        "clippings": listed_coverage(user).filter(visit=visit).order_by("starts_on", "pk"),
        "actions": open_actions(user, visit),
        "manages": can_manage(user),
        "edits_press": can_manage(user) and is_open,
        "inside": inside,
        "opens_company": Organisation.objects.visible_to(user).filter(pk=visit.company_id).exists(),
        "brief": brief_of(visit) if inside else [],
        "can_publish": can_manage(user) and _is_publishable(visit),
        "can_unpublish": can_manage(user) and visit.is_published,
        "history": history_of(visit, requests) if inside else [],
    }


def _box(visit, user, requests, now: dt.datetime):
    latest = requests[0] if requests else None
    lapse_reason = latest.lapse_reason if latest and latest.state == ApprovalState.LAPSED else ""
    is_open = next((row for row in requests if row.is_open), None)
    box = next_step_of(visit, user, approval=is_open, now=now, lapse_reason=lapse_reason)
    return with_conditions(box, kind=ApprovalKind.VISIT, subject_id=visit.pk, user=user)


def _is_publishable(visit) -> bool:
    allowed = visit.to_be_published or visit.is_taken_over
    return allowed and not visit.is_published and visit.has_consent


def facts_of(visit, *, inside: bool) -> list[tuple[str, object]]:
    """Return the rows of *Eckdaten*; empty ones are left out."""
    sectors = ", ".join(sector.name for sector in visit.sectors.order_by("name", "pk"))
    rows = [
        (_("Termin"), visit.date_text),
        (
            _("Partner"),
            visit.company.name
            if visit.company and visit.company.name != visit.company_name
            else "",
        ),
        (_("Adresse"), visit.address),
        (_("Wer besucht"), visit.visitor),
        (_("Branche"), sectors),
        (_("Branche laut Quelle"), visit.sectors_text if visit.sectors_text != sectors else ""),
        (_("Presse laut Quelle"), visit.press_text),
        (_("Sichtbarkeit"), _visibility(visit) if inside else ""),
    ]
    return [row for row in rows if row[1]]


def _visibility(visit) -> str:
    if visit.is_published:
        return _("veröffentlicht")
    return (
        _("nur intern")
        if visit.to_be_published
        else _("nur intern, Veröffentlichung nicht vorgesehen")
    )


def brief_of(visit) -> list[tuple[str, str]]:
    """Return the rows of the Leitungsvorlage that are filled."""
    rows = [
        (_("Anlass"), visit.occasion),
        (_("Sachverhalt"), visit.facts),
        (_("Bewertung"), visit.assessment),
        (_("Votum"), visit.vote),
    ]
    return [row for row in rows if row[1]]


def history_of(visit, requests) -> list[HistoryEntry]:
    """Return *Verlauf*: the changes of the visit, the latest first, with vote and comment of its
    approval `requests`.

    A decision and the visit's move are written at the same moment, which joins the two. Conditions
    that were met have lines of their own.
    """
    notes = {}
    for row in requests:
        notes[row.submitted_at, str(SUBMITTED)] = row.vote
        for reason in VERDICT_LABELS.values():
            notes[row.decided_at, str(reason)] = _note_of(row)
    entries = [
        entry._replace(note=notes.get((entry.at, entry.what), "")) for entry in entries_of(visit)
    ]
    entries += [entry for row in requests for entry in condition_entries(row)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _note_of(row) -> str:
    """Return what a decision adds to its line: that a deputy took it, conditions and comment."""
    return "\n".join(
        part for part in (_("in Vertretung") if row.by_deputy else "", note_of(row)) if part
    )
