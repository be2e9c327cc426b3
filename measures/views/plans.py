"""The plans side by side and as trees of their measures; the office's forms of plans."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.dates import local_date
from core.views import redirect_if_refused, render_form, require, run_service, save_form
from measures import services
from measures.forms import ContinuePlanForm, PlanForm
from measures.models import Plan, PlanSection
from measures.permissions import can_change_plans
from measures.progress import nothing_then, plan_lines
from measures.queries import plan_figures, plan_history, plan_tree, running_plan, tree_branch
from measures.views.past import Stand

# The branch `?zweig=` that holds the measures without a place in the plan.
UNPLACED = "ohne"


@require_safe
def tree(request: HttpRequest) -> HttpResponse:
    """Show the plan named by `?plan=`, by default the running one, or to htmx one branch of it.

    `?zweig=` names a section whose measures to show; without scripts its link loads the page again.
    """
    plans = list(Plan.objects.visible_to(request.user).newest_first())
    wanted = [plan for plan in plans if str(plan.pk) == request.GET.get("plan")]
    # Fall back if the plan is unknown or not visible, so that old links still work.
    chosen = wanted[0] if wanted else running_plan(plans, local_date(timezone.now()))
    branch, stand = request.GET.get("zweig", ""), Stand(request)
    if request.htmx and branch:
        return _branch(request, chosen, branch, stand)
    tabs = [
        (plan.short_title, plan.get_absolute_url() + stand.and_stand, plan == chosen)
        for plan in plans
    ]
    context = {
        "stand": stand,
        "plan": chosen,
        "tabs": tabs if len(tabs) > 1 else [],
        "tree_url": reverse("measures:tree"),
        "list_url": reverse("measures:list"),
    }
    if chosen:
        opened = _opened_sections(chosen, branch)
        root = plan_tree(chosen, request.user, opened=opened, moment=stand.moment)
        context |= {
            "root": root,
            "opened": opened,
            "entries": plan_history(chosen, request.user, until=stand.moment),
        }
        if stand.day and not root.count:
            context["nothing"] = nothing_then(chosen, stand.day)
    return render(request, "measures/tree.html", context)


def _branch(request: HttpRequest, plan: Plan | None, branch: str, stand: Stand) -> HttpResponse:
    if plan is None or not (branch == UNPLACED or branch.isdecimal()):
        raise Http404
    section = None if branch == UNPLACED else get_object_or_404(PlanSection, plan=plan, pk=branch)
    context = {
        "stand": stand,
        "plan": plan,
        "node": tree_branch(plan, section, request.user, moment=stand.moment),
        "list_url": reverse("measures:list"),
    }
    return render(request, "measures/_tree_measures.html", context)


def _opened_sections(plan: Plan, branch: str) -> list[int | None]:
    """Return the key of the section `branch`, None for the root, or nothing if it is unknown."""
    if branch == UNPLACED:
        return [None]
    is_known = branch.isdecimal() and PlanSection.objects.filter(plan=plan, pk=branch).exists()
    return [int(branch)] if is_known else []


@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    lines = plan_lines(plan_figures(request.user), request.user)
    return render(request, "measures/plans.html", {"lines": lines})


def plan_continue(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the next plan from this one."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    require(can_change_plans(request.user))
    target = reverse("measures:plans")
    if refused := redirect_if_refused(request, plan, services.require_continuable, to=target):
        return refused
    next_year = plan.last_year + 1 if plan.last_year else None
    form = ContinuePlanForm(
        request.POST or None, initial={"levels": plan.levels, "first_year": next_year}
    )
    if form.is_valid():
        call = partial(
            services.continue_plan,
            plan=plan,
            values=form.values,
            copy_sections=form.cleaned_data["copy_sections"],
            by=request.user,
            now=timezone.now(),
        )
        done = _("Der neue Plan ist angelegt. Was wird aus den Maßnahmen?")
        if successor := run_service(request, call, done=done, form=form):
            return redirect("measures:continuation", successor.pk)
    return render_form(
        request,
        form,
        template="measures/form.html",
        title=_("%(plan)s fortschreiben") % {"plan": plan},
        subject=plan,
        intro=_("Der neue Plan bleibt intern, bis Sie ihn veröffentlichen."),
        submit_label=_("Plan anlegen"),
        cancel_url=target,
    )


def plan_edit(request: HttpRequest, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    require(can_change_plans(request.user))
    form = PlanForm(request.POST or None, instance=plan)
    done = _("Der Plan ist gespeichert.")
    if save_form(request, form, services.change_plan, plan=plan, done=done):
        return redirect("measures:plans")
    return render_form(
        request,
        form,
        template="measures/form.html",
        title=_("Plan bearbeiten"),
        subject=plan,
        cancel_url=reverse("measures:plans"),
    )
