"""Measures: list, export, page, and the office's form."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.dates import local_date
from core.exports import workbook_response
from core.progress import Button
from core.queries import keys_from
from core.views import MAX_TICKED, allowed, paginate, render_form, require, save_form, ticks_of
from measures import services
from measures.enums import OPEN_REPORT_STATES
from measures.filters import MeasureFilter
from measures.forms import MeasureForm
from measures.models import Measure, Project, SavedFilter
from measures.permissions import (
    can_change_measures,
    can_decide_reports,
    can_open_organisations,
    can_see_internal_notes,
)
from measures.progress import (
    draw_list_rows,
    draw_milestones,
    export_sheets,
    inactive_lead_note,
    indicator_cards,
    light_facts,
    measure_facts,
    measure_subtitle,
    milestone_lines,
    next_step_of,
    office_sheets,
    phase_steps,
    plan_tabs,
    reminding_points,
    report_lines,
    status_facts,
    still_published_note,
    succession_facts,
    weighted_progress,
)
from measures.queries import (
    PlanByPlan,
    StoredMeasures,
    as_listed,
    current_plan,
    indicators_with_series,
    is_sort,
    last_entries,
    measure_history,
    milestones_for,
    published_reports_of,
    reports_due_for,
    reports_on,
    round_awaiting_report,
    section_path,
    sorted_measures,
    succession_of,
    top_sections,
)
from measures.views.contacts import contact_card
from measures.views.documents import material_card
from measures.views.past import Stand, past_export, past_list, past_page
from measures.views.saved_filters import query_to_save
from partners.permissions import can_assign, can_see_responsible
from partners.progress import responsible_facts


@require_safe
def measure_list(request):
    if (stand := Stand(request)).day:
        return past_list(request, stand)
    listing, measures = _listing(request)
    page = _page_of(request, listing, as_listed(measures))
    can_tick, sees_responsible = can_assign(request.user), can_see_responsible(request.user)
    ticks = ticks_of(request.GET, "massnahme", page) if can_tick else None
    context = {
        "stand": stand,
        "filter": listing,
        "plan_tabs": plan_tabs(listing.plans, listing.data.get("plan", ""), request.GET),
        **_saved_filters(request),
        "page_obj": page,
        "rows": draw_list_rows(
            page.object_list,
            listing.plans,
            top_sections(listing.sections),
            sees_responsible=sees_responsible,
            ticks=ticks,
        ),
        "due_reports": reports_due_for(request.user),
        "today": local_date(timezone.now()),
        "can_change": can_change_measures(request.user),
        "sees_responsible": sees_responsible,
        "can_assign": can_tick,
        "ticks": ticks,
        "buttons": [
            *_buttons(request.user, _("Neue Maßnahme"), reverse("measures:create"), "primary"),
            *_buttons(request.user, _("Importieren"), reverse("measures:imports")),
        ],
    }
    return render(request, "measures/list.html", context)


def _page_of(request, listing: MeasureFilter, measures):
    """Return the page `?page=` of `measures`, plan by plan unless the user sorts otherwise."""
    count = listing.count_choices()
    by_plan = PlanByPlan(measures, listing.plans, listing.counts_of_plans)
    # A chosen plan is counted among the plans that one could choose instead of it.
    if listing.chosen_plan or is_sort(request.GET.get("sort", "")) or len(by_plan) != count:
        return paginate(request, measures, count=count)
    return paginate(request, by_plan, count=count)


def _saved_filters(request) -> dict:
    """Return the user's saved filters as (name, URL, is chosen), and where to save the present."""
    query = query_to_save(request.GET)
    saved = SavedFilter.objects.visible_to(request.user).order_by("search", "pk")
    shown = [(str(found), found.get_absolute_url(), found.query == query) for found in saved]
    is_known = not query or any(is_chosen for _name, _url, is_chosen in shown)
    url = "" if is_known else f"{reverse('measures:saved_filter_create')}?{query}"
    return {"saved_filters": shown, "save_filter_url": url}


@require_safe
def measure_export(request):
    """Return the filtered measures as an Excel file, with `?auswahl=1` the ticked ones."""
    if (stand := Stand(request)).day:
        return past_export(request, stand)
    if stand.error:
        # The list says why that day cannot be shown; a file of today would pass for that day.
        return redirect(f"{reverse('measures:list')}?{request.GET.urlencode()}")
    listing, measures = _listing(request)
    if request.GET.get("auswahl"):
        keys = keys_from(request.GET.getlist("massnahme")[:MAX_TICKED])
        if not keys:
            messages.warning(request, _("Bitte kreuzen Sie mindestens eine Maßnahme an."))
            return redirect("measures:list")
        measures = sorted_measures(_visible(request.user).filter(pk__in=keys), "")
    now = timezone.now()
    # Texts that no sheet shows, and internal notes only for those who may read them.
    unread = ["sources", "basis", "doubts"]
    if can_change_measures(request.user):
        sheets = office_sheets(StoredMeasures(measures, request.user, deferred=unread), now=now)
    else:
        found = StoredMeasures(measures, request.user, deferred=[*unread, "internal_notes"])
        sheets = export_sheets(
            found, today=local_date(now), with_responsible=can_see_responsible(request.user)
        )
    return workbook_response(_("Maßnahmen"), sheets, now=now)


def _buttons(user, label: str, url: str, variant: str = "secondary") -> list[Button]:
    return [Button(label, url, variant)] if can_change_measures(user) else []


def _visible(user):
    return Measure.objects.visible_to(user).select_related(
        "plan", "section", "lead", "responsible__person"
    )


def _listing(request):
    """Return the filter and the filtered measures, sorted by `?sort=`."""
    measures = _visible(request.user)
    today = local_date(timezone.now())
    listing = MeasureFilter(request.GET, queryset=measures, user=request.user, today=today)
    # Neither list nor export shows these long texts.
    measures = listing.qs.defer("description", "internal_notes", "sources", "basis", "doubts")
    has_one_plan = bool(listing.form.cleaned_data.get("plan"))
    sort = request.GET.get("sort", "")
    return listing, sorted_measures(measures, sort, has_one_plan=has_one_plan)


@require_safe
def measure_page(request, pk):
    user = request.user
    measure = get_object_or_404(_visible(user).prefetch_related("supporters", "sectors"), pk=pk)
    if (stand := Stand(request)).day:
        return past_page(request, measure, stand)
    today = local_date(timezone.now())
    milestones = list(milestones_for(user).filter(measure=measure))
    indicators = list(indicators_with_series().filter(measure=measure))
    # A visible measure may have reports and projects that are not.
    reports, awaited_in = reports_on(measure, user), round_awaiting_report(measure)
    report = next((found for found in reports if found.state in OPEN_REPORT_STATES), None)
    projects = Project.objects.visible_to(user).filter(measure=measure)
    context = {
        "stand": stand,
        "measure": measure,
        "milestones": milestone_lines(milestones, measure, today),
        "milestone_progress": weighted_progress(milestones),
        "timeline": draw_milestones(measure, milestones, today),
        "indicators": indicator_cards(indicators, today),
        "projects": projects.order_by("search", "pk"),
        "reports": report_lines(reports, user),
        "subtitle": measure_subtitle(measure),
        "inactive_note": inactive_lead_note(measure, user),
        "steps": phase_steps(measure),
        "next_step": next_step_of(
            measure, user=user, report=report, milestones=milestones, awaited_in=awaited_in
        )._replace(points=reminding_points(awaited_in, user)),
        "status_facts": status_facts(measure)
        + light_facts(
            measure,
            reports,
            milestones,
            last_entries(measure) if can_decide_reports(user) else None,
            today,
            indicators,
        ),
        "facts": _facts_of(measure, user),
        "entries": measure_history(measure, reports, user),
        "can_change": can_change_measures(user),
        **contact_card(measure, user),
        **material_card(measure, user),
        "buttons": _buttons(user, _("Bearbeiten"), reverse("measures:edit", args=[pk])),
        "internal_notes": measure.internal_notes if can_see_internal_notes(user) else "",
        "today": today,
    }
    return render(request, "measures/measure.html", context)


def _facts_of(measure: Measure, user) -> list[tuple]:
    facts = measure_facts(
        measure,
        path=section_path(measure),
        succession=succession_facts(succession_of(measure, user)),
        with_links=can_open_organisations(user),
    )
    return facts + responsible_facts(measure, "massnahme", user)


@allowed(can_change_measures)
def measure_create(request):
    plan = request.GET.get("plan") or current_plan(request.user, local_date(timezone.now()))
    form = MeasureForm(request.POST or None, initial={"plan": plan})
    done = _("Die Maßnahme ist angelegt.")
    if measure := save_form(request, form, services.create_measure, done=done):
        return redirect(measure)
    return render_form(
        request,
        form,
        template="measures/form.html",
        title=_("Neue Maßnahme"),
        submit_label=_("Maßnahme anlegen"),
    )


def measure_edit(request, pk):
    # The form shows both, and its version is made of them.
    measures = Measure.objects.visible_to(request.user).prefetch_related("supporters", "sectors")
    measure = get_object_or_404(measures, pk=pk)
    require(can_change_measures(request.user))
    form = MeasureForm(request.POST or None, instance=measure)
    done = _("Die Maßnahme ist gespeichert.")
    if form.is_bound and "is_published" in form.changed_data and measure.is_published:
        done = format_html("{} {}", done, still_published_note(published_reports_of(measure)))
    if save_form(request, form, services.change_measure, measure=measure, done=done):
        return redirect(measure)
    return render_form(
        request,
        form,
        template="measures/form.html",
        title=_("Maßnahme bearbeiten"),
        cancel_url=measure.get_absolute_url(),
    )
