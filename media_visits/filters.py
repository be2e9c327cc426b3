"""Filters of the two lists. The query string holds them, so that filtered lists can be shared."""

import django_filters as filters
from django.forms import SearchInput
from django.utils.translation import gettext_lazy as _

from media_visits.enums import CoverageKind, PressKind, Tone, VisitState
from media_visits.models import Coverage, Visit
from media_visits.permissions import can_see_internals
from media_visits.queries import companies_visited, years_of
from partners.models import Sector

VISIT_CHOICES = [("visit", _("zu einem Besuch")), ("free", _("ohne Besuch"))]


def sectors_by_name(request=None):
    return Sector.objects.order_by("name", "pk")


def search(queryset, name, value):
    return queryset.matching(value)


def in_year(queryset, name, value):
    return queryset.filter(starts_on__year=value)


class VisitFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Suche"), method=search, widget=SearchInput)
    sector = filters.ModelChoiceFilter(
        label=_("Branche"), field_name="sectors", queryset=sectors_by_name, empty_label=_("alle")
    )
    state = filters.ChoiceFilter(label=_("Stand"), choices=VisitState, empty_label=_("alle"))
    press = filters.ChoiceFilter(
        label=_("Presse"), choices=PressKind, method="with_press", empty_label=_("alle")
    )
    year = filters.ChoiceFilter(label=_("Jahr"), method=in_year, empty_label=_("alle"))
    company = filters.ModelChoiceFilter(
        label=_("Unternehmen"),
        queryset=lambda request: companies_visited(request.user),
        empty_label=_("alle"),
    )

    class Meta:
        model = Visit
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Only years of visible visits: others would reveal that a hidden visit exists.
        years = years_of(Visit.objects.visible_to(self.request.user))
        self.filters["year"].extra["choices"] = [(year, year) for year in years]

    def with_press(self, queryset, name, value):
        # A join would repeat a visit for each of its slots.
        return queryset.filter(pk__in=Visit.objects.filter(press_slots__kind=value).values("pk"))


class CoverageFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Suche"), method=search, widget=SearchInput)
    medium = filters.ChoiceFilter(label=_("Medium"), field_name="medium", empty_label=_("alle"))
    kind = filters.ChoiceFilter(label=_("Art"), choices=CoverageKind, empty_label=_("alle"))
    sector = filters.ModelChoiceFilter(
        label=_("Branche"), field_name="sectors", queryset=sectors_by_name, empty_label=_("alle")
    )
    tone = filters.ChoiceFilter(label=_("Tonlage"), choices=Tone, empty_label=_("alle"))
    year = filters.ChoiceFilter(label=_("Jahr"), method=in_year, empty_label=_("alle"))
    linked = filters.ChoiceFilter(
        label=_("Bezug"), choices=VISIT_CHOICES, method="by_link", empty_label=_("alle")
    )

    class Meta:
        model = Coverage
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        visible = Coverage.objects.visible_to(self.request.user)
        self.filters["year"].extra["choices"] = [(year, year) for year in years_of(visible)]
        media = visible.order_by("medium").values_list("medium", flat=True).distinct()
        self.filters["medium"].extra["choices"] = [(medium, medium) for medium in media]
        # A filter by tone would disclose what the list hides.
        if not can_see_internals(self.request.user):
            del self.filters["tone"]

    def by_link(self, queryset, name, value):
        return queryset.filter(visit__isnull=value != "visit")
