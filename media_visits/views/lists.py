"""The list of visits, the Pressespiegel, and both as Excel files."""

from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import local_date
from core.exports import xlsx_response
from media_visits.filters import CoverageFilter, VisitFilter
from media_visits.permissions import can_manage, can_see_course
from media_visits.queries import listed_coverage, listed_visits

PER_PAGE = 50
VISIT_SORTS = {"date": "starts_on", "company": "search", "state": "state"}
COVERAGE_SORTS = {"date": "starts_on", "medium": "search"}


def ordered(rows: QuerySet, sort: str, allowed: dict[str, str]) -> QuerySet:
    """Return `rows` in the order `sort` (`date`, `-date` …), latest first without one; undated rows
    come last.
    """
    name = sort.removeprefix("-")
    column = F(allowed.get(name, allowed["date"]))
    backwards = sort.startswith("-") if name in allowed else True
    order = column.desc(nulls_last=True) if backwards else column.asc(nulls_last=True)
    return rows.order_by(order, "search", "pk")


def visit_list(request):
    """All visits the user may see, filtered and sorted."""
    result = VisitFilter(request.GET, queryset=listed_visits(request.user), request=request)
    rows = ordered(result.qs, request.GET.get("sort", ""), VISIT_SORTS)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"filter": result, "page": page, "manages": can_manage(request.user)}
    return render(request, "media_visits/list.html", context)


def visit_export(request):
    """The visits of the list as an Excel file."""
    result = VisitFilter(request.GET, queryset=listed_visits(request.user), request=request)
    rows = ordered(result.qs, request.GET.get("sort", ""), VISIT_SORTS)
    header = [
        _("Unternehmen"),
        _("Anlass"),
        _("Termin"),
        _("Tag"),
        _("Stand"),
        _("Wer besucht"),
        _("Adresse"),
        _("Branche"),
        _("Presse"),
        _("Herkunft"),
    ]
    lines = [
        [
            visit.company_name,
            visit.title,
            visit.date_text,
            visit.starts_on,
            visit.get_state_display(),
            visit.visitor,
            visit.address,
            ", ".join(sector.name for sector in visit.sectors.all()) or visit.sectors_text,
            "\n".join(map(str, visit.press_slots.all())) or visit.press_text,
            visit.get_origin_display(),
        ]
        for visit in rows
    ]
    return xlsx_response(f"besuche-{local_date(timezone.now()):%Y-%m-%d}.xlsx", header, lines)


def coverage_list(request):
    """*Pressespiegel*: all clippings the user may see."""
    result = CoverageFilter(request.GET, queryset=listed_coverage(request.user), request=request)
    rows = ordered(result.qs, request.GET.get("sort", ""), COVERAGE_SORTS)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": result,
        "page": page,
        "manages": can_manage(request.user),
        "sees_tone": can_see_course(request.user),
    }
    return render(request, "media_visits/coverage.html", context)


def coverage_export(request):
    """The clippings of the Pressespiegel as an Excel file; the tone only for the house."""
    result = CoverageFilter(request.GET, queryset=listed_coverage(request.user), request=request)
    rows = ordered(result.qs, request.GET.get("sort", ""), COVERAGE_SORTS)
    sees_tone = can_see_course(request.user)
    header = [
        _("Medium"),
        _("Überschrift"),
        _("Datum"),
        _("Art"),
        _("Worum es geht"),
        _("Besuch"),
        _("Branche"),
        _("Link"),
    ]
    lines = [
        [
            row.medium,
            row.title,
            row.known_date,
            row.get_kind_display(),
            row.about,
            str(row.visit) if row.visit else "",
            ", ".join(sector.name for sector in row.sectors.all()),
            row.url,
            *([row.get_tone_display()] if sees_tone else []),
        ]
        for row in rows
    ]
    header += [_("Tonlage")] if sees_tone else []
    return xlsx_response(f"pressespiegel-{local_date(timezone.now()):%Y-%m-%d}.xlsx", header, lines)
