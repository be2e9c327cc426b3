"""Lists: measures with filters, their export, the trees of the plans, projects outside the plans."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.dates import local_date
from core.exports import xlsx_response
from measures.filters import MeasureFilter, ProjectFilter
from measures.models import Measure, Plan, Project
from measures.permissions import can_change_measures
from measures.progress import EXPORT_HEADER, export_row, list_rows
from measures.queries import plan_tree, top_sections
from measures.queries.lists import sorted_measures
from measures.queries.reports import reports_due_for

PAGE_SIZE = 50


@require_safe
def measure_list(request):
    listing, measures = _listing(request)
    page = Paginator(measures, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "filter": listing,
        "page_obj": page,
        "rows": list_rows(page.object_list, top_sections(listing.sections)),
        "due_reports": reports_due_for(request.user),
        "today": local_date(timezone.now()),
        "can_change": can_change_measures(request.user),
    }
    return render(request, "measures/list.html", context)


@require_safe
def measure_export(request):
    listing, measures = _listing(request)
    tops = top_sections(listing.sections)
    rows = (export_row(measure, tops) for measure in measures)
    return xlsx_response(_("massnahmen.xlsx"), [str(title) for title in EXPORT_HEADER], rows)


@require_safe
def tree(request):
    plans = list(Plan.objects.visible_to(request.user).newest_first())
    chosen = [plan for plan in plans if str(plan.pk) == request.GET.get("plan")] or plans
    plan = chosen[0] if chosen else None
    context = {
        "plan": plan,
        "tabs": [(row.short_title, row.get_absolute_url(), row == plan) for row in plans],
        "root": plan_tree(plan, request.user) if plan else None,
    }
    return render(request, "measures/tree.html", context)


@require_safe
def outside(request):
    projects = Project.objects.visible_to(request.user).outside_plans().select_related("lead")
    listing = ProjectFilter(request.GET, queryset=projects)
    page = Paginator(listing.qs.order_by("search", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {"filter": listing, "page_obj": page, "can_change": can_change_measures(request.user)}
    return render(request, "measures/outside.html", context)


def _listing(request):
    measures = Measure.objects.visible_to(request.user).select_related("plan", "section", "lead")
    listing = MeasureFilter(request.GET, queryset=measures, user=request.user)
    measures = listing.qs.defer("description", "internal_notes", "sources", "basis", "doubts")
    return listing, sorted_measures(measures, request.GET.get("sort", ""))
