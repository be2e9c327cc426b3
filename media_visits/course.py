"""Where a visit stands and what happens next, as its page shows it."""

import datetime as dt
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.mails import desk_path
from approvals.permissions import may_decide
from core.dates import local_date
from core.progress import NextStep, ProgressStep, progress_steps
from core.roles import senator_office_name
from media_visits.enums import VisitState
from media_visits.permissions import can_manage

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
    url = desk_path(approval) if approval and may_decide(user, approval) else ""
    text = _("Der Besuch liegt zur Freigabe vor.")
    return NextStep(
        text,
        senator_office_name(),
        approval.due_on if approval else None,
        _("Entscheiden") if url else "",
        url,
    )
