"""How a visit went: held, recorded afterwards, documented, and each taken back."""

from functools import partial

from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.progress import TextCard
from core.views import redirect_unless_possible, run_service
from media_visits.enums import VISIT_MOVES, VisitState
from media_visits.forms import VisitOutcomeForm, VisitReasonForm
from media_visits.queries import was_announced
from media_visits.services import (
    correct_visit,
    document_visit,
    hold_visit,
    record_visit,
    reopen_visit,
    unrecord_visit,
)
from media_visits.services.visits import SEEN_FIELDS
from media_visits.views import confirm_step
from media_visits.views.visits import form_page, visit_for_office

NEVER_ANNOUNCED = gettext_lazy("Angekündigt war er nicht. Es wird niemand benachrichtigt.")


def hold(request, pk):
    visit = visit_for_office(request, pk)
    return confirm_step(
        request,
        visit,
        "hold",
        hold_visit,
        done=_("Der Besuch ist als durchgeführt vermerkt."),
        title=_("Als durchgeführt vermerken"),
        submit_label=_("Ja, durchgeführt"),
        question=_("Hat der Besuch bei %(company)s am %(when)s stattgefunden?")
        % {"company": visit.company_name, "when": visit.date_text},
        details=[] if visit.state == VisitState.ANNOUNCED else [NEVER_ANNOUNCED],
    )


def record(request, pk):
    visit = visit_for_office(request, pk)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, "record"):
        return back
    form = VisitReasonForm(
        request.POST or None,
        instance=visit,
        seen_fields=SEEN_FIELDS,
        help_text=_("Warum liegt keine Freigabe im Portal vor? Steht auf der Seite des Besuchs."),
    )
    if form.is_valid():
        call = partial(
            record_visit,
            visit=visit,
            reason=form.cleaned_data["reason"],
            seen=form.version_shown,
            by=request.user,
            now=timezone.now(),
        )
        if run_service(request, call, done=_("Der Besuch ist nachträglich erfasst."), form=form):
            return redirect(visit)
    intro = _(
        "%(visit)s, %(when)s. Der Besuch hat stattgefunden, ohne dass im Portal darüber "
        "entschieden wurde. Er bleibt intern: Er lässt sich weder ankündigen noch "
        "veröffentlichen. Es wird niemand benachrichtigt."
    )
    return form_page(
        request,
        form,
        title=VISIT_MOVES["record"].label,
        submit_label=_("Nachträglich erfassen"),
        intro=intro % {"visit": visit, "when": visit.date_text},
        cancel_url=visit.get_absolute_url(),
    )


def unrecord(request, pk):
    visit = visit_for_office(request, pk)
    return confirm_step(
        request,
        visit,
        "unrecord",
        unrecord_visit,
        done=_("Der Besuch ist wieder eine Idee."),
        title=VISIT_MOVES["unrecord"].label,
        submit_label=_("Zurücknehmen"),
        question=_("%(visit)s: die nachträgliche Erfassung zurücknehmen?") % {"visit": visit},
        details=[_("Der Besuch ist dann wieder eine Idee."), _("Es wird niemand benachrichtigt.")],
    )


def reopen(request, pk):
    visit = visit_for_office(request, pk)
    return confirm_step(
        request,
        visit,
        "reopen",
        reopen_visit,
        done=_("Der Vermerk ist zurückgenommen."),
        title=_("Doch nicht durchgeführt"),
        submit_label=_("Vermerk zurücknehmen"),
        question=_("Soll „durchgeführt“ zurückgenommen werden?"),
        details=[
            _("Der Besuch gilt wieder als angekündigt. Sie können ihn verschieben oder absagen.")
            if was_announced(visit)
            else _("Der Besuch gilt wieder als freigegeben."),
            _("Es wird niemand benachrichtigt."),
        ],
    )


def document(request, pk):
    """Record the outcome, or correct it."""
    visit = visit_for_office(request, pk)
    corrects = visit.state == VisitState.DOCUMENTED
    action, service = ("correct", correct_visit) if corrects else ("document", document_visit)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, action):
        return back
    form = VisitOutcomeForm(
        request.POST or None,
        instance=visit,
        seen_fields=SEEN_FIELDS,
        initial={"outcome": visit.outcome},
        help_text=_(
            "Was wurde besprochen, zugesagt, gezeigt? Absätze und Listen mit „-“ bleiben erhalten."
        ),
    )
    if form.is_valid():
        call = partial(
            service,
            visit=visit,
            outcome=form.cleaned_data["outcome"],
            seen=form.version_shown,
            by=request.user,
            now=timezone.now(),
        )
        if run_service(request, call, done=_("Das Ergebnis ist festgehalten."), form=form):
            return redirect(visit)
    return form_page(
        request,
        form,
        title=VISIT_MOVES[action].label,
        intro=str(visit),
        # After a refusal, what somebody else has saved stands beside what was typed.
        cards=[TextCard(_("Gespeichert ist"), visit.outcome)] if form.errors and corrects else [],
        cancel_url=visit.get_absolute_url(),
    )
