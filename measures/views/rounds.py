"""Reporting rounds."""

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.dates import format_date, local_date
from core.states import allowed_actions
from measures import services
from measures.enums import ROUND_MOVES, ReportState
from measures.forms import RoundForm
from measures.models import ReportingRound
from measures.permissions import can_run_rounds
from measures.queries import current_plan
from measures.queries.reports import answers_in, measures_awaiting_report, reporters_of
from measures.views.answers import act, allow, attempt, go, submitted


@require_safe
def round_list(request):
    accepted = Count("reports", filter=Q(reports__state=ReportState.ACCEPTED))
    rounds = (
        ReportingRound.objects.visible_to(request.user)
        .select_related("plan")
        .annotate(accepted=accepted)
    )
    context = {
        "rounds": rounds.order_by("-due_on", "-pk"),
        "can_run": can_run_rounds(request.user),
        "today": local_date(timezone.now()),
    }
    return render(request, "measures/rounds.html", context)


@require_safe
def round_page(request, pk):
    reporting_round = _round(request, pk)
    context = {
        "round": reporting_round,
        "answers": answers_in(reporting_round, request.user),
        "can_run": can_run_rounds(request.user),
        "actions": allowed_actions(ROUND_MOVES, reporting_round),
        "today": local_date(timezone.now()),
    }
    return render(request, "measures/round.html", context)


def round_create(request):
    allow(can_run_rounds(request.user))
    form = RoundForm(submitted(request), initial={"plan": current_plan(request.user)})
    if form.is_valid() and (
        reporting_round := attempt(
            form, services.create_round, values=form.values, by=request.user, now=timezone.now()
        )
    ):
        return go(
            request,
            _("Die Berichtsrunde ist angelegt. Sie ist noch nicht gestartet."),
            reporting_round,
        )
    return render(request, "measures/form.html", {"form": form, "title": _("Neue Berichtsrunde")})


def round_edit(request, pk):
    reporting_round = _round(request, pk)
    allow(can_run_rounds(request.user))
    form = RoundForm(submitted(request), instance=reporting_round)
    if form.is_valid() and attempt(
        form,
        services.change_round,
        reporting_round=reporting_round,
        values=form.values,
        version=form.version_shown,
        by=request.user,
        now=timezone.now(),
    ):
        return go(request, _("Die Berichtsrunde ist gespeichert."), reporting_round)
    context = {
        "form": form,
        "title": _("Berichtsrunde bearbeiten"),
        "cancel_url": reporting_round.get_absolute_url(),
    }
    return render(request, "measures/form.html", context)


def round_open(request, pk):
    reporting_round = _round(request, pk)
    allow(can_run_rounds(request.user))
    target = reporting_round.get_absolute_url()
    if request.method == "POST":
        arguments = {"reporting_round": reporting_round, "by": request.user, "now": timezone.now()}
        done = _("Die Berichtsrunde läuft. Die Federführungen sind angeschrieben.")
        return act(request, services.open_round, done=done, target=target, **arguments)
    measures = list(measures_awaiting_report(reporting_round))
    people = [
        person
        for group in reporters_of({row.lead_id for row in measures}).values()
        for person in group
    ]
    context = {
        "title": _("Berichtsrunde starten"),
        "question": _("Soll „%(title)s“ jetzt starten?") % {"title": reporting_round.title},
        "details": [
            _("%(count)d Maßnahmen warten dann auf einen Bericht.") % {"count": len(measures)},
            _("%(count)d Personen erhalten eine E-Mail.") % {"count": len(people)},
            _("Berichtet wird bis zum %(day)s.") % {"day": format_date(reporting_round.due_on)},
        ],
        "submit_label": _("Starten und %(count)d E-Mails versenden") % {"count": len(people)},
        "cancel_url": target,
    }
    return render(request, "generic/confirm.html", context)


def round_close(request, pk):
    reporting_round = _round(request, pk)
    allow(can_run_rounds(request.user))
    target = reporting_round.get_absolute_url()
    if request.method == "POST":
        arguments = {"reporting_round": reporting_round, "by": request.user, "now": timezone.now()}
        done = _("Die Berichtsrunde ist abgeschlossen.")
        return act(request, services.close_round, done=done, target=target, **arguments)
    missing = measures_awaiting_report(reporting_round).count()
    context = {
        "title": _("Berichtsrunde abschließen"),
        "question": _("Soll „%(title)s“ abgeschlossen werden?") % {"title": reporting_round.title},
        "details": [
            _("%(count)d Berichte fehlen noch; an sie wird nicht mehr erinnert.")
            % {"count": missing},
            _("Eine abgeschlossene Berichtsrunde lässt sich nicht wieder öffnen."),
        ],
        "submit_label": _("Berichtsrunde abschließen"),
        "danger": True,
        "cancel_url": target,
    }
    return render(request, "generic/confirm.html", context)


def _round(request, pk) -> ReportingRound:
    rounds = ReportingRound.objects.visible_to(request.user).select_related("plan")
    return get_object_or_404(rounds, pk=pk)
