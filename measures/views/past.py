"""The list, a measure and the tree of a plan as they were at the end of a former day (`?stand=`).

Nobody can act on these pages: what they show is over.
"""

import datetime as dt
from functools import cached_property

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import end_of_day, format_date, local_date
from core.exports import workbook_response
from core.views import paginate
from measures.enums import ReportState
from measures.filters import PastMeasureFilter
from measures.forms.differences import StandForm
from measures.models import Measure
from measures.permissions import can_open_organisations, can_see_internal_notes
from measures.progress import (
    draw_list_rows,
    draw_milestones,
    export_sheets,
    indicator_cards,
    light_facts,
    measure_facts,
    measure_subtitle,
    milestone_lines,
    nothing_then,
    phase_steps,
    plan_tabs,
    report_lines,
    stand_title,
    status_facts,
    succession_facts,
    weighted_progress,
)
from measures.progress.stand import NOT_KEPT
from measures.queries import (
    ListedMeasures,
    as_measures,
    measure_history,
    past_measure,
    past_measures,
    past_projects,
    reports_on,
    section_path,
    sorted_measures,
    succession_of,
    top_sections,
    with_lists,
)
from partners.permissions import can_see_responsible
from partners.progress import responsible_note


class Stand:
    """The day that a page shows: `day` is None for today, which needs no history."""

    def __init__(self, request: HttpRequest):
        self.query, today = request.GET, local_date(timezone.now())
        is_asked = bool(self.query.get("stand", "").strip())
        self.form = StandForm(self.query if is_asked else None, today=today)
        is_valid = is_asked and self.form.is_valid()
        day = self.form.cleaned_data["stand"] if is_valid else None
        # Today needs no history, and its page offers something to do.
        self.day = None if day == today else day

    @property
    def error(self) -> str:
        return " ".join(self.form.errors.get("stand", []))

    @cached_property
    def moment(self) -> dt.datetime | None:
        return end_of_day(self.day) if self.day else None

    @property
    def suffix(self) -> str:
        """What links to other pages of the same day add to their address."""
        return f"?stand={self.day.isoformat()}" if self.day else ""

    @property
    def and_stand(self) -> str:
        """The same after other parameters."""
        return f"&stand={self.day.isoformat()}" if self.day else ""

    @property
    def title(self) -> str:
        return stand_title(self.day) if self.day else ""

    @property
    def note(self) -> str:
        return str(NOT_KEPT)

    @property
    def today_url(self) -> str:
        query = self.query.copy()
        for name in ("stand", "page"):
            query.pop(name, None)
        return f"?{query.urlencode()}"

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The other parameters of the address, for the form that asks for a day."""
        # Another day has other pages and may lack the branch.
        names = ("stand", "page", "zweig")
        return [
            (name, value)
            for name, values in self.query.lists()
            if name not in names
            for value in values
        ]


def past_list(request: HttpRequest, stand: Stand) -> HttpResponse:
    listing, records = _listing(request, stand)
    page = paginate(request, records)
    tops = top_sections(listing.sections)
    sees_responsible = can_see_responsible(request.user)
    rows = draw_list_rows(
        as_measures(page.object_list),
        listing.plans,
        tops,
        sees_responsible=sees_responsible,
        query=stand.suffix,
    )
    context = {
        "stand": stand,
        "filter": listing,
        "plan_tabs": plan_tabs(listing.plans, listing.data.get("plan", ""), request.GET),
        "page_obj": page,
        "rows": rows,
        "nothing": ""
        if rows or _is_filtered(listing)
        else nothing_then(listing.chosen_plan, stand.day),
        "sees_responsible": sees_responsible,
    }
    return render(request, "measures/list.html", context)


def _is_filtered(listing: PastMeasureFilter) -> bool:
    chosen = listing.form.cleaned_data
    return any(value for name, value in chosen.items() if name not in ("plan", "stand"))


def past_export(request: HttpRequest, stand: Stand) -> HttpResponse:
    """Return what the list shows as an Excel file of that day, which nobody can import again."""
    listing, records = _listing(request, stand)
    sheets = export_sheets(
        ListedMeasures(with_lists(records, stand.moment)),
        # The history refers to the section of today, which may be called otherwise.
        sections=listing.sections,
        today=stand.day,
        with_responsible=can_see_responsible(request.user),
    )
    return workbook_response(_("Maßnahmen"), sheets, now=timezone.now(), stand=stand.day)


def _listing(request: HttpRequest, stand: Stand):
    """Return the filter and the filtered historical records, sorted by `?sort=`."""
    records = past_measures(request.user, stand.moment).select_related(
        "plan", "section", "lead", "responsible__person"
    )
    listing = PastMeasureFilter(
        request.GET, queryset=records, user=request.user, today=stand.day, moment=stand.moment
    )
    found = listing.qs
    has_one_plan = bool(listing.form.cleaned_data.get("plan"))
    sort = request.GET.get("sort", "")
    return listing, sorted_measures(found, sort, has_one_plan=has_one_plan)


def past_page(request: HttpRequest, measure: Measure, stand: Stand) -> HttpResponse:
    """Show `measure`, which the user may see today, as it was then."""
    user, moment, day = request.user, stand.moment, stand.day
    found = past_measure(user, measure, moment)
    if found is None:
        first = measure.history.order_by("history_date").first()
        since = format_date(first.history_date) if first else ""
        context = {"stand": stand, "measure": measure, "since": since}
        return render(request, "measures/not_yet.html", context)
    milestones = found.milestones.all()
    # An accepted report never changes, so those of then are among those of now.
    reports = [
        report
        for report in reports_on(measure, user)
        if report.state == ReportState.ACCEPTED and report.decided_at < moment
    ]
    succession = succession_of(measure, user)
    path = section_path(found, moment=moment)
    if path:
        found.section = path[-1]  # under its name of then
    facts = measure_facts(
        found,
        path=path,
        succession=succession_facts(succession.before(moment)),
        with_links=can_open_organisations(user),
    )
    if can_see_responsible(user):
        facts.append((_("Zuständig"), responsible_note(found)))
    context = {
        "stand": stand,
        "measure": found,
        "milestones": milestone_lines(milestones, found, day),
        "milestone_progress": weighted_progress(milestones),
        "timeline": draw_milestones(found, milestones, day, day_label=_("Stand")),
        "indicators": indicator_cards(found.indicators.all(), day, day_label=_("Stand")),
        "projects": past_projects(user, found, moment),
        "reports": report_lines(reports, user),
        "subtitle": measure_subtitle(found),
        "steps": phase_steps(found),
        "status_facts": status_facts(found) + light_facts(found, reports, milestones, None, day),
        "facts": facts,
        "entries": measure_history(measure, reports_on(measure, user), user, until=moment),
        "internal_notes": found.internal_notes if can_see_internal_notes(user) else "",
        "today": day,
    }
    return render(request, "measures/measure.html", context)
