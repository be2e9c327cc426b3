"""Filters of the lists. The query string holds the choice, so that users can bookmark it."""

import datetime as dt
from collections.abc import Callable, Mapping

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from core.enums import TrafficLight
from core.folding import fold
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
from measures.models import Measure, Milestone, Plan, Project
from measures.queries import (
    FACETS,
    counted_with_parents,
    descendants_of,
    facet_counts,
    past_matches,
    past_overdue,
    running_plan,
    search_measures,
    search_projects,
    section_choices,
    sections_of,
    undecided_measures,
    with_period,
)
from measures.queries.facets import (
    HALF_A_YEAR,
    LEAD_TEXT,
    NEVER,
    OVERDUE,
    YEAR,
    Counts,
    kept_counts,
    latest_changes,
)
from partners.filters import ResponsibleFilter, offer_accounts
from partners.models import Organisation, Sector

EVERYTHING = _("alle")
EVER = "alle"  # in query strings
# How many days ago the status was reported last.
AGES = [
    (HALF_A_YEAR, _("seit sechs Monaten nicht gemeldet")),
    (YEAR, _("seit einem Jahr nicht gemeldet")),
    (NEVER, _("noch nie gemeldet")),
]


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


def _lighthouse_field() -> filters.ChoiceFilter:
    return filters.ChoiceFilter(
        field_name="is_lighthouse",
        label=_("Leuchtturmprojekt"),
        choices=[("True", _("nur Leuchtturmprojekte"))],
        empty_label=EVERYTHING,
    )


class MeasureFilter(filters.FilterSet):
    q = _search_field()
    plan = filters.ChoiceFilter(label=_("Plan"), method="by_plan", empty_label=EVERYTHING)
    section = filters.ChoiceFilter(
        label=_("Handlungsfeld"), method="by_section", empty_label=EVERYTHING, widget=PickList
    )
    phase = _value_field(_("Phase"), Phase.choices)
    traffic_light = _value_field(_("Ampel"), TrafficLight.choices)
    lead = filters.ChoiceFilter(
        label=_("Federführung"), method="by_lead", empty_label=EVERYTHING, widget=PickList
    )
    financing = _value_field(_("Finanzierung"), Financing.choices)
    sector = filters.ChoiceFilter(label=_("Branche"), method="by_sector", empty_label=EVERYTHING)
    milestones = filters.ChoiceFilter(
        label=_("Meilensteine"),
        method="by_milestones",
        choices=[(OVERDUE, _("überfällig"))],
        empty_label=EVERYTHING,
    )
    status = filters.ChoiceFilter(
        label=_("Stand"), method="by_age", choices=AGES, empty_label=EVERYTHING
    )
    lighthouse = _lighthouse_field()
    responsible = ResponsibleFilter()
    # Of a former day; the list itself shows today.
    moment: dt.datetime | None = None
    # By key of the plan, once the choices are counted.
    counts_of_plans: Mapping[str, int] = {}

    class Meta:
        model = Measure
        fields = []

    def __init__(self, data, *, queryset, user, today: dt.date):
        self.user = user
        self.plans, self.today = list(Plan.objects.visible_to(user).newest_first()), today
        super().__init__(self._with_plan(data, today), queryset=queryset)
        offer_accounts(self, user)
        self.sections = sections_of(self.plans, moment=self.moment)
        # From the plans at hand: a choice of models would read them again, to show and to check.
        self.filters["plan"].extra["choices"] = [(str(plan.pk), str(plan)) for plan in self.plans]
        self.filters["section"].extra["choices"] = [
            *section_choices(self.sections, only_plan=self.data.get("plan")),
            (UNKNOWN, UNKNOWN_LABEL),
        ]
        # Once for all that this page keeps.
        self.changes = latest_changes()
        leads, texts = kept_counts(
            *(user, "leads", type(self).__name__, self.moment),
            count=lambda: _leads_of(queryset),
            changes=self.changes,
        )
        self.filters["lead"].extra["choices"] = [
            *leads,
            *([(_("Als Text, nicht unter Partner"), texts)] if texts else []),
            (UNKNOWN, UNKNOWN_LABEL),
        ]
        self.filters["sector"].extra["choices"] = [
            *((str(sector.pk), sector.name) for sector in Sector.objects.order_by("name", "pk")),
            (UNKNOWN, UNKNOWN_LABEL),
        ]

    @property
    def chosen_plan(self) -> Plan | None:
        chosen = self.form.cleaned_data.get("plan")
        return next((plan for plan in self.plans if str(plan.pk) == chosen), None)

    def kept(self, what: str, count: Callable[[], Counts]) -> Counts:
        """Return `count()` of what these filters find, kept for all pages and orders."""
        chosen = sorted(pair for pair in self.data.lists() if pair[0] in self.filters)
        return kept_counts(
            *(self.user, what, type(self).__name__, chosen, self.today),
            count=count,
            changes=self.changes,
        )

    def count_choices(self) -> int | None:
        """Add to each choice how many measures it would find; return how many the list holds."""
        if not self.form.is_valid():
            return None
        found, counts = self.kept("facets", self._counts)
        for name in FACETS:
            widget = self.form.fields[name].widget
            widget.choices = _with_counts(widget.choices, counts.get(name, {}))
        self.counts_of_plans = counts.get("plan", {})
        return found

    def _counts(self) -> tuple[int, dict[str, dict[str, int]]]:
        chosen = [name for name in FACETS if self.form.cleaned_data.get(name)]
        others = {name: self._limited_by_others(name) for name in chosen}
        counts = facet_counts(self.qs, others, self.today)
        counts["section"] = counted_with_parents(counts.get("section", {}), self.sections)
        return self.qs.count(), counts

    def _limited_by_others(self, name: str) -> QuerySet[Measure]:
        measures = self.queryset
        for other, value in self.form.cleaned_data.items():
            # The sections are those of the chosen plan, so another plan goes without them.
            if other != name and not (name == "plan" and other == "section"):
                measures = self.filters[other].filter(measures, value)
        return measures

    def _with_plan(self, data, today: dt.date):
        """Return `data` with the running plan, unless a filter was chosen: `plan=` means all."""
        plan = running_plan(self.plans, today)
        if plan is None or any(name in data for name in self.base_filters):
            return data
        data = data.copy()
        data["plan"] = str(plan.pk)
        return data

    def search(self, measures, name, value):
        return search_measures(measures, value, self.user)

    def by_value(self, measures, name, value):
        # Unknown is stored as an empty text, but an empty choice already means *alle*.
        return measures.filter(**{name: "" if value == UNKNOWN else value})

    def by_plan(self, measures, name, value):
        return measures.filter(plan_id=int(value))

    def by_section(self, measures, name, value):
        if value == UNKNOWN:
            return measures.filter(section=None)
        return measures.filter(section_id__in=descendants_of(int(value), self.sections))

    def by_sector(self, measures, name, value):
        if value == UNKNOWN:
            return measures.filter(sectors=None)
        return measures.filter(sectors=int(value))

    def by_milestones(self, measures, name, value):
        return measures.filter(pk__in=Milestone.objects.overdue(self.today).values("measure"))

    def by_age(self, measures, name, value):
        if value == NEVER:
            return measures.filter(status_on=None)
        return measures.filter(status_on__lt=self.today - dt.timedelta(days=int(value)))

    def by_lead(self, measures, name, value):
        if value == UNKNOWN:
            return measures.filter(lead__isnull=True, lead_text="")
        if value.startswith(LEAD_TEXT):
            return measures.filter(lead_text=value.removeprefix(LEAD_TEXT))
        return measures.filter(lead_id=int(value))


class PastMeasureFilter(MeasureFilter):
    """Filters measures as they were just before `moment` (`past_measures`) like the list, by what
    was stored then. `today` is that day.
    """

    # Who is in charge matters for what is to do today.
    responsible = None
    # Sent along with every filter.
    stand = filters.CharFilter(method="keep", widget=forms.HiddenInput)

    def __init__(self, data, *, queryset, user, today: dt.date, moment: dt.datetime):
        self.moment = moment
        super().__init__(data, queryset=queryset, user=user, today=today)
        self.reset_url = f"?stand={today.isoformat()}"

    def _with_plan(self, data, today: dt.date):
        without = data.copy()
        without.pop("stand", None)
        chosen = super()._with_plan(without, today).copy()
        chosen["stand"] = today.isoformat()
        return chosen

    def keep(self, records, name, value):
        return records

    def search(self, records, name, value):
        # The history has no folded column: it would double its size.
        return records.filter(history_id__in=past_matches(records, value))

    def by_sector(self, records, name, value):
        # The many-to-many relation of a historical record is a table of its own.
        if value == UNKNOWN:
            return records.filter(historicalmeasure_sectors=None)
        return records.filter(historicalmeasure_sectors__sector=int(value))

    def by_milestones(self, records, name, value):
        return records.filter(past_overdue(self.moment, self.today))


class TimelineFilter(MeasureFilter):
    """Filters the measures `with_period` like the list, and by the year in which they run."""

    zeitraum = filters.ChoiceFilter(
        label=_("Zeitraum"), method="by_period", choices=(), empty_label=_("seit letztem Jahr")
    )

    def __init__(self, data, *, queryset, user, today: dt.date):
        super().__init__(data, queryset=with_period(queryset), user=user, today=today)
        # Of all plans, so that changing the plan keeps the chosen year among the choices.
        years = [year for plan in self.plans for year in (plan.first_year, plan.last_year) if year]
        # The next year too, because offices plan it in autumn.
        latest = max([*years, today.year + 1])
        self.filters["zeitraum"].extra["choices"] = [
            (EVER, _("alle Jahre")),
            *((str(year), str(year)) for year in range(min([*years, today.year]), latest + 1)),
        ]

    @property
    def year_shown(self) -> tuple[int, int] | None:
        """The chosen year as the first and the last to draw, None if no year is chosen."""
        chosen = self.form.cleaned_data.get("zeitraum", "") if self.form.is_valid() else ""
        return (int(chosen), int(chosen)) if chosen.isdecimal() else None

    def by_period(self, measures, name, value):
        if value == EVER:
            return measures
        year = int(value)
        return measures.filter(
            first_on__lte=dt.date(year, 12, 31), last_on__gte=dt.date(year, 1, 1)
        )


def _leads_of(measures: QuerySet) -> tuple[list[tuple], list[tuple]]:
    """Return as choices the organisations that lead one of `measures`, and the leads held as text.

    Only of measures that the user may see: others would find nothing, and not everybody may see all
    organisations.
    """
    led = measures.order_by().filter(lead=OuterRef("pk"))
    leads = Organisation.objects.filter(Exists(led)).order_by("search", "pk")
    named = measures.order_by().exclude(lead_text="").values_list("lead_text", flat=True)
    return (
        [(str(lead.pk), lead.label) for lead in leads.only("name", "short_name")],
        [(f"{LEAD_TEXT}{text}", text) for text in sorted(set(named.distinct()), key=fold)],
    )


def _with_counts(choices, counts: Mapping[str, int]) -> list[tuple]:
    """Return `choices` with the count after each label; those without a value stay."""
    counted: list[tuple] = []
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            counted.append((value, _with_counts(label, counts)))
        elif value == "":
            counted.append((value, label))
        else:
            counted.append((value, f"{label} ({counts.get(value, 0)})"))
    return counted


class ProjectFilter(filters.FilterSet):
    q = _search_field()
    lighthouse = _lighthouse_field()

    class Meta:
        model = Project
        fields = []

    def __init__(self, data, *, queryset, user):
        self.user = user
        super().__init__(data, queryset=queryset)

    def search(self, projects, name, value):
        return search_projects(projects, value, self.user)


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
