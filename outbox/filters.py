"""The filters of the list of mails."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from core.folding import matching
from core.forms import DateInput
from outbox.enums import MailState
from outbox.models import Mail
from outbox.texts import all_texts


def kind_choices() -> list[tuple[str, str]]:
    """Return every kind of mail with its title, by title."""
    titles = [(text.kind, str(text.title)) for text in all_texts()]
    return sorted([*titles, ("account", str(_("Konto")))], key=lambda choice: choice[1])


class MailFilter(django_filters.FilterSet):
    """Search, state, kind and days of writing."""

    q = django_filters.CharFilter(
        label=_("Suche in Betreff und Empfänger"),
        method="search",
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = django_filters.ChoiceFilter(label=_("Stand"), choices=MailState.choices, empty_label=_("alle"))
    kind = django_filters.ChoiceFilter(label=_("Art"), choices=kind_choices, empty_label=_("alle"))
    start = django_filters.DateFilter(
        label=_("geschrieben ab"), field_name="created_at", lookup_expr="date__gte", widget=DateInput
    )
    end = django_filters.DateFilter(
        label=_("geschrieben bis"), field_name="created_at", lookup_expr="date__lte", widget=DateInput
    )

    class Meta:
        model = Mail
        fields: list[str] = []

    def search(self, queryset, name, value):
        return queryset.filter(matching(value))
