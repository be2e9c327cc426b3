"""The filters of the list of mails."""

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.folding import matching
from core.forms import DateInput
from outbox.enums import MailState
from outbox.models import Mail
from outbox.queries import is_late, is_unsolved
from outbox.texts import all_texts

UNSOLVED, LATE = "unsolved", "late"
# What the office looks for that is no state: several states, or a state and the time.
LOOKED_FOR = [(UNSOLVED, _("ungelöst")), (LATE, _("verspätet"))]
STATE_CHOICES = [*LOOKED_FOR, *MailState.choices]


def kind_choices() -> list[tuple[str, str]]:
    """Return every kind of mail with its title, by title."""
    titles = [(text.kind, str(text.title)) for text in all_texts()]
    return sorted([*titles, ("account", str(_("Konto")))], key=lambda choice: choice[1])


class MailFilter(django_filters.FilterSet):
    """Search, state, kind and days of writing; one sending and one page of the portal by the
    address alone.
    """

    q = django_filters.CharFilter(
        label=_("Suche in Betreff, Name und Adresse"),
        method="search",
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = django_filters.ChoiceFilter(
        label=_("Stand"), choices=STATE_CHOICES, empty_label=_("alle"), method="in_state"
    )
    kind = django_filters.ChoiceFilter(label=_("Art"), choices=kind_choices, empty_label=_("alle"))
    start = django_filters.DateFilter(
        label=_("geschrieben ab"),
        field_name="created_at",
        lookup_expr="date__gte",
        widget=DateInput,
    )
    end = django_filters.DateFilter(
        label=_("geschrieben bis"),
        field_name="created_at",
        lookup_expr="date__lte",
        widget=DateInput,
    )
    batch = django_filters.UUIDFilter(label=_("Versand"), widget=forms.HiddenInput)
    path = django_filters.CharFilter(label=_("Seite im Portal"), widget=forms.HiddenInput)

    class Meta:
        model = Mail
        fields: list[str] = []

    def search(self, queryset, name, value):
        return queryset.filter(matching(value))

    def in_state(self, queryset, name, value):
        if value == UNSOLVED:
            return queryset.filter(is_unsolved())
        if value == LATE:
            return queryset.filter(is_late(timezone.now()))
        return queryset.filter(state=value)

    @property
    def asked_state(self) -> str:
        """The state that is asked for; empty for all, also when the address asks for one that does
        not exist.
        """
        return self.asked.get("state", "")

    @property
    def asked(self) -> dict:
        """What is asked for, as far as it can be understood."""
        return {name: value for name, value in self._cleaned().items() if value not in (None, "")}

    def without_state(self):
        """Return the mails that all filters but the one of the state leave."""
        queryset = self.queryset.all()
        for name, value in self._cleaned().items():
            if name != "state":
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    def _cleaned(self) -> dict:
        _checked = self.errors
        return self.form.cleaned_data
