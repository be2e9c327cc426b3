"""The steps of a visit: each asks once more and says who will be told."""

from functools import partial

from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
from approvals.forms import BriefingForm
from approvals.mails import APPROVAL_ASKED
from approvals.queries import approvals_about, differences_since
from approvals.registry import Briefing, snapshot_of
from core.dates import local_date
from core.forms import OutcomeForm, ReasonForm
from core.roles import senator_office_name
from core.views import redirect_unless_possible, render_confirmation, run_service
from media_visits.enums import VISIT_MOVES
from media_visits.forms import AnnounceForm
from media_visits.mails import deciders_who_know, people_to_announce_to, people_who_know
from media_visits.registry import VISIT_FACTS
from media_visits.services import (
    announce_visit,
    cancel_visit,
    document_visit,
    postpone_visit,
    record_held,
    submit_visit,
    withdraw_visit,
)
from media_visits.views.answers import form_page, visit_for_office
from outbox.wordings import with_waiting_note

BRIEFING_HELP_TEXTS = {
    "occasion": gettext_lazy("Warum jetzt, warum dieses Unternehmen?"),
    "assessment": "",
    "vote": gettext_lazy("Worum bitten Sie? Zum Beispiel: Zustimmung zum Besuch."),
}


def submit(request, pk):
    """The Leitungsvorlage, then on to the senator's office."""
    visit = visit_for_office(request, pk)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, "submit"):
        return back
    now = timezone.now()
    differences = differences_since(ApprovalKind.VISIT, pk, snapshot_of(VISIT_FACTS, visit))
    former = approvals_about(ApprovalKind.VISIT, pk).first()
    form = BriefingForm(
        request.POST or None,
        request.FILES or None,
        today=local_date(now),
        suggestion=Briefing(visit.occasion, visit.facts, visit.assessment, visit.vote),
        former=former,
        needs_occasion=True,
        help_texts=BRIEFING_HELP_TEXTS,
    )
    if request.method == "POST" and form.is_valid():
        call = partial(
            submit_visit,
            visit=visit,
            briefing=form.briefing,
            due_on=form.cleaned_data["due_on"],
            by=request.user,
            now=now,
        )
        if run_service(
            request,
            call,
            done=with_waiting_note(
                _("Der Besuch ist vorgelegt; das Büro ist benachrichtigt."), APPROVAL_ASKED
            ),
            form=form,
        ):
            return redirect(visit)
    intro = _("%(visit)s – %(when)s") % {"visit": visit, "when": visit.date_text}
    return form_page(
        request,
        form,
        title=_("Zur Freigabe vorlegen"),
        submit_label=_("Vorlegen"),
        intro=intro,
        cancel_url=visit.get_absolute_url(),
        differences=differences,
    )


def withdraw(request, pk):
    """Take the request for approval back."""
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
    """Announce an approved visit."""
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
    details = told_lines(
        people_to_announce_to(visit), deciders_who_know(visit, timezone.localdate())
    )
    return render_confirmation(
        request,
        form,
        title=_("Besuch ankündigen"),
        submit_label=_("Ankündigen"),
        details=details,
        question=_("%(visit)s, %(when)s: jetzt ankündigen?")
        % {"visit": visit, "when": visit.date_text},
        cancel_url=visit.get_absolute_url(),
    )


def hold(request, pk):
    """Record that the visit took place."""
    visit = visit_for_office(request, pk)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, "hold"):
        return back
    if request.method == "POST":
        call = partial(record_held, visit=visit, by=request.user, now=timezone.now())
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
    """Write what came of the visit."""
    visit = visit_for_office(request, pk)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, "document"):
        return back
    form = OutcomeForm(
        request.POST or None,
        initial={"outcome": visit.outcome},
        help_text=_(
            "Was wurde besprochen, zugesagt, gezeigt? Formatierung mit Markdown ist möglich."
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
    """Postpone the visit and tell all who know of it; what was published is so no longer."""
    visit = visit_for_office(request, pk)
    effects = [
        _(
            "Der Termin wird frei, und die Freigabe erlischt: der neue muss noch einmal vorgelegt "
            "werden."
        )
    ]
    done = _("Der Besuch ist verschoben. Bitte tragen Sie einen neuen Termin ein.")
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
    return _put_off(
        request,
        visit,
        "postpone",
        postpone_visit,
        title=_("Besuch verschieben"),
        submit_label=_("Verschieben"),
        done=done,
        effects=effects,
    )


def cancel(request, pk):
    """Call the visit off and tell all who know of it; what was published stays so."""
    visit = visit_for_office(request, pk)
    effects = [_("Eine Absage lässt sich nicht zurücknehmen.")]
    if visit.is_published:
        effects.append(
            _("Der Besuch bleibt veröffentlicht, damit alle sehen, dass er abgesagt ist.")
        )
    return _put_off(
        request,
        visit,
        "cancel",
        cancel_visit,
        title=_("Besuch absagen"),
        submit_label=_("Absagen"),
        done=_("Der Besuch ist abgesagt."),
        effects=effects,
    )


def _put_off(request, visit, action, service, *, title, submit_label, done, effects):
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, action):
        return back
    form = ReasonForm(
        request.POST or None,
        help_text=_("Steht in der Nachricht an alle, die von dem Besuch wissen."),
    )
    if request.method == "POST" and form.is_valid():
        call = partial(
            service,
            visit=visit,
            reason=form.cleaned_data["reason"],
            by=request.user,
            now=timezone.now(),
        )
        if run_service(request, call, done=done, form=form):
            return redirect(visit)
    question = f"{visit}, {visit.date_text}"
    return render_confirmation(
        request,
        form,
        title=title,
        question=question,
        submit_label=submit_label,
        danger=True,
        details=[
            *effects,
            *told_lines(people_who_know(visit), deciders_who_know(visit, timezone.localdate())),
        ],
        cancel_url=visit.get_absolute_url(),
    )


def told_lines(people, deciders) -> list[str]:
    """Return the lines that say to whom mail will go: each by name, the senator's office as one."""
    if not people and not deciders:
        return [
            _(
                "Es wird niemand benachrichtigt: bisher weiß außerhalb der Geschäftsstelle niemand "
                "von dem Besuch."
            )
        ]
    lines = [
        _("E-Mail an %(name)s (%(email)s)") % {"name": row.name, "email": row.email}
        for row in people
    ]
    if deciders:
        lines.append(_("E-Mail an: %(office)s") % {"office": senator_office_name()})
    return lines
