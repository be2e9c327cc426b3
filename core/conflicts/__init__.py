"""Optimistic locking for forms: two people edit the same object, and nothing typed is lost.

A form based on `VersionedForm` carries a fingerprint of the values it showed. The service locks the
object and calls `require_unchanged`, which raises ChangedMeanwhile when somebody else saved first.
`core.views.run_service` then calls `show_conflict`: the form shows both versions and adopts the
fingerprint of the saved one, so that saving again overwrites it deliberately.

A form that does something with an object, such as cancelling it, is based on `SeenForm` instead,
and its service calls `require_seen`: nobody acts on a state that they have not seen. A button
without a form has the version in its address (`with_version`). Where a service compares nothing
itself, the view names what its page showed: `run_service(…, seen=[topic])`.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Any, NamedTuple

from django import forms
from django.db import models, transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from core.dates import format_date, format_moment
from core.errors import ChangedMeanwhile
from core.forms import CleanCharField
from core.numbers import format_decimal

# Columns that the portal writes by itself, while nobody has changed anything.
UNSEEN_FIELDS = frozenset({"last_login"})
VERSION_LENGTH, FIELD_LENGTH = 20, 6  # hexadecimal digits of a record's and of a field's digest
# Stands for the version of a form that showed no record, because there was none yet.
NO_RECORD = "-"


class Conflict(NamedTuple):
    """A field that differs: its label, the saved value and the value typed here, or a note that
    nothing was.
    """

    label: str
    theirs: str
    mine: str


def version_of(obj: models.Model, fields: Iterable[str]) -> str:
    """Return a fingerprint of the values of `fields`. Many-to-many fields cost a query each."""
    values = [[name, _plain(_stored(obj, name))] for name in sorted(fields)]
    return _digest(values, VERSION_LENGTH)


def _stored(obj: models.Model, name: str) -> Any:
    return obj._meta.get_field(name).value_from_object(obj)


def _plain(value: Any) -> str:
    """Return the same text for a value of a record and for the one that its form has cleaned."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, list | models.QuerySet) and all(
        isinstance(part, models.Model) for part in value
    ):
        # A different order of a many-to-many relation is not a change.
        return str(sorted(part.pk for part in value))
    if isinstance(value, dt.datetime):
        return str(value.astimezone(dt.UTC))
    return str(value)


def _digest(value: Any, length: int) -> str:
    # Part of the digest is enough: it only has to differ from one version to the next.
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:length]


def own_fields(obj: models.Model) -> list[str]:
    """Return the fields of `obj` that are stored in its own row and that people change."""
    names = [field.name for field in obj._meta.concrete_fields]
    return [name for name in names if name not in UNSEEN_FIELDS]


def version_of_all(*objs: models.Model | None) -> str:
    """Return a fingerprint of the rows of `objs`; None stands for an object that does not exist."""
    return "-".join(version_of(obj, own_fields(obj)) for obj in objs if obj is not None)


def with_version(url: str, *objs: models.Model | None) -> str:
    """Return the address of a button that acts on what its page shows of `objs`."""
    return f"{url}?version={version_of_all(*objs)}"


def unless_changed(
    service: Callable,
    objs: Sequence[models.Model | None],
    version: str,
    *,
    lock: models.Model | None = None,
):
    """Return `service`, which now raises ChangedMeanwhile when the rows of `objs` no longer have
    the `version_of_all` that the page showed.

    Without a version it always raises. `lock`, by default the first of `objs`, is locked meanwhile.
    It must be what `service` locks first, or the two could wait for each other.
    """
    if not objs or (all(obj is None for obj in objs) and not version):
        return service

    @transaction.atomic
    def checked(**given):
        if not version:
            raise ChangedMeanwhile(nothing_shown())
        _lock(lock or objs[0])
        current = [_reload(obj) for obj in objs if obj is not None]
        # An approval that was submitted meanwhile makes one side longer, which is a change as well.
        for obj, shown in zip_longest(current, version.split("-")):
            if obj is None or version_of(obj, own_fields(obj)) != shown:
                raise ChangedMeanwhile(_look_again(obj))
        return service(**given)

    return checked


def _lock(obj: models.Model | None) -> None:
    if obj is not None:
        rows = type(obj)._default_manager.select_for_update(of=("self",))
        rows.filter(pk=obj.pk).first()


def _reload(obj: models.Model) -> models.Model | None:
    return type(obj)._default_manager.filter(pk=obj.pk).first()


def require_unchanged(obj, version: str, fields: Iterable[str]) -> None:
    """Raise ChangedMeanwhile when `obj` no longer has the values that `version` stands for.

    Call it on a locked object. The sentence names who saved last, if the history knows.
    """
    if version_of(obj, fields) == version:
        return
    both = _("Beide Fassungen stehen auf dieser Seite.")
    raise ChangedMeanwhile(f"{_last_change(obj) if version else _shown_unknown()} {both}")


def require_seen(obj, version: str | None, fields: Iterable[str]) -> None:
    """Raise ChangedMeanwhile when `obj` no longer is as the page showed it on which somebody acts.

    Call it on a locked object. None compares nothing: no page was shown.
    """
    if version is not None:
        require_version(version, version_of(obj, fields), _look_again(obj))


def require_version(version: str | None, current: str, changed: str) -> None:
    """Raise ChangedMeanwhile with the sentence `changed` unless `version`, which the page showed,
    is `current`. None compares nothing: no page was shown.
    """
    if version is None or version == current:
        return
    raise ChangedMeanwhile(changed if version else nothing_shown())


def _look_again(obj) -> str:
    return f"{_last_change(obj)} {_again()}"


def _again() -> str:
    return _("Bitte sehen Sie sich den jetzigen Stand an, und entscheiden Sie dann.")


def nothing_shown() -> str:
    """Return the sentence for a request that does not say what its page showed."""
    return f"{_shown_unknown()} {_again()}"


def _shown_unknown() -> str:
    # Not every request comes from a page of the portal: never take a missing version for agreement.
    return _("Es ist nicht mitgekommen, welchen Stand Ihre Seite gezeigt hat.")


def _last_change(obj) -> str:
    """Return a sentence that says who changed `obj` last, and when, if the history knows."""
    # Deleted meanwhile, or of a model without a history.
    if not hasattr(obj, "history"):
        return _("Der Eintrag wurde inzwischen geändert.")
    history = obj.history.select_related("history_user__person")
    last = history.order_by("-history_date", "-history_id").first()
    # The last change may be older than the form when a model keeps no history of some field.
    if last is None or last.history_user is None:
        return _("Der Eintrag wurde inzwischen geändert.")
    return _("%(who)s hat diesen Eintrag inzwischen geändert (%(moment)s).") % {
        "who": last.history_user,
        "moment": format_moment(last.history_date),
    }


def apply_values(obj: models.Model, values: Mapping[str, Any], version: str | None = None) -> None:
    """Set `values` (field → value) on the locked `obj`; the caller sets many-to-many fields.

    Raises ChangedMeanwhile when `obj` no longer matches `version`. None compares nothing: no form
    was shown.
    """
    if version is not None:
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
        digests = [_digest(_plain(_stored(obj, name)), FIELD_LENGTH) for name in self.model_fields]
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
            if name in values and digest != _digest(_plain(values[name]), FIELD_LENGTH)
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
