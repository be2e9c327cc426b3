"""Progress and next step of a visit for its page and the start page."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from approvals.progress import decision_step
from core.dates import add_working_days, local_date
from core.progress import NextStep, ProgressStep, WaitingEntry, office_step, progress_steps
from media_visits.enums import VisitState
from media_visits.models import Visit
from media_visits.permissions import can_manage
from media_visits.queries import preparation_deadlines, was_announced

S = VisitState
PROGRESS_STATES = (S.IDEA, S.SUBMITTED, S.APPROVED, S.ANNOUNCED, S.HELD, S.DOCUMENTED)
# Of a visit recorded without an approval.
RECORDED_STATES = (S.IDEA, S.HELD, S.DOCUMENTED)
MINUTES_WORKING_DAYS = 5  # after a visit, to write down its outcome
# States from which the visit has to be submitted again.
BACK_AT_THE_START = (S.RETURNED, S.POSTPONED)


class StepTexts(NamedTuple):
    """Text and button of a next step, and the view that the button opens.

    Without a button the office only waits for the day of the visit.
    """

    text: str | Promise
    action: str | Promise = ""
    route: str = ""


OFFICE_STEPS = {
    S.IDEA: StepTexts(
        gettext_lazy(
            "Angaben ergänzen und den Besuch mit einer Leitungsvorlage zur Freigabe vorlegen."
        ),
        gettext_lazy("Zur Freigabe vorlegen"),
        "submit",
    ),
    S.RETURNED: StepTexts(
        gettext_lazy("Die Anmerkung zur Rückgabe einarbeiten und den Besuch noch einmal vorlegen."),
        gettext_lazy("Erneut vorlegen"),
        "submit",
    ),
    S.POSTPONED: StepTexts(
        gettext_lazy(
            "Pressetermine auf den neuen Tag legen oder entfernen und den Besuch noch einmal "
            "vorlegen."
        ),
        gettext_lazy("Erneut vorlegen"),
        "submit",
    ),
    S.APPROVED: StepTexts(
        gettext_lazy(
            "Den Besuch ankündigen: dem Unternehmen und, wenn gewünscht, einem Verteiler."
        ),
        gettext_lazy("Ankündigen"),
        "announce",
    ),
    S.ANNOUNCED: StepTexts(
        gettext_lazy("Festhalten, dass der Besuch stattgefunden hat."),
        gettext_lazy("Als durchgeführt vermerken"),
        "hold",
    ),
    S.HELD: StepTexts(
        gettext_lazy("Das Ergebnis festhalten und Presseberichte erfassen."),
        gettext_lazy("Ergebnis festhalten"),
        "document",
    ),
}
ENTER_DATE = StepTexts(
    gettext_lazy(
        "Tag und Uhrzeit eintragen; danach kann der Besuch zur Freigabe vorgelegt werden."
    ),
    gettext_lazy("Termin eintragen"),
    "edit",
)
DATE_IS_OVER = StepTexts(
    gettext_lazy(
        "Der Termin ist vorbei. Hat der Besuch stattgefunden, erfassen Sie ihn nachträglich; sonst "
        "tragen Sie einen neuen Termin ein oder sagen ihn ab."
    ),
    gettext_lazy("Nachträglich erfassen"),
    "record",
)
NEVER_ANNOUNCED = StepTexts(
    gettext_lazy(
        "Der Termin ist vorbei, angekündigt wurde er nicht. Hat der Besuch stattgefunden, "
        "vermerken Sie es; sonst verschieben Sie ihn oder sagen ihn ab."
    ),
    gettext_lazy("Als durchgeführt vermerken"),
    "hold",
)
WAIT_FOR_THE_DAY = StepTexts(
    gettext_lazy("Der Besuch steht bevor. Danach wird festgehalten, dass er stattgefunden hat.")
)
LAPSED = gettext_lazy("Die Freigabe ist erloschen (%(why)s). %(text)s")


def visit_steps(visit: Visit) -> list[ProgressStep]:
    """Return the progress bar; empty for visits that were taken over or cancelled."""
    if visit.is_taken_over or visit.state == S.CANCELLED:
        return []
    state = S(visit.state)
    labels = [str(step.label) for step in PROGRESS_STATES]
    if state in BACK_AT_THE_START:
        labels[0] = str(state.label)
        return progress_steps(labels, 0)
    is_done = state == S.DOCUMENTED
    if state in (S.HELD, S.DOCUMENTED) and not was_announced(visit):
        # A step that nobody took must not look done.
        labels.remove(str(S.ANNOUNCED.label))
        return progress_steps(labels, len(labels) if is_done else labels.index(str(state.label)))
    if visit.recorded_reason:
        labels = [str(step.label) for step in RECORDED_STATES]
        return progress_steps(labels, len(labels) if is_done else RECORDED_STATES.index(state))
    return progress_steps(labels, len(labels) if is_done else PROGRESS_STATES.index(state))


def next_step_of(
    visit: Visit, user, *, approvals: list[ApprovalRequest], now: dt.datetime
) -> NextStep | None:
    """Return the box *Nächster Schritt*, or None; only the person who has to act gets its button.

    `approvals` are those of the visit that `user` may see, latest first.
    """
    if visit.is_taken_over:
        return None
    if visit.state == S.SUBMITTED:
        # None for a deputy limited to other kinds, who reads only that the visit waits.
        asked = next((approval for approval in approvals if approval.is_open), None)
        return decision_step(_("Der Besuch liegt zur Freigabe vor."), asked, user)
    step = _office_next_step(visit, now, preparation_deadlines([visit], now))
    latest = approvals[0] if approvals else None
    if latest and latest.state == ApprovalState.LAPSED and visit.state == S.IDEA:
        step = step._replace(text=LAPSED % {"why": latest.lapse_reason, "text": step.text})
    return step.without_button() if step and not can_manage(user) else step


def _office_next_step(
    visit: Visit, now: dt.datetime, deadlines: Mapping[int, dt.date]
) -> NextStep | None:
    texts = _office_step_texts(visit, now)
    if texts is None:
        return None
    url = reverse(f"media_visits:{texts.route}", args=[visit.pk]) if texts.route else ""
    return office_step(
        str(texts.text), str(texts.action), url, due_on=_office_deadline(visit, deadlines)
    )


def _office_deadline(visit: Visit, deadlines: Mapping[int, dt.date]) -> dt.date | None:
    """Return when what has to happen before the visit is due, or its record on the day, or by which
    day its outcome should be written down; None without a date.
    """
    if visit.starts_at is None:
        return None
    day = local_date(visit.starts_at)
    if visit.state == S.HELD:
        return add_working_days(day, MINUTES_WORKING_DAYS)
    # An announced visit only has to take place.
    return day if visit.state == S.ANNOUNCED else deadlines.get(visit.pk, day)


def _office_step_texts(visit: Visit, now: dt.datetime) -> StepTexts | None:
    texts = OFFICE_STEPS.get(S(visit.state))
    # Submitting would be refused without a date.
    if texts and texts.route == "submit" and visit.starts_at is None:
        return ENTER_DATE
    if texts and texts.route == "submit" and visit.starts_at <= now:
        return DATE_IS_OVER
    if visit.state == S.APPROVED and visit.starts_at and visit.starts_at <= now:
        return NEVER_ANNOUNCED
    if visit.state == S.ANNOUNCED and visit.starts_at > now:
        return WAIT_FOR_THE_DAY
    return texts


def visit_tasks(pks: Collection[int], now: dt.datetime) -> dict[int, WaitingEntry]:
    """Return the office's tasks about the visits `pks`, by primary key. At most three queries."""
    visits = list(Visit.objects.filter(pk__in=pks).select_related("company"))
    deadlines = preparation_deadlines(visits, now)
    steps = [(visit, _office_next_step(visit, now, deadlines)) for visit in visits]
    return {visit.pk: step.as_entry(visit, _subject(visit)) for visit, step in steps if step}


def _subject(visit: Visit) -> str:
    values = {"company": visit.company_name, "title": visit.title}
    return _("Besuch bei %(company)s (%(title)s)") % values
