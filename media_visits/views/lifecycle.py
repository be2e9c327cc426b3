"""The steps of a visit. Each asks for confirmation, and shows the mails before it sends any."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
from approvals.registry import Briefing
from approvals.views import submit_briefing
from core.conflicts import SeenForm
from core.progress import TextCard
from core.views import redirect_unless_possible, render_confirmation, run_service
from media_visits.enums import VISIT_MOVES, VisitState
from media_visits.facts import VISIT_FACTS
from media_visits.forms import AnnounceForm, VisitOutcomeForm, VisitReasonForm
from media_visits.models import Visit
from media_visits.progress import submission_notes
from media_visits.queries import was_announced
from media_visits.services import (
    announce_visit,
    cancel_visit,
    correct_visit,
    document_visit,
    hold_visit,
    postpone_visit,
    record_visit,
    reopen_visit,
    resume_visit,
    submit_visit,
    unrecord_visit,
    withdraw_visit,
)
from media_visits.services.visits import SEEN_FIELDS
from media_visits.views.visits import form_page, visit_for_office
from outbox.views.confirming import TO_PREVIEW, confirm_mails, went_back

# The help texts of the shared form are about topics and dates; these fit a visit.
BRIEFING_HELP_TEXTS = {
    "occasion": gettext_lazy("Warum jetzt, warum dieses Unternehmen?"),
    "assessment": "",
    "vote": gettext_lazy("Worum bitten Sie? Zum Beispiel: Zustimmung zum Besuch."),
}
NEVER_ANNOUNCED = gettext_lazy("Angekündigt war er nicht. Es wird niemand benachrichtigt.")


def submit(request, pk):
    visit = visit_for_office(request, pk)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, "submit"):
        return back
    return submit_briefing(
        request,
        visit,
        partial(submit_visit, visit=visit),
        kind=ApprovalKind.VISIT,
        facts=VISIT_FACTS,
        # The facts are listed beside the briefing; why this company, and why now, only the office
        # knows.
        suggest=lambda _shown: Briefing("", "", "", ""),
        form_options={
            "needs_occasion": True,
            "help_texts": BRIEFING_HELP_TEXTS,
            "starts_at": visit.starts_at,
        },
        title=_("Zur Freigabe vorlegen"),
        submit_label=_("Zur Freigabe vorlegen"),
        intro=_("%(visit)s – %(when)s") % {"visit": visit, "when": visit.date_text},
        done=_("Der Besuch ist vorgelegt."),
        notes=submission_notes(visit),
        template="media_visits/form.html",
    )


def withdraw(request, pk):
    visit = visit_for_office(request, pk)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, "withdraw"):
        return back
    form = _seen_form(request, visit)
    # The page of the mails is the only one here, so it carries the version itself.
    seen = form.version_carried
    return confirm_mails(
        request,
        partial(withdraw_visit, visit=visit, seen=seen, by=request.user, now=timezone.now()),
        target=visit,
        done=_("Die Vorlage ist zurückgezogen."),
        title=_("Vorlage zurückziehen"),
        question=_("Soll die Bitte um Freigabe zurückgezogen werden?"),
        submit_label=_("Zurückziehen"),
        cancel_url=visit.get_absolute_url(),
        hidden=[("version", seen)],
    )


def announce(request, pk):
    visit = visit_for_office(request, pk)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, "announce"):
        return back
    form = AnnounceForm(request.POST or None, instance=visit, seen_fields=SEEN_FIELDS)
    labels = {"title": _("Besuch ankündigen"), "cancel_url": visit.get_absolute_url()}
    if form.is_valid() and not went_back(request):
        call = partial(
            announce_visit,
            visit=visit,
            lists=form.cleaned_data["lists"],
            seen=form.version_shown,
            by=request.user,
            now=timezone.now(),
        )
        answer = confirm_mails(
            request,
            call,
            target=visit,
            form=form,
            done=_("Der Besuch ist angekündigt."),
            question=_("%(visit)s, %(when)s: jetzt ankündigen?")
            % {"visit": visit, "when": visit.date_text},
            details=_announcement_warnings(visit),
            submit_label=_("Ankündigen"),
            **labels,
        )
        if answer:
            return answer
    intro = _(
        "Die Ankündigung geht an das Unternehmen, an alle, die schon von dem Besuch wissen, und "
        "an das Büro. Im nächsten Schritt sehen Sie Empfänger und Text."
    )
    return form_page(request, form, submit_label=TO_PREVIEW, intro=intro, **labels)


def _announcement_warnings(visit: Visit) -> list[str]:
    # None of this forbids the announcement: the company may have been told by other means.
    warnings = []
    if visit.company is None:
        warnings.append(
            _("Das Unternehmen steht nicht unter Partner; dort bekommt niemand eine Nachricht.")
        )
    elif not visit.company.is_active:
        warnings.append(_("Das Unternehmen ist unter Partner als nicht mehr aktiv vermerkt."))
    # It is part of the approval, which an announced visit keeps.
    if not visit.address:
        warnings.append(
            _("Die Adresse fehlt. Nach der Ankündigung lässt sie sich nicht mehr ergänzen.")
        )
    return warnings


def hold(request, pk):
    visit = visit_for_office(request, pk)
    return _confirm(
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
    return _confirm(
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
    return _confirm(
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


def resume(request, pk):
    visit = visit_for_office(request, pk)
    return _confirm(
        request,
        visit,
        "resume",
        resume_visit,
        done=_("Der Besuch ist wieder eine Idee."),
        title=_("Besuch wieder aufnehmen"),
        submit_label=_("Wieder aufnehmen"),
        question=_("%(visit)s: die Absage zurücknehmen?") % {"visit": visit},
        details=[
            _("Der Besuch ist dann wieder eine Idee und muss zur Freigabe vorgelegt werden."),
            _("Es wird niemand benachrichtigt."),
        ],
    )


def _confirm(request, visit: Visit, action: str, service, *, done, **page) -> HttpResponse:
    """Ask before a step that mails nobody."""
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, action):
        return back
    form = _seen_form(request, visit)
    if form.is_valid():
        call = partial(
            service, visit=visit, seen=form.version_shown, by=request.user, now=timezone.now()
        )
        if run_service(request, call, done=done, form=form):
            return redirect(visit)
    return render_confirmation(request, form, cancel_url=visit.get_absolute_url(), **page)


def _seen_form(request: HttpRequest, visit: Visit) -> SeenForm:
    # An empty POST counts as sent as well: without a version, the service asks to look again.
    data = request.POST if request.method == "POST" else None
    return SeenForm(data, instance=visit, seen_fields=SEEN_FIELDS)


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


def postpone(request, pk):
    visit = visit_for_office(request, pk)
    effects = [
        _(
            "Der Termin wird frei, und die Freigabe erlischt: der neue muss noch einmal vorgelegt "
            "werden."
        )
    ]
    done = _("Der Besuch ist verschoben. Bitte tragen Sie einen neuen Termin ein.")
    # Warn the office, because postponing unpublishes the visit.
    if visit.is_published:
        effects.append(
            _(
                "Veröffentlicht ist der Besuch dann nicht mehr. Das geht wieder, wenn der neue "
                "Termin freigegeben ist."
            )
        )
        done = _(
            "Der Besuch ist verschoben und nicht mehr veröffentlicht. Bitte tragen Sie einen neuen "
            "Termin ein."
        )
    labels = {"title": _("Besuch verschieben"), "submit_label": _("Verschieben")}
    return _ask_for_reason(request, visit, "postpone", postpone_visit, done, effects, **labels)


def cancel(request, pk):
    visit = visit_for_office(request, pk)
    # Nobody may be told that a visit takes place after being told that it does not.
    if visit.announced_at:
        effects = [_("Eine Absage lässt sich nicht zurücknehmen.")]
    else:
        effects = [_("Sie können den Besuch später wieder aufnehmen.")]
    if visit.is_published:
        effects.append(
            _("Der Besuch bleibt veröffentlicht, damit alle sehen, dass er abgesagt ist.")
        )
    done = _("Der Besuch ist abgesagt.")
    labels = {"title": _("Besuch absagen"), "submit_label": _("Absagen")}
    return _ask_for_reason(request, visit, "cancel", cancel_visit, done, effects, **labels)


def _ask_for_reason(request, visit, action, service, done, effects, *, title, submit_label):
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, action):
        return back
    form = VisitReasonForm(
        request.POST or None,
        instance=visit,
        seen_fields=SEEN_FIELDS,
        help_text=_("Steht in der Nachricht an alle, die von dem Besuch wissen."),
    )
    cancel_url = visit.get_absolute_url()
    if form.is_valid() and not went_back(request):
        call = partial(
            service,
            visit=visit,
            reason=form.cleaned_data["reason"],
            seen=form.version_shown,
            by=request.user,
            now=timezone.now(),
        )
        answer = confirm_mails(
            request,
            call,
            target=visit,
            form=form,
            done=done,
            title=title,
            question=f"{visit}, {visit.date_text}",
            details=[*effects, _("Grund: %(reason)s") % {"reason": form.cleaned_data["reason"]}],
            submit_label=submit_label,
            danger=True,
            cancel_url=cancel_url,
        )
        if answer:
            return answer
    intro = " ".join([f"{visit}, {visit.date_text}.", *effects])
    return form_page(
        request, form, title=title, submit_label=TO_PREVIEW, intro=intro, cancel_url=cancel_url
    )
