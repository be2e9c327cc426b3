"""Which form field a model field gets."""

from django import forms
from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy as _

from core.forms.choices import CheckboxList
from core.forms.dates import DateInput, DateTimeInput, DayField, MomentField, TimeField, TimeInput
from core.forms.numbers import GermanDecimalField, GermanIntegerField
from core.forms.pick_lists import PickList
from core.forms.texts import CleanCharField, CleanEmailField, CleanURLField

WIDGETS = {
    models.DateField: DateInput,
    models.DateTimeField: DateTimeInput,
    models.TimeField: TimeInput,
    models.ForeignKey: PickList,
    models.ManyToManyField: CheckboxList,
}
# Subclasses before their base class.
FORM_CLASSES = {
    models.EmailField: CleanEmailField,
    models.URLField: CleanURLField,
    models.CharField: CleanCharField,
    models.TextField: CleanCharField,
    models.DateTimeField: MomentField,
    models.DateField: DayField,
    models.TimeField: TimeField,
    models.DecimalField: GermanDecimalField,
    models.IntegerField: GermanIntegerField,
}


def formfield_for(db_field: models.Field, **kwargs) -> forms.Field | None:
    """Return the form field of a model field. Use as `Meta.formfield_callback` of a ModelForm."""
    widget = WIDGETS.get(type(db_field))
    if widget:
        kwargs.setdefault("widget", widget)
    for kind, form_class in FORM_CLASSES.items():
        if isinstance(db_field, kind):
            kwargs.setdefault("form_class", form_class)
            break
    if isinstance(db_field, models.IntegerField):
        # SQLite reports no limit, although PostgreSQL could not store the number.
        _low, high = BaseDatabaseOperations.integer_field_ranges[db_field.get_internal_type()]
        kwargs.setdefault("max_value", high)
    field = db_field.formfield(**kwargs)
    if field:
        _name_the_blank(field)
    return field


def _name_the_blank(field: forms.Field) -> None:
    """Say in words what Django shows as a row of dashes."""
    label = _("Bitte wählen") if field.required else _("keine Angabe")
    if isinstance(field, forms.ModelMultipleChoiceField):
        return
    if isinstance(field, forms.ModelChoiceField):
        # None: a required field with a present value offers no blank.
        field.empty_label = None if field.empty_label is None else label
    elif isinstance(field, forms.ChoiceField):
        field.choices = [
            (value, label if (value, text) == BLANK_CHOICE_DASH[0] else text)
            for value, text in field.choices
        ]
