"""Reporting rounds: list, page, the office's form, opening and closing."""

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.dates import format_date, local_date
from core.progress import Button
from core.views import allowed, render_confirmation, render_form, require, run_service, save_form
from measures import services
from measures.enums import ROUND_MOVES, ReportState
from measures.forms import RoundForm
from measures.models import ReportingRound
from measures.permissions import can_run_rounds
from measures.progress import round_buttons
from measures.queries import (
    awaited_reporters,
    current_plan,
    measures_awaiting_report,
    reports_in_round,
)


@require_safe
def round_list(request):
    rounds = ReportingRound.objects.visible_to(request.user).select_related("plan")
    # Counted in the query that loads the rounds, to avoid one query per round.
    accepted = Count("reports", filter=Q(reports__state=ReportState.ACCEPTED))
    context = {
        "rounds": rounds.annotate(accepted=accepted).order_by("-due_on", "-pk"),
        "can_run": can_run_rounds(request.user),
        "buttons": _create_buttons(request.user),
        "today": local_date(timezone.now()),
    }
    return render(request, "measures/rounds.html", context)


@require_safe
def round_page(request, pk):
    reporting_round = _get_round(request, pk)
    context = {
        "round": reporting_round,
        "reports_in_round": reports_in_round(reporting_round, request.user),
        "buttons": round_buttons(reporting_round, request.user),
        "today": local_date(timezone.now()),
    }
    return render(request, "measures/round.html", context)


@allowed(can_run_rounds)
def round_create(request):
    form = RoundForm(request.POST or None, initial={"plan": current_plan(request.user)})
    done = _("Die Berichtsrunde ist angelegt. Sie ist noch nicht gestartet.")
    if reporting_round := save_form(request, form, services.create_round, done=done):
        return redirect(reporting_round)
    return render_form(request, form, template="measures/form.html", title=_("Neue Berichtsrunde"))


def round_edit(request, pk):
    reporting_round = _get_round(request, pk)
    require(can_run_rounds(request.user))
    form = RoundForm(request.POST or None, instance=reporting_round)
    done = _("Die Berichtsrunde ist gespeichert.")
    if save_form(request, form, services.change_round, reporting_round=reporting_round, done=done):
        return redirect(reporting_round)
    return render_form(
        request,
        form,
        template="measures/form.html",
        title=_("Berichtsrunde bearbeiten"),
        cancel_url=reporting_round.get_absolute_url(),
    )


def round_open(request, pk):
    reporting_round = _get_round(request, pk)
    require(can_run_rounds(request.user))
    if request.method == "POST":
        run_service(
            request,
            lambda: services.open_round(
                reporting_round=reporting_round, by=request.user, now=timezone.now()
            ),
            done=_("Die Berichtsrunde läuft. Die Federführungen sind angeschrieben."),
        )
        return redirect(reporting_round)
    # Opening sends mail, so first show the office how many people get it.
    measure_count = measures_awaiting_report(reporting_round).count()
    mail_count = len(awaited_reporters(reporting_round))
    return render_confirmation(
        request,
        title=ROUND_MOVES["open"].label,
        question=_("Soll „%(title)s“ jetzt starten?") % {"title": reporting_round.title},
        details=[
            _("%(count)d Maßnahmen warten dann auf einen Bericht.") % {"count": measure_count},
            _("%(count)d Personen erhalten eine E-Mail.") % {"count": mail_count},
            _("Berichtet wird bis zum %(day)s.") % {"day": format_date(reporting_round.due_on)},
        ],
        submit_label=_("Starten und %(count)d E-Mails versenden") % {"count": mail_count},
        cancel_url=reporting_round.get_absolute_url(),
    )


def round_close(request, pk):
    reporting_round = _get_round(request, pk)
    require(can_run_rounds(request.user))
    if request.method == "POST":
        run_service(
            request,
            lambda: services.close_round(
                reporting_round=reporting_round, by=request.user, now=timezone.now()
            ),
            done=_("Die Berichtsrunde ist abgeschlossen."),
        )
        return redirect(reporting_round)
    # Closing is final, so first show the office which reports are missing.
    missing = measures_awaiting_report(reporting_round).count()
    return render_confirmation(
        request,
        title=ROUND_MOVES["close"].label,
        question=_("Soll „%(title)s“ abgeschlossen werden?") % {"title": reporting_round.title},
        details=[
            _("%(count)d Berichte fehlen noch; an sie wird nicht mehr erinnert.")
            % {"count": missing},
            _("Eine abgeschlossene Berichtsrunde lässt sich nicht wieder öffnen."),
        ],
        submit_label=ROUND_MOVES["close"].label,
        danger=True,
        cancel_url=reporting_round.get_absolute_url(),
    )


def _create_buttons(user) -> list[Button]:
    url = reverse("measures:round_create")
    return [Button(_("Neue Berichtsrunde"), url, "primary")] if can_run_rounds(user) else []


def _get_round(request, pk) -> ReportingRound:
    rounds = ReportingRound.objects.visible_to(request.user).select_related("plan")
    return get_object_or_404(rounds, pk=pk)
