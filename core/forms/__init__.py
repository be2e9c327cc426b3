"""Form fields and widgets, which of them model fields use, and forms that apps share."""

from core.forms.choices import CheckboxList, offer
from core.forms.dates import (
    DateInput,
    DateTimeInput,
    DayField,
    MomentField,
    NativeDateInput,
    PeriodForm,
    TimeField,
    TimeInput,
    validate_year,
)
from core.forms.modelfields import formfield_for
from core.forms.numbers import GermanDecimalField, GermanIntegerField
from core.forms.reasons import OutcomeForm, ReasonForm
from core.forms.texts import CleanCharField, CleanEmailField, CleanURLField, limit_length
from core.forms.warned import WarnedForm

__all__ = [
    "CheckboxList",
    "CleanCharField",
    "CleanEmailField",
    "CleanURLField",
    "DateInput",
    "DateTimeInput",
    "DayField",
    "GermanDecimalField",
    "GermanIntegerField",
    "MomentField",
    "NativeDateInput",
    "OutcomeForm",
    "PeriodForm",
    "ReasonForm",
    "TimeField",
    "TimeInput",
    "WarnedForm",
    "formfield_for",
    "limit_length",
    "offer",
    "validate_year",
]
