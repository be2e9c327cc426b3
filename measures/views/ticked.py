"""What the office does with the measures that it ticked in the list."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import local_date
from core.queries import keys_from
from core.views import MAX_TICKED, allowed, render_confirmation, run_service
from measures import services
from measures.models import Measure, ReportingRound
from measures.permissions import can_change_measures, can_run_rounds
from measures.progress import (
    already_asked_lines,
    not_asked_lines,
    publishing_details,
    unreachable_lines,
)
from measures.queries import awaited_leads, open_rounds, report_questions, version_of_measures
from measures.reminders import OwingLead, owing_leads
from outbox.views.confirming import confirm_mails

TICKS = "massnahme"


@allowed(can_change_measures)
def measures_publish(request: HttpRequest) -> HttpResponse:
    """Show what publishing the ticked measures does, then publish them."""
    measures = _ticked(request)
    hidden = [measure for measure in measures if not measure.is_published]
    if not measures:
        return _nothing_ticked(request)
    if not hidden:
        messages.info(request, _("Die angekreuzten Maßnahmen sind schon veröffentlicht."))
        return redirect("measures:list")
    if request.method == "POST":
        published = run_service(
            request,
            lambda: services.publish_measures(
                measures=measures,
                shown=request.POST.get("shown", ""),
                by=request.user,
                now=timezone.now(),
            ),
        )
        if published:
            messages.success(request, _published_text(len(published)))
            return redirect("measures:list")
    return render_confirmation(
        request,
        title=_("Veröffentlichen"),
        question=_question(len(hidden)),
        details=publishing_details(measures),
        hidden=[
            *((TICKS, measure.pk) for measure in measures),
            ("shown", version_of_measures(measures)),
        ],
        submit_label=_("Veröffentlichen"),
        cancel_url=reverse("measures:list"),
    )


@allowed(can_run_rounds)
def reports_ask(request: HttpRequest) -> HttpResponse:
    """Show the mails to the leads of the ticked measures, then ask them for reports."""
    measures = _ticked(request)
    if not measures:
        return _nothing_ticked(request)
    sent = request.POST.get("shown", "")
    shown = sent if request.method == "POST" else version_of_measures(measures)
    questions = report_questions(measures)
    return confirm_mails(
        request,
        partial(
            services.ask_for_reports,
            measures=measures,
            shown=shown,
            by=request.user,
            now=timezone.now(),
        ),
        target=reverse("measures:list"),
        done=_("Die Bitte um einen Bericht ist geschrieben."),
        title=_("Um Bericht bitten"),
        question=_("Sollen die Federführungen um einen Bericht gebeten werden?"),
        details=[
            *already_asked_lines(_rounds_asking(measures)),
            *not_asked_lines(questions.not_asked),
            *unreachable_lines(questions.leads, questions.without_lead),
        ],
        hidden=[*((TICKS, measure.pk) for measure in measures), ("shown", shown)],
        submit_label=_("Um Bericht bitten"),
        cancel_url=reverse("measures:list"),
    )


def _rounds_asking(measures: list[Measure]) -> list[tuple[ReportingRound, list[OwingLead]]]:
    """Return the running rounds of the plans of `measures` with those who owe reports on them."""
    today, plans = local_date(timezone.now()), {measure.plan_id for measure in measures}
    keys = [measure.pk for measure in measures]
    return [
        (asking, owing_leads(asking, awaited_leads(asking, among=keys), today))
        for asking in open_rounds()
        if asking.plan_id in plans
    ]


def _ticked(request: HttpRequest) -> list[Measure]:
    sent = request.POST if request.method == "POST" else request.GET
    # The ticks come from the address on the first call and from hidden fields on the second.
    keys = keys_from(sent.getlist(TICKS)[:MAX_TICKED])
    visible = Measure.objects.visible_to(request.user).filter(pk__in=keys)
    return list(visible.select_related("plan", "lead").order_by("search", "pk"))


def _nothing_ticked(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("Bitte kreuzen Sie mindestens eine Maßnahme an."))
    return redirect("measures:list")


def _question(count: int) -> str:
    text = ngettext(
        "Soll %(count)d Maßnahme für Partner und Steuerungskreis sichtbar werden?",
        "Sollen %(count)d Maßnahmen für Partner und Steuerungskreis sichtbar werden?",
        count,
    )
    return text % {"count": count}


def _published_text(count: int) -> str:
    text = ngettext(
        "%(count)d Maßnahme ist veröffentlicht.",
        "%(count)d Maßnahmen sind veröffentlicht.",
        count,
    )
    return text % {"count": count}
