"""Form fields and widgets, which of them model fields use, and forms that apps share."""

import datetime as dt
import re
from collections.abc import Sequence

from django import forms
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import Concern, Warned

FIRST_YEAR, LAST_YEAR = 1900, 2100


class DateInput(forms.DateInput):
    """A date picker. Browsers expect ISO 8601 and display it in the user's format."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%H:%M")


class CheckboxList(forms.CheckboxSelectMultiple):
    """Checkboxes for many choices, in a box with its own scrollbar."""

    def __init__(self, attrs=None, **kwargs):
        super().__init__({"class": "choices--many", **(attrs or {})}, **kwargs)


def validate_year(value: dt.date, first_year: int = FIRST_YEAR) -> None:
    """Reject years that can only be typing errors."""
    if not first_year <= value.year <= LAST_YEAR:
        raise forms.ValidationError(_("Bitte prüfen Sie das Jahr."))


class DayField(forms.DateField):
    """A date within plausible years: a typing error must not set a deadline in 9999."""

    widget = DateInput
    default_validators = [validate_year]


class MomentField(forms.DateTimeField):
    """A date with a time, within plausible years."""

    widget = DateTimeInput
    default_validators = [validate_year]


class GermanDecimalField(forms.DecimalField):
    """A number in German notation (`88.500`, `1.234,5`, `12,5`); accepts `12.5` too."""

    # type="number" would reject the German decimal comma in some browsers.
    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "localize": True})

    def to_python(self, value):
        if isinstance(value, str):
            value = re.sub(r"\s", "", value)
            # In "88.500" the point separates thousands; in "12.5" it can only be a decimal point.
            if "," in value or re.fullmatch(r"-?\d{1,3}(\.\d{3})+", value):
                value = value.replace(".", "")
        return super().to_python(value)


def limit_length(field: forms.Field, most: int) -> None:
    """Limit `field` to `most` characters although its column has no limit: its text is mailed."""
    field.validators.append(MaxLengthValidator(most))
    field.widget.attrs["maxlength"] = most


WIDGETS = {
    models.DateField: DateInput,
    models.DateTimeField: DateTimeInput,
    models.TimeField: TimeInput,
    models.ManyToManyField: CheckboxList,
}


def formfield_for(db_field: models.Field, **kwargs) -> forms.Field | None:
    """Return the form field of a model field. Use as `Meta.formfield_callback` of a ModelForm."""
    widget = WIDGETS.get(type(db_field))
    if widget:
        kwargs.setdefault("widget", widget)
    if isinstance(db_field, models.DecimalField):
        kwargs.setdefault("form_class", GermanDecimalField)
    # A DateTimeField is a DateField, too.
    if isinstance(db_field, models.DateField):
        is_moment = isinstance(db_field, models.DateTimeField)
        kwargs.setdefault("form_class", MomentField if is_moment else DayField)
    if isinstance(db_field, models.URLField):
        kwargs.setdefault("assume_scheme", "https")
    return db_field.formfield(**kwargs)


class WarnedForm(forms.Form):
    """A form whose service may raise `Warned`: it shows the concerns, and sent again it hands over
    their keys. Without `overrule_label` the concerns cannot be overruled.
    """

    heeded = forms.CharField(required=False, widget=forms.HiddenInput)
    overrule_label: str | Promise = _("Trotzdem speichern")
    concerns: Sequence[Concern] = ()

    @property
    def heeded_keys(self) -> frozenset[str]:
        return frozenset(self.cleaned_data.get("heeded", "").split())

    def show_concerns(self, warned: Warned) -> None:
        self.add_error(None, str(warned))
        self.concerns = warned.concerns
        # Copied, because `data` is an immutable QueryDict.
        data = self.data.copy()
        data[self.add_prefix("heeded")] = " ".join(concern.key for concern in self.concerns)
        self.data = data


class ReasonForm(forms.Form):
    """Why something is declined, postponed or cancelled. `help_text` says who reads the reason."""

    # The same length as in the models, so that mails quote it in full.
    reason = forms.CharField(
        label=_("Grund"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, help_text="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = help_text


class OutcomeForm(forms.Form):
    """What came of a dialogue or a visit. `help_text` says what to write down."""

    outcome = forms.CharField(label=_("Ergebnis"), widget=forms.Textarea(attrs={"rows": 8}))

    def __init__(self, *args, help_text="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].help_text = help_text
