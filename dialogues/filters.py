"""Filters of the lists. All choices are in the URL, so that lists can be bookmarked and shared."""

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import PickList
from dialogues.enums import DialogueState, TopicState
from dialogues.models import Topic
from dialogues.queries import hosts_of, search_dialogues, years_of
from partners.filters import ResponsibleFilter, offer_accounts
from partners.models import CrossCuttingTheme, Sector


class SearchFilter(filters.CharFilter):
    """Find records whose folded text contains every word, also within longer words."""

    def __init__(self, **kwargs):
        super().__init__(
            label=_("Suche"), widget=forms.TextInput(attrs={"type": "search"}), **kwargs
        )

    def filter(self, qs, value):
        return qs.matching(value) if value else qs


class DialogueSearchFilter(SearchFilter):
    """Search dialogues in the values that the user may know."""

    def filter(self, qs, value):
        return search_dialogues(qs, value, self.parent.request.user) if value else qs


class YearFilter(filters.ChoiceFilter):
    """The year of the fixed date, or of the known day of an imported dialogue."""

    def filter(self, qs, value):
        return qs.filter(Q(starts_at__year=value) | Q(starts_on__year=value)) if value else qs


class EventFilter(filters.FilterSet):
    q = DialogueSearchFilter()
    year = YearFilter(label=_("Jahr"), empty_label=_("alle"), choices=[])

    def __init__(self, data=None, queryset=None, **kwargs):
        super().__init__(data, queryset, **kwargs)
        # Only years of dialogues that the user may see; the same goes for hosts below.
        self.filters["year"].extra["choices"] = [(year, str(year)) for year in years_of(queryset)]


class DialogueFilter(EventFilter):
    state = filters.ChoiceFilter(label=_("Stand"), choices=DialogueState, empty_label=_("alle"))
    sector = filters.ModelChoiceFilter(
        label=_("Branche"),
        queryset=Sector.objects.order_by("name", "pk"),
        empty_label=_("alle"),
        method="on_topics_of_sector",
    )
    theme = filters.ModelChoiceFilter(
        label=_("Querschnittsthema"),
        queryset=CrossCuttingTheme.objects.order_by("name", "pk"),
        empty_label=_("alle"),
        method="on_topics_of_theme",
    )
    balance = filters.ChoiceFilter(
        label=_("Branchenbilanz"),
        choices=[("1", _("nur gezählte"))],
        method="in_balance",
        empty_label=_("alle"),
    )
    host = filters.ModelChoiceFilter(
        label=_("Gastgeber"), queryset=None, empty_label=_("alle"), widget=PickList
    )
    responsible = ResponsibleFilter()

    def __init__(self, data=None, queryset=None, **kwargs):
        super().__init__(data, queryset, **kwargs)
        self.filters["host"].queryset = hosts_of(queryset)
        offer_accounts(self, self.request.user)
        # Only the Branchenbilanz leads to it; elsewhere it would be one choice too many.
        if "balance" not in self.data:
            del self.filters["balance"]

    def in_balance(self, dialogues, name, value):
        return dialogues.in_balance(timezone.localdate())

    # Both use a subquery, because the list counts invitations and a join would inflate the counts.
    def on_topics_of_sector(self, dialogues, name, value):
        return dialogues.filter(topic__in=Topic.objects.filter(sectors=value))

    def on_topics_of_theme(self, dialogues, name, value):
        return dialogues.filter(topic__in=Topic.objects.filter(themes=value))


class TopicFilter(filters.FilterSet):
    q = SearchFilter()
    state = filters.ChoiceFilter(label=_("Stand"), choices=TopicState, empty_label=_("alle"))
    sectors = filters.ModelChoiceFilter(
        label=_("Branche"), queryset=Sector.objects.order_by("name", "pk"), empty_label=_("alle")
    )
    themes = filters.ModelChoiceFilter(
        label=_("Querschnittsthema"),
        queryset=CrossCuttingTheme.objects.order_by("name", "pk"),
        empty_label=_("alle"),
    )
    responsible = ResponsibleFilter()

    def __init__(self, data, queryset, *, user):
        super().__init__(data, queryset)
        offer_accounts(self, user)


class SeriesFilter(filters.FilterSet):
    q = SearchFilter()
    responsible = ResponsibleFilter()

    def __init__(self, data, queryset, *, user):
        super().__init__(data, queryset)
        offer_accounts(self, user)
