"""Forms that remember what they showed, and show both versions of a conflict."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Any, NamedTuple

from django import forms
from django.db import models
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from core.conflicts.versions import (
    FIELD_LENGTH,
    digest_of,
    plain_text,
    stored_value,
    version_of,
    version_of_all,
)
from core.dates import format_date, format_moment
from core.errors import ChangedMeanwhile
from core.forms import CleanCharField
from core.numbers import format_decimal


class Conflict(NamedTuple):
    """A field that differs: its label, the saved value and the value typed here, or a note that
    nothing was.
    """

    label: str
    theirs: str
    mine: str


class VersionedForm(forms.ModelForm):
    """A model form that remembers which version of the object it showed.

    `shown_fields` belong to the version although they are not edited here, such as the state.
    """

    shown_fields: tuple[str, ...] = ()
    version = CleanCharField(required=False, widget=forms.HiddenInput)
    conflicts: list[Conflict]
    # Whether what was typed holds once the form is sent again after a conflict.
    can_overwrite = True
    # Groups of fields that mean nothing without each other: whoever touched one of them keeps all,
    # or the end typed here would stand beside a start that somebody else chose.
    fields_together: tuple[tuple[str, ...], ...] = ()
    # False where that holds for all fields, such as a value and its period.
    fields_stand_alone = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflicts = []
        if self.instance.pk:
            self.initial["version"] = self._carried_for(self.instance)

    @property
    def model_fields(self) -> tuple[str, ...]:
        return tuple(self._meta.fields or ())

    def _version_of(self, obj: models.Model) -> str:
        return version_of(obj, (*self.model_fields, *self.shown_fields))

    def _carried_for(self, obj: models.Model) -> str:
        """Return the fingerprint of `obj` and, after an underscore, one of each field: from these a
        later conflict tells what its user has typed and what was only shown.
        """
        digests = [
            digest_of(plain_text(stored_value(obj, name)), FIELD_LENGTH)
            for name in self.model_fields
        ]
        return f"{self._version_of(obj)}_{''.join(digests)}"

    def _untouched(self) -> set[str]:
        """Return the fields that are as shown, with all that belong to them. Empty if unknown."""
        if not self.fields_stand_alone:
            return set()
        carried = self.cleaned_data.get("version", "").partition("_")[2]
        shown = [carried[at : at + FIELD_LENGTH] for at in range(0, len(carried), FIELD_LENGTH)]
        values = self.values
        touched = {
            name
            for name, digest in zip_longest(self.model_fields, shown)
            if name in values and digest != digest_of(plain_text(values[name]), FIELD_LENGTH)
        }
        for group in self.fields_together:
            touched |= set(group) if touched.intersection(group) else set()
        return set(self.model_fields) - touched

    def version_for(self, obj: models.Model | None) -> str:
        """Return the fingerprint that this form carries once it shows the saved `obj`."""
        return self._version_of(obj) if obj else ""

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values of the model's fields, as services expect them."""
        return {
            name: self.cleaned_data[name] for name in self.model_fields if name in self.cleaned_data
        }

    @property
    def version_shown(self) -> str:
        """The fingerprint of the object as this form showed it."""
        return self.cleaned_data.get("version", "").partition("_")[0]

    def show_conflict(self, error: ChangedMeanwhile, current: models.Model | None) -> None:
        """Show the saved object `current`, if there is one, beside what was typed.

        The form takes the fingerprint of `current`, so the next save overwrites it, and its values
        of the fields that nobody has touched here, so that saving does not undo what others did.
        """
        self.add_error(None, str(error))
        self.can_overwrite = error.can_overwrite
        if current is None:
            return
        untouched = self._untouched()
        for name, mine in self.values.items():
            # A form may make several values of one field.
            if name not in self.fields:
                continue
            typed, saved = _in_words(self, name, mine), _in_words(self, name, _value(current, name))
            # Fields with the same value in both versions would only distract.
            if typed == saved:
                continue
            if name in untouched:
                self._show_saved(name, current)
                typed = _("nicht geändert; der gespeicherte Wert gilt")
            self.conflicts.append(
                Conflict(str(self.fields[name].label), saved or "–", typed or "–")
            )
        _show_version(self, self._carried_for(current))

    def _show_saved(self, name: str, current: models.Model) -> None:
        """Make the bound field `name` show the value of `current`."""
        bound, data = self[name], self.data.copy()
        widget = bound.field.widget
        stored = bound.field.prepare_value(model_to_dict(current, [name]).get(name))
        value = widget.format_value(stored)
        if isinstance(bound.field, forms.BooleanField):
            value = "on" if stored else None
        elif isinstance(value, list) and not getattr(widget, "allow_multiple_selected", False):
            value = value[0]
        data.pop(bound.html_name, None)
        if isinstance(value, list):
            # Not a QueryDict where a form was given a plain dictionary.
            getattr(data, "setlist", data.__setitem__)(bound.html_name, value)
        # A check box that is not ticked, and an empty field, send nothing.
        elif value is not None:
            data[bound.html_name] = value
        self.data = data


class SeenForm(forms.Form):
    """A form that does something with `instance` and remembers which version of it was shown.

    `seen_fields` are those whose change must be seen first; the service compares the same. Without
    them it is the whole row, and those of `others`, as `unless_changed` compares them.
    """

    version = CleanCharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args,
        instance: models.Model,
        seen_fields: Sequence[str] = (),
        others: Sequence[models.Model] = (),
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.instance, self.seen_fields, self.others = instance, seen_fields, others
        self.initial["version"] = self._version_of(instance)

    def _version_of(self, obj: models.Model) -> str:
        if self.seen_fields:
            return version_of(obj, self.seen_fields)
        return version_of_all(obj, *self.others)

    @property
    def version_shown(self) -> str:
        """The fingerprint of the object as this form showed it."""
        return self.cleaned_data.get("version", "")

    @property
    def version_carried(self) -> str:
        """The fingerprint that was sent, or the present one where nothing was sent yet."""
        return self["version"].value() or ""

    def show_conflict(self, error: ChangedMeanwhile, current: models.Model | None) -> None:
        """Ask again: the form keeps what was typed and takes the fingerprint of `current`."""
        self.add_error(None, str(error))
        if current is not None:
            _show_version(self, self._version_of(current))


def _show_version(form: VersionedForm | SeenForm, version: str) -> None:
    # Copied, because `data` is an immutable QueryDict.
    data = form.data.copy()
    data[form.add_prefix("version")] = version
    form.data = data


def _value(obj: models.Model, name: str) -> Any:
    value = getattr(obj, name)
    return value.all() if isinstance(obj._meta.get_field(name), models.ManyToManyField) else value


def _in_words(form: forms.ModelForm, name: str, value: Any) -> str:
    """Return a value of the field `name` as pages display it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("ja") if value else _("nein")
    if isinstance(value, Decimal):
        return format_decimal(value)
    if isinstance(value, dt.datetime):
        return format_moment(value)
    if isinstance(value, dt.date):
        return format_date(value)
    if isinstance(value, models.QuerySet):
        return ", ".join(sorted(str(part) for part in value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    choices = form._meta.model._meta.get_field(name).flatchoices
    return str(dict(choices).get(value, value))
