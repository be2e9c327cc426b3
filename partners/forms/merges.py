"""The form that merges two entries of the same person."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import CleanCharField
from partners.enums import Salutation
from partners.models import Person
from partners.services import people


class MergeForm(forms.Form):
    """Which value of two entries of the same person stays, for each field in which they differ."""

    version = CleanCharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, source: Person, target: Person, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {"target": target, "source": source}
        # Both notes stay.
        for name in people.FIELDS:
            field = Person._meta.get_field(name)
            shown = {key: in_words(person, name) for key, person in self.people.items()}
            if name == "notes" or shown["target"] == shown["source"]:
                continue
            choices = [(key, words or _("nichts")) for key, words in shown.items()]
            # The entry that stays keeps what it has; an empty field tells nothing.
            initial = "target" if is_filled(target, name) else "source"
            self.fields[name] = forms.ChoiceField(
                label=field.verbose_name,
                choices=choices,
                initial=initial,
                widget=forms.RadioSelect,
            )

    @property
    def values(self) -> dict:
        """The chosen values; before the form was sent, those it proposes."""
        chosen = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return {
            name: getattr(self.people[chosen.get(name, self.fields[name].initial)], name)
            for name in self.fields
            if name != "version"
        }

    def show_version(self, version: str) -> None:
        """Send `version` with the form."""
        self.initial["version"] = version
        if self.is_bound:
            self.data = self.data.copy()
            self.data[self.add_prefix("version")] = version


def swapped(data: QueryDict) -> QueryDict:
    """Return what was sent for the same two entries, but with the other one as the target."""
    other = {"target": "source", "source": "target"}
    result = data.copy()
    for name in data:
        result[name] = other.get(data[name], data[name])
    return result


def in_words(person: Person, name: str) -> str:
    """Return the value of a field as pages show it."""
    value = getattr(person, name)
    if isinstance(value, bool):
        return gettext("ja") if value else gettext("nein")
    choices = dict(Person._meta.get_field(name).flatchoices)
    return str(choices.get(value, value or ""))


def is_filled(person: Person, name: str) -> bool:
    value = getattr(person, name)
    return bool(value) and value != Salutation.NEUTRAL
