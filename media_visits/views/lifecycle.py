"""The steps of a visit. Each page asks for confirmation and shows who will get mail."""

from functools import partial

from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
from approvals.registry import Briefing
from approvals.views import submit_briefing
from core.forms import OutcomeForm, ReasonForm
from core.roles import senator_office_name
from core.views import redirect_unless_possible, render_confirmation, run_service
from media_visits.enums import VISIT_MOVES
from media_visits.facts import VISIT_FACTS
from media_visits.forms import AnnounceForm
from media_visits.mails import deciders_to_inform, informed_people, people_to_announce_to
from media_visits.models import Visit
from media_visits.services import (
    announce_visit,
    cancel_visit,
    document_visit,
    hold_visit,
    postpone_visit,
    submit_visit,
    withdraw_visit,
)
from media_visits.views.visits import form_page, visit_for_office

# The help texts of the shared form are about topics and dates; these fit a visit.
BRIEFING_HELP_TEXTS = {
    "occasion": gettext_lazy("Warum jetzt, warum dieses Unternehmen?"),
    "assessment": "",
    "vote": gettext_lazy("Worum bitten Sie? Zum Beispiel: Zustimmung zum Besuch."),
}


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
        suggestion=Briefing("", "", "", ""),
        form_options={"needs_occasion": True, "help_texts": BRIEFING_HELP_TEXTS},
        title=_("Zur Freigabe vorlegen"),
        submit_label=_("Zur Freigabe vorlegen"),
        intro=_("%(visit)s – %(when)s") % {"visit": visit, "when": visit.date_text},
        done=_("Der Besuch ist vorgelegt; das Büro ist benachrichtigt."),
        template="media_visits/form.html",
    )


def withdraw(request, pk):
    visit = visit_for_office(request, pk)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, "withdraw"):
        return back
    if request.method == "POST":
        call = partial(withdraw_visit, visit=visit, by=request.user, now=timezone.now())
        run_service(request, call, done=_("Die Vorlage ist zurückgezogen."))
        return redirect(visit)
    return render_confirmation(
        request,
        title=_("Vorlage zurückziehen"),
        question=_("Soll die Bitte um Freigabe zurückgezogen werden?"),
        details=[_("E-Mail an: %(office)s") % {"office": senator_office_name()}],
        submit_label=_("Zurückziehen"),
        cancel_url=visit.get_absolute_url(),
    )


def announce(request, pk):
    visit = visit_for_office(request, pk)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, "announce"):
        return back
    form = AnnounceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        call = partial(
            announce_visit,
            visit=visit,
            lists=form.cleaned_data["lists"],
            by=request.user,
            now=timezone.now(),
        )
        if run_service(request, call, done=_("Der Besuch ist angekündigt."), form=form):
            return redirect(visit)
    return render_confirmation(
        request,
        form,
        title=_("Besuch ankündigen"),
        submit_label=_("Ankündigen"),
        # Without members of the lists ticked in the form, which shows their number itself.
        details=_recipient_lines(visit, people_to_announce_to(visit)),
        question=_("%(visit)s, %(when)s: jetzt ankündigen?")
        % {"visit": visit, "when": visit.date_text},
        cancel_url=visit.get_absolute_url(),
    )


def hold(request, pk):
    visit = visit_for_office(request, pk)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, "hold"):
        return back
    if request.method == "POST":
        call = partial(hold_visit, visit=visit, by=request.user, now=timezone.now())
        run_service(request, call, done=_("Der Besuch ist als durchgeführt vermerkt."))
        return redirect(visit)
    return render_confirmation(
        request,
        title=_("Als durchgeführt vermerken"),
        submit_label=_("Ja, durchgeführt"),
        details=[],
        question=_("Hat der Besuch bei %(company)s am %(when)s stattgefunden?")
        % {"company": visit.company_name, "when": visit.date_text},
        cancel_url=visit.get_absolute_url(),
    )


def document(request, pk):
    visit = visit_for_office(request, pk)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, "document"):
        return back
    form = OutcomeForm(
        request.POST or None,
        initial={"outcome": visit.outcome},
        help_text=_(
            "Was wurde besprochen, zugesagt, gezeigt? Absätze und Listen mit „-“ bleiben erhalten."
        ),
    )
    if request.method == "POST" and form.is_valid():
        call = partial(
            document_visit,
            visit=visit,
            outcome=form.cleaned_data["outcome"],
            by=request.user,
            now=timezone.now(),
        )
        if run_service(request, call, done=_("Das Ergebnis ist festgehalten."), form=form):
            return redirect(visit)
    return form_page(
        request,
        form,
        title=_("Ergebnis festhalten"),
        intro=str(visit),
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
    call = partial(postpone_visit, visit=visit)
    return _ask_for_reason(request, visit, "postpone", call, done, effects, **labels)


def cancel(request, pk):
    visit = visit_for_office(request, pk)
    effects = [_("Eine Absage lässt sich nicht zurücknehmen.")]
    if visit.is_published:
        effects.append(
            _("Der Besuch bleibt veröffentlicht, damit alle sehen, dass er abgesagt ist.")
        )
    done = _("Der Besuch ist abgesagt.")
    labels = {"title": _("Besuch absagen"), "submit_label": _("Absagen")}
    call = partial(cancel_visit, visit=visit)
    return _ask_for_reason(request, visit, "cancel", call, done, effects, **labels)


def _ask_for_reason(request, visit, action, service, done, effects, **labels):
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, action):
        return back
    form = ReasonForm(
        request.POST or None,
        help_text=_("Steht in der Nachricht an alle, die von dem Besuch wissen."),
    )
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        call = partial(service, reason=reason, by=request.user, now=timezone.now())
        if run_service(request, call, done=done, form=form):
            return redirect(visit)
    return render_confirmation(
        request,
        form,
        question=f"{visit}, {visit.date_text}",
        danger=True,
        details=[*effects, *_recipient_lines(visit, informed_people(visit))],
        cancel_url=visit.get_absolute_url(),
        **labels,
    )


def _recipient_lines(visit: Visit, people) -> list[str]:
    """Return who will get mail: `people` by name, the senator's office as a whole."""
    deciders = deciders_to_inform(visit, timezone.localdate())
    if not people and not deciders:
        return [
            _(
                "Es wird niemand benachrichtigt: bisher weiß außerhalb der Geschäftsstelle niemand "
                "von dem Besuch."
            )
        ]
    lines = [
        _("E-Mail an %(name)s (%(email)s)") % {"name": person.name, "email": person.email}
        for person in people
    ]
    if deciders:
        lines.append(_("E-Mail an: %(office)s") % {"office": senator_office_name()})
    return lines
