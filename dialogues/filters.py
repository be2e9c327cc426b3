"""Filters of the lists. All choices are in the URL, so that lists can be bookmarked and shared."""

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import PickList
from core.roles import is_inside
from dialogues.enums import DialogueState, NeedState, TopicState
from dialogues.models import Topic
from dialogues.queries import (
    addressees_of,
    hosts_of,
    is_overdue,
    is_resubmitted,
    is_still,
    measures_touched_by,
    search_dialogues,
    years_of,
)
from partners.filters import ResponsibleFilter, offer_accounts
from partners.models import CrossCuttingTheme, Organisation, Sector

OPEN, OFFICE = "offen", "geschaeftsstelle"
STILL, OVERDUE, RESUBMITTED = "still", "ueberfaellig", "wiedervorlage"
ATTENTION = [
    (STILL, _("älter als 6 Monate ohne Bewegung")),
    (OVERDUE, _("Frist überschritten")),
    (RESUBMITTED, _("Wiedervorlage fällig")),
]


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


class AddresseeFilter(filters.ChoiceFilter):
    """The organisation that a need is addressed to, or the office."""

    def filter(self, qs, value):
        if value == OFFICE:
            return qs.filter(addressee=None)
        return qs.filter(addressee=int(value)) if value else qs


class NeedFilter(filters.FilterSet):
    q = SearchFilter()
    state = filters.ChoiceFilter(
        label=_("Stand"),
        choices=[(OPEN, _("noch offen")), *NeedState.choices],
        method="by_state",
        empty_label=_("alle"),
    )
    attention = filters.ChoiceFilter(
        label=_("Zu beachten"), choices=ATTENTION, method="by_attention", empty_label=_("alle")
    )
    sector = filters.ModelChoiceFilter(
        label=_("Branche"),
        queryset=Sector.objects.order_by("name", "pk"),
        empty_label=_("alle"),
        method="by_sector",
    )
    addressee = AddresseeFilter(
        label=_("Gerichtet an"), empty_label=_("alle"), choices=[], widget=PickList
    )
    measure = filters.ModelChoiceFilter(
        label=_("Maßnahme"), queryset=None, empty_label=_("alle"), widget=PickList
    )
    responsible = ResponsibleFilter()

    def __init__(self, data, queryset, *, user):
        super().__init__(data, queryset)
        # Only of needs that the user may see.
        names = [(str(found.pk), found.label) for found in addressees_of(queryset)]
        self.filters["addressee"].extra["choices"] = [(OFFICE, _("Geschäftsstelle")), *names]
        self.filters["measure"].queryset = measures_touched_by(queryset)
        offer_accounts(self, user)
        # When the office looks at a need again is its own business.
        if not is_inside(user):
            choices = [choice for choice in ATTENTION if choice[0] != RESUBMITTED]
            self.filters["attention"].extra["choices"] = choices

    def by_state(self, needs, name, value):
        return needs.open() if value == OPEN else needs.filter(state=value)

    def by_attention(self, needs, name, value):
        conditions = {STILL: is_still, OVERDUE: is_overdue, RESUBMITTED: is_resubmitted}
        return needs.filter(conditions[value](timezone.localdate()))

    # A subquery, because an organisation may have several sectors.
    def by_sector(self, needs, name, value):
        raisers = Organisation.objects.filter(sectors=value)
        return needs.filter(raised_by__in=raisers.order_by().values("pk"))


class SeriesFilter(filters.FilterSet):
    q = SearchFilter()
    responsible = ResponsibleFilter()

    def __init__(self, data, queryset, *, user):
        super().__init__(data, queryset)
        offer_accounts(self, user)
