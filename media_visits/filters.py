"""Filters of the two lists. The query string holds them, so that filtered lists can be shared."""

import django_filters as filters
from django.forms import SearchInput
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import PickList
from media_visits.enums import CoverageKind, PressKind, Tone, VisitState
from media_visits.models import Coverage, PressSlot, Visit
from media_visits.permissions import can_see_internals
from media_visits.queries import companies_visited, years_of
from partners.filters import ResponsibleFilter, offer_accounts
from partners.models import Sector

VISIT_CHOICES = [("visit", _("zu einem Besuch")), ("free", _("ohne Besuch"))]


def sectors_by_name(request=None):
    return Sector.objects.order_by("name", "pk")


def search(queryset, name, value):
    return queryset.matching(value)


def balance_filter() -> filters.ChoiceFilter:
    return filters.ChoiceFilter(
        label=_("Branchenbilanz"),
        choices=[("1", _("nur gezählte"))],
        method=in_balance,
        empty_label=_("alle"),
    )


def in_balance(queryset, name, value):
    return queryset.in_balance(timezone.localdate())


def offer_balance(filterset) -> None:
    """Remove the filter `balance` unless it is set: only the Branchenbilanz leads to it."""
    if "balance" not in filterset.data:
        del filterset.filters["balance"]


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
        widget=PickList,
    )
    balance = balance_filter()

    responsible = ResponsibleFilter()

    class Meta:
        model = Visit
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offer_accounts(self, self.request.user)
        # Only years of visible visits: others would reveal that a hidden visit exists.
        years = years_of(Visit.objects.visible_to(self.request.user))
        self.filters["year"].extra["choices"] = [(year, year) for year in years]
        offer_balance(self)

    def with_press(self, queryset, name, value):
        # A join would repeat a visit for each of its slots.
        slots = PressSlot.objects.taking_place().filter(kind=value).order_by()
        return queryset.filter(pk__in=slots.values("visit"))


class CoverageFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Suche"), method=search, widget=SearchInput)
    medium = filters.ChoiceFilter(
        label=_("Medium"), field_name="medium", empty_label=_("alle"), widget=PickList
    )
    kind = filters.ChoiceFilter(label=_("Art"), choices=CoverageKind, empty_label=_("alle"))
    sector = filters.ModelChoiceFilter(
        label=_("Branche"), queryset=sectors_by_name, method="by_sector", empty_label=_("alle")
    )
    tone = filters.ChoiceFilter(label=_("Tonlage"), choices=Tone, empty_label=_("alle"))
    year = filters.ChoiceFilter(label=_("Jahr"), method=in_year, empty_label=_("alle"))
    linked = filters.ChoiceFilter(
        label=_("Bezug"), choices=VISIT_CHOICES, method="by_link", empty_label=_("alle")
    )
    balance = balance_filter()

    class Meta:
        model = Coverage
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        visible = Coverage.objects.visible_to(self.request.user)
        self.filters["year"].extra["choices"] = [(year, year) for year in years_of(visible)]
        # Only media of visible reports: a report on a visit that stays internal would give it away.
        media = visible.order_by("medium").values_list("medium", flat=True).distinct()
        self.filters["medium"].extra["choices"] = [(medium, medium) for medium in media]
        # A filter by tone would disclose what the list hides.
        if not can_see_internals(self.request.user):
            del self.filters["tone"]
        offer_balance(self)

    def by_sector(self, queryset, name, value):
        return queryset.of_sector(value)

    def by_link(self, queryset, name, value):
        return queryset.filter(visit__isnull=value != "visit")
