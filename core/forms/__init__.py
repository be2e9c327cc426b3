"""Form fields and widgets, which of them model fields use, and forms that apps share."""

from core.forms.choices import CheckboxList, offer
from core.forms.dates import (
    DateInput,
    DateTimeInput,
    DayField,
    DeadlineInput,
    MomentField,
    NativeDateInput,
    PeriodForm,
    TimeField,
    TimeInput,
    validate_year,
)
from core.forms.modelfields import formfield_for
from core.forms.numbers import GermanDecimalField, GermanIntegerField
from core.forms.pick_lists import MOST_RECENT, PickList, put_first, recently_used
from core.forms.reasons import OutcomeForm, ReasonForm
from core.forms.texts import CleanCharField, CleanEmailField, CleanURLField, limit_length
from core.forms.warned import HEEDED_DAY, AskedDayForm, WarnedForm

__all__ = [
    "AskedDayForm",
    "CheckboxList",
    "CleanCharField",
    "CleanEmailField",
    "CleanURLField",
    "DateInput",
    "DateTimeInput",
    "DayField",
    "DeadlineInput",
    "GermanDecimalField",
    "GermanIntegerField",
    "HEEDED_DAY",
    "MOST_RECENT",
    "MomentField",
    "NativeDateInput",
    "OutcomeForm",
    "PickList",
    "PeriodForm",
    "ReasonForm",
    "TimeField",
    "TimeInput",
    "WarnedForm",
    "formfield_for",
    "limit_length",
    "offer",
    "put_first",
    "recently_used",
    "validate_year",
]
