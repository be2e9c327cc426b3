"""Filters of the lists; what is chosen stays in the address."""

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.folding import matching
from measures.enums import UNKNOWN, UNKNOWN_LABEL, Financing, Phase, TrafficLight
from measures.models import Measure, Plan, Project
from measures.queries.plans import descendants_of, section_choices, sections_of
from partners.models import Organisation

EVERYTHING = _("alle")


def _search_field() -> filters.CharFilter:
    return filters.CharFilter(
        method="search",
        label=_("Suche"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


def _value_field(label, choices) -> filters.ChoiceFilter:
    return filters.ChoiceFilter(
        label=label,
        method="by_value",
        choices=[*choices, (UNKNOWN, UNKNOWN_LABEL)],
        empty_label=EVERYTHING,
    )


class MeasureFilter(filters.FilterSet):
    """Words, plan, section with all below it, phase, traffic light, lead, financing."""

    q = _search_field()
    plan = filters.ModelChoiceFilter(
        label=_("Plan"), queryset=Plan.objects.none(), empty_label=EVERYTHING
    )
    section = filters.ChoiceFilter(label=_("Handlungsfeld"), method="below", empty_label=EVERYTHING)
    phase = _value_field(_("Phase"), Phase.choices)
    traffic_light = _value_field(_("Ampel"), TrafficLight.choices)
    lead = filters.ChoiceFilter(label=_("Federführung"), method="led_by", empty_label=EVERYTHING)
    financing = _value_field(_("Finanzierung"), Financing.choices)

    class Meta:
        model = Measure
        fields = []

    def __init__(self, data, *, queryset, user):
        super().__init__(data, queryset=queryset)
        plans = list(Plan.objects.visible_to(user).newest_first())
        self.sections = sections_of(plans)
        self.filters["plan"].queryset = Plan.objects.visible_to(user).newest_first()
        self.filters["section"].extra["choices"] = section_choices(
            self.sections, only_plan=self.data.get("plan")
        )
        leads = (
            Organisation.objects.filter(led_measures__in=queryset.order_by())
            .distinct()
            .order_by("search", "pk")
        )
        self.filters["lead"].extra["choices"] = [
            *((str(lead.pk), lead.label) for lead in leads.only("name", "short_name")),
            (UNKNOWN, UNKNOWN_LABEL),
        ]

    def search(self, rows, name, value):
        return rows.filter(matching(value) | matching(value, "lead__search"))

    def by_value(self, rows, name, value):
        return rows.filter(**{name: "" if value == UNKNOWN else value})

    def below(self, rows, name, value):
        return rows.filter(section_id__in=descendants_of(int(value), self.sections))

    def led_by(self, rows, name, value):
        if value == UNKNOWN:
            return rows.filter(lead__isnull=True, lead_text="")
        return rows.filter(lead_id=int(value))


class ProjectFilter(filters.FilterSet):
    """Words alone."""

    q = _search_field()

    class Meta:
        model = Project
        fields = []

    def search(self, rows, name, value):
        return rows.filter(
            matching(value) | Q(lead__isnull=False) & matching(value, "lead__search")
        )
