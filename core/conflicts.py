"""Optimistic locking for forms: two people edit the same object, and nothing typed is lost.

A form based on `VersionedForm` carries a fingerprint of the values it showed. The service locks the
object and calls `require_unchanged`, which raises ChangedMeanwhile when somebody else saved first.
`core.views.run_service` then calls `show_conflict`: the form shows both versions and adopts the
fingerprint of the saved one, so that saving again overwrites it deliberately.

A form that does something with an object, such as cancelling it, is based on `SeenForm` instead,
and its service calls `require_seen`: nobody acts on a state that they have not seen.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.db import models
from django.utils.translation import gettext as _

from core.dates import format_date, format_moment
from core.errors import ChangedMeanwhile
from core.forms import CleanCharField


class Conflict(NamedTuple):
    """A field that differs: its label, the saved value and the value typed here."""

    label: str
    theirs: str
    mine: str


def version_of(obj: models.Model, fields: Iterable[str]) -> str:
    """Return a fingerprint of the values of `fields`. Many-to-many fields cost a query each."""
    values = []
    for name in sorted(fields):
        value = obj._meta.get_field(name).value_from_object(obj)
        if isinstance(value, list):
            # A different order of a many-to-many relation is not a change.
            value = sorted(getattr(part, "pk", part) for part in value)
        values.append([name, str(value)])
    # Part of the digest is enough: it only has to differ from one version to the next.
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:20]


def require_unchanged(obj, version: str, fields: Iterable[str]) -> None:
    """Raise ChangedMeanwhile when `obj` no longer has the values that `version` stands for.

    Call it on a locked object. The sentence names who saved last, if the history knows.
    """
    if version_of(obj, fields) == version:
        return
    both = _("Beide Fassungen stehen auf dieser Seite.")
    raise ChangedMeanwhile(f"{_last_change(obj)} {both}")


def require_seen(obj, version: str | None, fields: Iterable[str]) -> None:
    """Raise ChangedMeanwhile when `obj` no longer is as the page showed it on which somebody acts.

    Call it on a locked object. None compares nothing: no page was shown.
    """
    if version is None or version_of(obj, fields) == version:
        return
    again = _("Bitte sehen Sie sich den jetzigen Stand an, und entscheiden Sie dann.")
    raise ChangedMeanwhile(f"{_last_change(obj)} {again}")


def _last_change(obj) -> str:
    """Return a sentence that says who changed `obj` last, and when, if the history knows."""
    last = (
        obj.history.select_related("history_user__person")
        .order_by("-history_date", "-history_id")
        .first()
    )
    # The last change may be older than the form when a model keeps no history of some field.
    if last is None or last.history_user is None:
        return _("Der Eintrag wurde inzwischen geändert.")
    return _("%(who)s hat diesen Eintrag inzwischen geändert (%(moment)s).") % {
        "who": last.history_user,
        "moment": format_moment(last.history_date),
    }


def apply_values(obj: models.Model, values: Mapping[str, Any], version: str = "") -> None:
    """Set `values` (field → value) on the locked `obj`; the caller sets many-to-many fields.

    Raises ChangedMeanwhile when `obj` no longer matches `version`. Without a version nothing is
    compared: no form was shown.
    """
    if version:
        require_unchanged(obj, version, values)
    for name, value in values.items():
        if not obj._meta.get_field(name).many_to_many:
            setattr(obj, name, value)


class VersionedForm(forms.ModelForm):
    """A model form that remembers which version of the object it showed.

    `shown_fields` belong to the version although they are not edited here, such as the state.
    """

    shown_fields: tuple[str, ...] = ()
    version = CleanCharField(required=False, widget=forms.HiddenInput)
    conflicts: list[Conflict]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflicts = []
        if self.instance.pk:
            self.initial["version"] = self._version_of(self.instance)

    @property
    def model_fields(self) -> tuple[str, ...]:
        return tuple(self._meta.fields or ())

    def _version_of(self, obj: models.Model) -> str:
        return version_of(obj, (*self.model_fields, *self.shown_fields))

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values of the model's fields, as services expect them."""
        return {
            name: self.cleaned_data[name] for name in self.model_fields if name in self.cleaned_data
        }

    @property
    def version_shown(self) -> str:
        """The fingerprint of the object as this form showed it."""
        return self.cleaned_data.get("version", "")

    def show_conflict(self, error: ChangedMeanwhile, current: models.Model | None) -> None:
        """Show the saved object `current`, if there is one, beside what was typed.

        The form takes the fingerprint of `current`, so the next save overwrites it.
        """
        self.add_error(None, str(error))
        if current is None:
            return
        for name, mine in self.values.items():
            typed, saved = _in_words(self, name, mine), _in_words(self, name, _value(current, name))
            # Fields with the same value in both versions would only distract.
            if typed != saved:
                self.conflicts.append(
                    Conflict(str(self.fields[name].label), saved or "–", typed or "–")
                )
        _show_version(self, self._version_of(current))


class SeenForm(forms.Form):
    """A form that does something with `instance` and remembers which version of it was shown.

    `seen_fields` are those whose change must be seen first; the service compares the same.
    """

    version = CleanCharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, instance: models.Model, seen_fields: Iterable[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.instance, self.seen_fields = instance, tuple(seen_fields)
        self.initial["version"] = version_of(instance, self.seen_fields)

    @property
    def version_shown(self) -> str:
        """The fingerprint of the object as this form showed it."""
        return self.cleaned_data.get("version", "")

    def show_conflict(self, error: ChangedMeanwhile, current: models.Model | None) -> None:
        """Ask again: the form keeps what was typed and takes the fingerprint of `current`."""
        self.add_error(None, str(error))
        if current is None:
            return
        _show_version(self, version_of(current, self.seen_fields))


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
    if isinstance(value, dt.datetime):
        return format_moment(value)
    if isinstance(value, dt.date):
        return format_date(value)
    if isinstance(value, models.QuerySet):
        return ", ".join(sorted(str(part) for part in value))
    choices = form._meta.model._meta.get_field(name).flatchoices
    return str(dict(choices).get(value, value))
