"""What became of the measures of a plan, and the office's decisions about it."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core.exports import list_response
from core.queries import keys_from
from core.views import MAX_TICKED, paginate, render_form, require, run_service, ticks_of
from measures import services
from measures.enums import CONTINUATION_VERBS, ContinuationKind
from measures.filters import SuccessionFilter
from measures.forms import DECISION_FORMS
from measures.models import Continuation, Measure, Plan
from measures.permissions import can_change_plans, can_continue_measures
from measures.progress import (
    OUTCOME_HEADER,
    decision_details,
    decision_intro,
    outcome_rows,
    succession_lines,
    undone_message,
)
from measures.queries import continuation_counts, measures_with_succession

TICKED = "massnahme"  # in query strings
ACTIONS = {
    "fortfuehren": ContinuationKind.CONTINUED,
    "zusammenfuehren": ContinuationKind.MERGED,
    "aufteilen": ContinuationKind.SPLIT,
    "beenden": ContinuationKind.ENDED,
}
SERVICES = {
    ContinuationKind.CONTINUED: services.continue_measures,
    ContinuationKind.MERGED: services.merge_measures,
    ContinuationKind.SPLIT: services.split_measure,
    ContinuationKind.ENDED: services.end_measures,
}


@require_safe
def outcomes(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what became of each measure of a plan, and where it comes from."""
    plan = _visible_plan(request, pk)
    listing, counts = _listing(request, plan)
    page = paginate(request, listing.qs)
    lines = succession_lines(page.object_list)
    context = {
        "plan": plan,
        "filter": listing,
        "page_obj": page,
        "lines": lines,
        "decided": sum(counts.values()) - counts[""],
        "total": sum(counts.values()),
        "has_origins": any(line.origin for line in lines),
        "export_url": reverse("measures:outcomes_export", args=[plan.pk]),
    }
    return render(request, "measures/outcomes.html", context)


@require_safe
def outcomes_export(request: HttpRequest, pk: int) -> HttpResponse:
    plan = _visible_plan(request, pk)
    listing, _counts = _listing(request, plan)
    rows = outcome_rows(listing.qs, plan)
    title = _("Was wurde aus %(plan)s") % {"plan": plan}
    # The whole plan, not the page that is shown: the file is passed on as the plan's balance.
    return list_response(title, [str(name) for name in OUTCOME_HEADER], rows, now=timezone.now())


def _listing(request: HttpRequest, plan: Plan) -> tuple[SuccessionFilter, dict[str, int]]:
    counts = continuation_counts(plan, request.user)
    listing = SuccessionFilter(
        request.GET,
        queryset=measures_with_succession(plan, request.user),
        plan=plan,
        continuations=Continuation.objects.visible_to(request.user),
        counts=counts,
    )
    return listing, counts


@require_safe
def continuation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the measures of the former plan, to decide what becomes of them in this one."""
    plan = _office_plan(request, pk)
    former = _former_plan(request, plan)
    context = {"plan": plan, "former": former}
    if former:
        counts = continuation_counts(former, request.user, later=plan)
        listing = SuccessionFilter(
            request.GET,
            queryset=measures_with_succession(former, request.user),
            plan=former,
            continuations=Continuation.objects.filter(plan=plan),
            counts=counts,
        )
        page = paginate(request, listing.qs)
        context |= {
            "filter": listing,
            "page_obj": page,
            "lines": succession_lines(page.object_list, plan=plan, can_undo=True),
            "ticks": ticks_of(request.GET, TICKED, page),
            "undecided": counts[""],
            "total": sum(counts.values()),
            "actions": [
                (reverse("measures:decide", args=[plan.pk, key]), f"{CONTINUATION_VERBS[kind]} …")
                for key, kind in ACTIONS.items()
            ],
        }
    return render(request, "measures/continuation.html", context)


def _former_plan(request: HttpRequest, plan: Plan) -> Plan | None:
    """Return the plan named by `?bisher=`, by default the one that `plan` carries on."""
    keys = keys_from(request.GET.getlist("bisher"))
    named = Plan.objects.filter(pk__in=keys).exclude(pk=plan.pk).first()
    return named or plan.predecessor


def decide(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Ask what the decision on the ticked measures needs, then decide."""
    if action not in ACTIONS:
        raise Http404
    plan, kind = _office_plan(request, pk), ACTIONS[action]
    back = _back_url(request, plan)
    # The ticks travel in the address, which is limited, and so is what one can check at a glance.
    keys = keys_from(request.GET.getlist(TICKED))[:MAX_TICKED]
    # Ticks come from the address, so they may name measures of this plan, or deleted ones.
    visible = Measure.objects.visible_to(request.user).filter(pk__in=keys).exclude(plan=plan)
    measures = list(visible.order_by("search", "pk"))
    if not measures:
        messages.error(request, _("Bitte kreuzen Sie an, um welche Maßnahmen es geht."))
        return redirect(back)
    if kind == ContinuationKind.SPLIT and len(measures) > 1:
        messages.error(request, _("Aufgeteilt wird eine Maßnahme nach der anderen."))
        return redirect(back)
    # Asked before the form: the service says that somebody else decided, which is not so here.
    if request.method == "GET" and (decided := _decided_titles(plan, measures)):
        text = _(
            "Darüber ist schon entschieden: %(measures)s. Bitte kreuzen Sie nur Maßnahmen an, über "
            "die noch nicht entschieden ist."
        )
        messages.error(request, text % {"measures": decided})
        return redirect(back)
    form = DECISION_FORMS[kind](request.POST or None, plan=plan, measures=measures)
    if form.is_valid():
        call = partial(SERVICES[kind], plan=plan, by=request.user, now=timezone.now(), **form.given)
        if run_service(
            request,
            call,
            form=form,
            seen=[plan, *measures],
            lock=plan,
            current=lambda: Plan.objects.get(pk=plan.pk),
            done=_decided_message(kind, len(measures)),
        ):
            return redirect(back)
    return render_form(
        request,
        form,
        template="measures/decide.html",
        title=str(CONTINUATION_VERBS[kind]),
        plan=plan,
        details=decision_details(measures, plan, kind),
        intro=decision_intro(kind),
        submit_label=_("Entscheidung festhalten"),
        cancel_url=back,
    )


def _decided_titles(plan: Plan, measures: list[Measure]) -> str:
    found = Continuation.objects.filter(plan=plan, measure__in=measures)
    decided = set(found.values_list("measure", flat=True))
    return ", ".join(f"„{measure}“" for measure in measures if measure.pk in decided)


def _decided_message(kind: ContinuationKind, count: int) -> str:
    text = ngettext(
        "%(count)d Maßnahme %(kind)s.",
        "%(count)d Maßnahmen %(kind)s.",
        count,
    )
    return text % {"count": count, "kind": kind.label}


def _back_url(request: HttpRequest, plan: Plan) -> str:
    """Return the page of decisions with the filters from which the user came."""
    query = request.GET.copy()
    # What was ticked is decided now; the filters stay, because offices decide field by field.
    for name in (TICKED, "auswahl"):
        query.pop(name, None)
    url = reverse("measures:continuation", args=[plan.pk])
    return f"{url}?{query.urlencode()}" if query else url


@require_POST
def continuation_undo(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(
        Continuation.objects.visible_to(request.user).select_related("plan"), pk=pk
    )
    require(can_continue_measures(request.user))
    plan = found.plan
    call = partial(
        services.undo_continuation, continuation=found, by=request.user, now=timezone.now()
    )
    kept = run_service(request, call, seen=[found], lock=plan)
    # An empty list is success too: nothing of the new plan stayed.
    if kept is not False:
        messages.success(request, undone_message(kept, plan))
    return redirect("measures:continuation", plan.pk)


def _visible_plan(request: HttpRequest, pk: int) -> Plan:
    plans = Plan.objects.visible_to(request.user).select_related("predecessor")
    return get_object_or_404(plans, pk=pk)


def _office_plan(request: HttpRequest, pk: int) -> Plan:
    plan = _visible_plan(request, pk)
    require(can_change_plans(request.user))
    return plan
