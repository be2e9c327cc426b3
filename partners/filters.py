"""Filters of organisations, people and distribution lists."""

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.forms import PickList
from partners.enums import NOBODY, ROLE_LABELS, OrganisationKind
from partners.models import DistributionList, Organisation, Person, Sector, User
from partners.permissions import can_assign, can_see_responsible
from partners.progress import account_label
from partners.queries import accounts_to_choose
from partners.registry import assignable_kinds

# The boolean filter of django-filter says "Yes" and "No"; these labels say what is meant.
ACTIVITY = [("active", _("aktiv")), ("inactive", _("nicht mehr aktiv"))]
ACCOUNTS = [
    ("active", _("mit aktivem Konto")),
    ("invited", _("eingeladen")),
    ("closed", _("Konto deaktiviert")),
    ("none", _("ohne Konto")),
]
MINE, UNASSIGNED = "meine", "nicht-vergeben"


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
        widget=PickList,
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


class ResponsibleFilter(filters.ChoiceFilter):
    """*Zuständig*: the user's own records, those of nobody, or those of one account.

    `offer_accounts` gives it its choices.
    """

    user: User
    unfinished: QuerySet

    def __init__(self, **kwargs):
        super().__init__(label=_("Zuständig"), empty_label=_("alle"), choices=[], **kwargs)

    def filter(self, qs, value):
        if not value:
            return qs
        if value == MINE:
            return qs.filter(responsible=self.user)
        if value == UNASSIGNED:
            # Nobody has to watch what is over.
            unfinished = self.unfinished.order_by().values("pk")
            return qs.filter(responsible=None, pk__in=unfinished)
        return qs.filter(responsible=int(value))


def offer_accounts(listing: filters.FilterSet, user) -> None:
    """Give the filter `responsible` of `listing`, if it has it, its choices, or remove it for
    outsiders.

    Call it before the form of `listing` is built. The list then offers *Nur meine* as a link.
    """
    if "responsible" not in listing.filters:
        return
    if not can_see_responsible(user):
        del listing.filters["responsible"]
        return
    field = listing.filters["responsible"]
    field.user = user
    model = listing.queryset.model
    field.unfinished = next(
        kind.open_records() for kind in assignable_kinds() if kind.records.model is model
    )
    # Of all records, not only of those in the list: its other filters must not change the choices.
    accounts = accounts_to_choose(model._default_manager.all())
    mine = [(MINE, _("meine"))] if can_assign(user) else []
    names = [(str(account.pk), account_label(account)) for account in accounts]
    field.extra["choices"] = [*mine, (UNASSIGNED, NOBODY), *names]
    listing.quick_filters = [("responsible", value, _("Nur meine")) for value, _label in mine]
