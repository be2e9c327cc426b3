"""Filters of the lists. The query string holds the choice, so that users can bookmark it."""

import datetime as dt
from collections.abc import Mapping

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from core.enums import TrafficLight
from core.forms import PickList
from measures.enums import (
    UNDECIDED,
    UNDECIDED_LABEL,
    UNKNOWN,
    UNKNOWN_LABEL,
    ContinuationKind,
    Financing,
    Phase,
)
from measures.models import Measure, Plan, Project
from measures.queries import (
    descendants_of,
    running_plan,
    section_choices,
    sections_of,
    undecided_measures,
)
from partners.filters import ResponsibleFilter, offer_accounts
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
    q = _search_field()
    plan = filters.ModelChoiceFilter(
        label=_("Plan"), queryset=Plan.objects.none(), empty_label=EVERYTHING
    )
    section = filters.ChoiceFilter(
        label=_("Handlungsfeld"), method="by_section", empty_label=EVERYTHING, widget=PickList
    )
    phase = _value_field(_("Phase"), Phase.choices)
    traffic_light = _value_field(_("Ampel"), TrafficLight.choices)
    lead = filters.ChoiceFilter(
        label=_("Federführung"), method="by_lead", empty_label=EVERYTHING, widget=PickList
    )
    financing = _value_field(_("Finanzierung"), Financing.choices)
    responsible = ResponsibleFilter()

    class Meta:
        model = Measure
        fields = []

    def __init__(self, data, *, queryset, user, today: dt.date):
        self.plans = list(Plan.objects.visible_to(user).newest_first())
        super().__init__(self._with_plan(data, today), queryset=queryset)
        offer_accounts(self, user)
        self.sections = sections_of(self.plans)
        self.filters["plan"].queryset = Plan.objects.visible_to(user).newest_first()
        self.filters["section"].extra["choices"] = [
            *section_choices(self.sections, only_plan=self.data.get("plan")),
            (UNKNOWN, UNKNOWN_LABEL),
        ]
        # Only organisations that lead a measure the user may see: others would find nothing, and
        # not everybody may see all organisations.
        led = queryset.order_by().filter(lead=OuterRef("pk"))
        leads = Organisation.objects.filter(Exists(led)).order_by("search", "pk")
        self.filters["lead"].extra["choices"] = [
            *((str(lead.pk), lead.label) for lead in leads.only("name", "short_name")),
            (UNKNOWN, UNKNOWN_LABEL),
        ]

    def _with_plan(self, data, today: dt.date):
        """Return `data` with the running plan, unless a filter was chosen: `plan=` means all."""
        plan = running_plan(self.plans, today)
        if plan is None or any(name in data for name in self.base_filters):
            return data
        data = data.copy()
        data["plan"] = str(plan.pk)
        return data

    def search(self, measures, name, value):
        return measures.matching(value)

    def by_value(self, measures, name, value):
        # Unknown is stored as an empty text, but an empty choice already means *alle*.
        return measures.filter(**{name: "" if value == UNKNOWN else value})

    def by_section(self, measures, name, value):
        if value == UNKNOWN:
            return measures.filter(section=None)
        return measures.filter(section_id__in=descendants_of(int(value), self.sections))

    def by_lead(self, measures, name, value):
        if value == UNKNOWN:
            return measures.filter(lead__isnull=True, lead_text="")
        return measures.filter(lead_id=int(value))


class ProjectFilter(filters.FilterSet):
    q = _search_field()

    class Meta:
        model = Project
        fields = []

    def search(self, projects, name, value):
        return projects.matching(value)


class SuccessionFilter(filters.FilterSet):
    """Filters the measures of a plan by what became of them, according to `continuations`."""

    q = _search_field()
    verbleib = filters.ChoiceFilter(
        label=_("Verbleib"), method="by_kind", empty_label=EVERYTHING, choices=()
    )
    phase = _value_field(_("Phase"), Phase.choices)
    section = filters.ChoiceFilter(
        label=_("Abschnitt"), method="by_section", empty_label=EVERYTHING, widget=PickList
    )

    class Meta:
        model = Measure
        fields = []

    def __init__(self, data, *, queryset, plan: Plan, continuations, counts: Mapping[str, int]):
        super().__init__(data, queryset=queryset)
        self.continuations, self.sections = continuations, sections_of([plan])
        self.filters["verbleib"].extra["choices"] = [
            *ContinuationKind.choices,
            (UNDECIDED, UNDECIDED_LABEL),
        ]
        self.filters["section"].extra["choices"] = section_choices(self.sections)
        self.quick_filters = [
            ("verbleib", key, f"{label}: {counts[kind]}")
            for kind, key, label in (
                *((kind, kind, label) for kind, label in ContinuationKind.choices),
                ("", UNDECIDED, UNDECIDED_LABEL),
            )
            if counts.get(kind)
        ]

    def search(self, measures, name, value):
        return measures.matching(value)

    def by_kind(self, measures, name, value):
        if value == UNDECIDED:
            return undecided_measures(measures, self.continuations)
        chosen = self.continuations.filter(kind=value)
        return measures.filter(pk__in=chosen.order_by().values("measure"))

    def by_value(self, measures, name, value):
        return measures.filter(**{name: "" if value == UNKNOWN else value})

    def by_section(self, measures, name, value):
        return measures.filter(section_id__in=descendants_of(int(value), self.sections))
