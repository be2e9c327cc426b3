"""Where a visit stands and what happens next, as its page shows it."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import VERDICT_LABELS, ApprovalKind, ApprovalState
from approvals.permissions import can_decide, can_see_approvals
from approvals.progress import with_conditions
from approvals.queries import approvals_with_conditions, condition_history, decision_note
from core.dates import local_date
from core.history import entries_of
from core.progress import HistoryEntry, NextStep, ProgressStep, WaitingEntry, progress_steps
from core.roles import senator_office_name
from media_visits.enums import VisitState
from media_visits.models import Visit
from media_visits.permissions import can_manage, can_see_course, open_actions
from media_visits.queries import listed_coverage
from media_visits.services.approval import SUBMITTED
from media_visits.services.press import OPEN_STATES
from partners.models import Organisation

S = VisitState
LINE = (S.IDEA, S.SUBMITTED, S.APPROVED, S.ANNOUNCED, S.HELD, S.DOCUMENTED)
# States that left the line for a while stand where the way goes on.
ASIDE = {S.RETURNED: S.IDEA, S.POSTPONED: S.IDEA}


class OfficeStep(NamedTuple):
    """What the office does next: in words, on the button, and the page the button leads to."""

    text: str
    action: str
    route: str


OFFICE_STEPS = {
    S.IDEA: OfficeStep(
        gettext_lazy(
            "Angaben ergänzen und den Besuch mit einer Leitungsvorlage zur Freigabe vorlegen."
        ),
        gettext_lazy("Zur Freigabe vorlegen"),
        "submit",
    ),
    S.RETURNED: OfficeStep(
        gettext_lazy("Die Anmerkung zur Rückgabe einarbeiten und den Besuch noch einmal vorlegen."),
        gettext_lazy("Erneut vorlegen"),
        "submit",
    ),
    S.POSTPONED: OfficeStep(
        gettext_lazy(
            "Pressetermine auf den neuen Tag legen oder entfernen und den Besuch noch einmal "
            "vorlegen."
        ),
        gettext_lazy("Erneut vorlegen"),
        "submit",
    ),
    S.APPROVED: OfficeStep(
        gettext_lazy(
            "Den Besuch ankündigen: dem Unternehmen und, wenn gewünscht, einem Verteiler."
        ),
        gettext_lazy("Ankündigen"),
        "announce",
    ),
    S.ANNOUNCED: OfficeStep(
        gettext_lazy("Festhalten, dass der Besuch stattgefunden hat."),
        gettext_lazy("Als durchgeführt vermerken"),
        "hold",
    ),
    S.HELD: OfficeStep(
        gettext_lazy("Das Ergebnis festhalten und Presseberichte erfassen."),
        gettext_lazy("Ergebnis festhalten"),
        "document",
    ),
}
ENTER_DATE = OfficeStep(
    gettext_lazy(
        "Tag und Uhrzeit eintragen; danach kann der Besuch zur Freigabe vorgelegt werden."
    ),
    gettext_lazy("Termin eintragen"),
    "edit",
)
LAPSED = gettext_lazy("Die Freigabe ist erloschen (%(why)s). %(text)s")
WAIT_FOR_DAY = OfficeStep(
    gettext_lazy("Der Besuch steht bevor. Danach wird festgehalten, dass er stattgefunden hat."),
    "",
    "",
)


def steps_of(visit) -> list[ProgressStep]:
    """Return the line of steps of `visit`; none for what was taken over or cancelled, which stand
    outside of it.
    """
    if visit.is_taken_over or visit.state == S.CANCELLED:
        return []
    state = S(visit.state)
    labels = [str(step.label) for step in LINE]
    if state in ASIDE:
        labels[0] = str(state.label)
    position = LINE.index(ASIDE.get(state, state))
    return progress_steps(labels, len(LINE) if state == S.DOCUMENTED else position)


def next_step_of(
    visit, user, *, approval, now: dt.datetime, lapse_reason: str = ""
) -> NextStep | None:
    """Return the box *Nächster Schritt* of `visit` for `user`, or None when nothing is left to do.

    `approval` is the open approval request, if any; `lapse_reason` says why the last one lapsed. The
    button is there only for who must act.
    """
    if visit.is_taken_over:
        return None
    if visit.state == S.SUBMITTED:
        return _decision_step(user, approval)
    step = office_step_of(visit, now)
    if step and lapse_reason and visit.state == S.IDEA:
        step = step._replace(text=LAPSED % {"why": lapse_reason, "text": step.text})
    if step is None:
        return None
    url = (
        reverse(f"media_visits:{step.route}", args=[visit.pk])
        if step.route and can_manage(user)
        else ""
    )
    due_on = local_date(visit.starts_at) if visit.state == S.APPROVED else None
    return NextStep(
        str(step.text), _("Geschäftsstelle"), due_on, str(step.action) if url else "", url
    )


def office_step_of(visit, now: dt.datetime) -> OfficeStep | None:
    """Return what the office does next with `visit`; without a route it only waits for the day.
    None: nothing.
    """
    step = OFFICE_STEPS.get(S(visit.state))
    if step and step.route == "submit" and visit.starts_at is None:
        return ENTER_DATE
    if visit.state == S.ANNOUNCED and visit.starts_at > now:
        return WAIT_FOR_DAY
    return step


def _decision_step(user, approval) -> NextStep:
    url = approval.get_absolute_url() if approval and can_decide(user, approval) else ""
    text = _("Der Besuch liegt zur Freigabe vor.")
    return NextStep(
        text,
        senator_office_name(),
        approval.due_on if approval else None,
        _("Entscheiden") if url else "",
        url,
    )


def visit_context(visit, user, *, now: dt.datetime) -> dict:
    """Return what `media_visits/detail.html` needs beside the visit itself."""
    inside = can_see_course(user)
    requests = []
    if can_see_approvals(user, ApprovalKind.VISIT):
        requests = list(approvals_with_conditions(ApprovalKind.VISIT, visit.pk))
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
    entries += [entry for row in requests for entry in condition_history(row)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _note_of(row) -> str:
    """Return what a decision adds to its line: that a deputy took it, conditions and comment."""
    return "\n".join(
        part for part in (_("in Vertretung") if row.by_deputy else "", decision_note(row)) if part
    )


def waiting_for_office(visits: Iterable[Visit], today: dt.date) -> list[WaitingEntry]:
    """Return which of `visits` the office must move on, and until when: by the day of the visit, if
    it has one.

    A visit of `today` is still to come, as in the reminders: whether it took place is asked from
    the next day on.
    """
    now = timezone.make_aware(dt.datetime.combine(today, dt.time.min))
    steps = [(visit, office_step_of(visit, now)) for visit in visits]
    return [_line(visit, step.action) for visit, step in steps if step and step.route]


def _line(visit: Visit, action) -> WaitingEntry:
    what = _("%(action)s: Besuch bei %(company)s (%(title)s)") % {
        "action": action,
        "company": visit.company_name,
        "title": visit.title,
    }
    return WaitingEntry(_("Geschäftsstelle"), what, visit.get_absolute_url(), visit.starts_on)
