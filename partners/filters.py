"""Filters of organisations, people and distribution lists."""

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.enums import ROLE_LABELS, OrganisationKind
from partners.models import DistributionList, Organisation, Person, Sector

# The boolean filter of django-filter says "Yes" and "No"; these labels say what is meant.
ACTIVITY = [("active", _("aktiv")), ("inactive", _("nicht mehr aktiv"))]
ACCOUNTS = [
    ("active", _("mit aktivem Konto")),
    ("invited", _("eingeladen")),
    ("closed", _("Konto deaktiviert")),
    ("none", _("ohne Konto")),
]


def _search_field(hint) -> filters.CharFilter:
    widget = forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
    return filters.CharFilter(label=hint, method="search_words", widget=widget)


class OrganisationFilter(filters.FilterSet):
    q = _search_field(_("Name, Kurzname oder Ort"))
    kind = filters.ChoiceFilter(label=_("Art"), choices=OrganisationKind, empty_label=_("alle"))
    sector = filters.ModelChoiceFilter(
        label=_("Branche"),
        field_name="sectors",
        queryset=Sector.objects.order_by("name", "pk"),
        empty_label=_("alle"),
    )
    state = filters.ChoiceFilter(
        label=_("Stand"), choices=ACTIVITY, method="by_state", empty_label=_("alle")
    )

    class Meta:
        model = Organisation
        fields: list[str] = []

    def search_words(self, queryset, _name, value):
        return queryset.matching(value)

    def by_state(self, queryset, _name, value):
        return queryset.filter(is_active=value == "active")


class PersonFilter(filters.FilterSet):
    q = _search_field(_("Name, Funktion, E-Mail oder Organisation"))
    account = filters.ChoiceFilter(
        label=_("Konto"), choices=ACCOUNTS, method="by_account", empty_label=_("alle")
    )
    role = filters.ChoiceFilter(
        label=_("Rolle"),
        choices=list(ROLE_LABELS.items()),
        field_name="user__groups__name",
        empty_label=_("alle"),
    )
    list = filters.ModelChoiceFilter(
        label=_("Verteiler"),
        field_name="distribution_lists",
        queryset=DistributionList.objects.order_by("name", "pk"),
        empty_label=_("alle"),
    )
    state = filters.ChoiceFilter(
        label=_("Stand"), choices=ACTIVITY, method="by_state", empty_label=_("alle")
    )

    class Meta:
        model = Person
        fields: list[str] = []

    def search_words(self, queryset, _name, value):
        return queryset.matching(value)

    def by_account(self, queryset, _name, value):
        if value == "none":
            return queryset.filter(user=None)
        if value == "closed":
            return queryset.filter(user__is_active=False)
        # The prefix by which Django marks an unusable password.
        invited = Q(user__password__startswith="!")
        return queryset.filter(invited if value == "invited" else ~invited, user__is_active=True)

    def by_state(self, queryset, _name, value):
        return queryset.filter(is_active=value == "active")


class OwnPeopleFilter(PersonFilter):
    """The filter for partners, who may not see accounts and distribution lists."""

    # None removes an inherited filter.
    account = role = list = None


class CandidateFilter(OwnPeopleFilter):
    """The filter for adding people to a distribution list, all of whom are active."""

    state = None


class DistributionListFilter(filters.FilterSet):
    q = _search_field(_("Name oder Zweck"))

    class Meta:
        model = DistributionList
        fields: list[str] = []

    def search_words(self, queryset, _name, value):
        return queryset.matching(value)
