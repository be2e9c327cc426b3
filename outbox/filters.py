"""The filters of the list of mails."""

import django_filters
from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from core.dates import format_date
from core.forms import DayField, NativeDateInput, PickList
from outbox.enums import MailState, StateFilter
from outbox.models import Mail
from outbox.queries.bulk import STATE_FILTER_CHOICES
from outbox.queries.mails import is_late, is_test, is_unsolved
from outbox.texts import all_texts


def kind_choices() -> list[tuple[str, str]]:
    """Return (kind, title), sorted by title."""
    # No app registers a text for account mails, so their kind is added here.
    titles = [(text.kind, str(text.title)) for text in all_texts()]
    return sorted([*titles, ("account", str(_("Konto")))], key=lambda choice: choice[1])


class DayFilter(django_filters.DateFilter):
    field_class = DayField

    def __init__(self, **kwargs):
        super().__init__(widget=NativeDateInput, **kwargs)


class MailFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Suche in Betreff, Name und Adresse"),
        method="search",
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = django_filters.ChoiceFilter(
        label=_("Stand"),
        choices=STATE_FILTER_CHOICES,
        empty_label=_("alle"),
        method="filter_state",
    )
    kind = django_filters.ChoiceFilter(
        label=_("Art"), choices=kind_choices, empty_label=_("alle"), widget=PickList
    )
    start = DayFilter(label=_("geschrieben ab"), field_name="created_at", lookup_expr="date__gte")
    end = DayFilter(label=_("geschrieben bis"), field_name="created_at", lookup_expr="date__lte")
    # No visible fields: links on other pages set these two, and further filtering keeps them.
    batch = django_filters.UUIDFilter(label=_("Versand"), widget=forms.HiddenInput)
    path = django_filters.CharFilter(label=_("Seite im Portal"), widget=forms.HiddenInput)

    class Meta:
        model = Mail
        fields: list[str] = []

    def search(self, queryset, name, value):
        return queryset.matching(value)

    def filter_state(self, queryset, name, value):
        if value == StateFilter.UNSOLVED:
            return queryset.filter(is_unsolved())
        if value == StateFilter.LATE:
            return queryset.filter(is_late(timezone.now()))
        if value == StateFilter.TESTED:
            return queryset.filter(is_test(), state=MailState.SENT)
        found = queryset.filter(state=value)
        return found.exclude(is_test()) if value == MailState.SENT else found

    @property
    def values(self) -> dict:
        """The filters that are set and valid."""
        return {name: value for name, value in self._cleaned().items() if value not in (None, "")}

    @property
    def state_value(self) -> str:
        """The state to filter by; empty for all states, or when the URL names an unknown one."""
        return self.values.get("state", "")

    def without_state(self) -> QuerySet[Mail]:
        """Return the mails that match all filters except the one by state."""
        # The quick filters show a count for every state, not only for the selected one.
        queryset = self.queryset.all()
        for name, value in self._cleaned().items():
            if name != "state":
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    def facts(self) -> list[tuple[str, str]]:
        """Return (label, value) of all filters that are set, for the confirmation page."""
        facts = self.hidden_facts()
        for name, value in self.values.items():
            if name in ("batch", "path"):
                continue
            field = self.form.fields[name]
            if name in ("start", "end"):
                value = format_date(value)
            elif hasattr(field, "choices"):
                value = dict(field.choices).get(value, value)
            facts.append((field.label, str(value)))
        return facts

    def hidden_facts(self) -> list[tuple[str, str]]:
        """Return (label, link) of the filters that have no visible field."""
        facts = []
        if batch := self.values.get("batch"):
            link = format_html(
                '<a href="{}">{}</a>',
                reverse("outbox:batch", args=[batch]),
                _("Stand des Versands"),
            )
            facts.append((_("Nur dieser Versand"), link))
        if path := self.values.get("path"):
            facts.append((_("Nur zu"), _link_inside(path)))
        return facts

    def _cleaned(self) -> dict:
        # Reading `errors` runs the validation; invalid filters are missing from `cleaned_data`.
        _errors = self.errors
        return self.form.cleaned_data


def _link_inside(path: str) -> str:
    """Return `path` as a link, or as plain text when it points outside the portal."""
    is_inside = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return format_html('<a href="{0}">{0}</a>', path) if is_inside else path
