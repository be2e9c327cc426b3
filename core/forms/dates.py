"""Fields for dates and times, which accept what people type, and forms made of them.

The inputs are plain text: `type="date"` and `type="time"` send nothing at all for a value that the
browser does not understand, so that it would be lost. A script adds the browser's own calendar.
"""

import datetime as dt

from django import forms
from django.urls import reverse_lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.dates import ClockChange, berlin_moment, end_error
from core.typed_dates import (
    FIRST_YEAR,
    LAST_YEAR,
    Unreadable,
    parse_day,
    parse_moment,
    parse_time,
)

# With its script, so that only pages with such a field load it; a browser runs it once.
CALENDAR_TEMPLATE = "django/forms/widgets/calendar_input.html"
OPEN_CALENDAR = _("Kalender öffnen")


class DateInput(forms.DateInput):
    """A text field for a day, with a button for the calendar."""

    template_name = CALENDAR_TEMPLATE

    def __init__(self, attrs=None):
        super().__init__(
            {
                "class": "input--day",
                "placeholder": _("TT.MM.JJJJ"),
                "autocomplete": "off",
                "data-calendar": "day",
                "data-calendar-label": OPEN_CALENDAR,
                **(attrs or {}),
            },
            format="%d.%m.%Y",
        )


class DeadlineInput(DateInput):
    """A field for a day on which others have to act: it says at once that they will not be at work.

    With `asks`, they confirm the day beside the field; without JavaScript, the `AskedDayForm` asks
    once it was sent.
    """

    template_name = "django/forms/widgets/deadline_input.html"

    def __init__(self, attrs=None, *, asks=False):
        super().__init__(
            {
                "hx-get": format_lazy("{}{}", reverse_lazy("day_hint"), "?asks=1" if asks else ""),
                "hx-trigger": "load, input changed delay:400ms",
                "hx-target": "next [role=status]",
                # An answer without it, such as the page to sign in, leaves the line empty.
                "hx-select": "#day-hint",
                **(attrs or {}),
            }
        )


class DateTimeInput(forms.DateTimeInput):
    """A text field for day and time, with a button for the calendar."""

    template_name = CALENDAR_TEMPLATE

    def __init__(self, attrs=None):
        super().__init__(
            {
                "class": "input--moment",
                "placeholder": _("TT.MM.JJJJ, hh:mm"),
                "autocomplete": "off",
                "data-calendar": "moment",
                "data-calendar-label": OPEN_CALENDAR,
                **(attrs or {}),
            },
            format="%d.%m.%Y, %H:%M",
        )


class NativeDateInput(forms.DateInput):
    """The browser's own date field, for filters: a list that changes while somebody types needs
    complete dates.
    """

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    def __init__(self, attrs=None):
        super().__init__(
            {
                "class": "input--time",
                # Digits are enough: "1430" is read as 14:30.
                "inputmode": "numeric",
                "placeholder": _("hh:mm"),
                "autocomplete": "off",
                **(attrs or {}),
            },
            format="%H:%M",
        )


def validate_year(value: dt.date, first_year: int = FIRST_YEAR) -> None:
    """Reject years that can only be typing errors."""
    if not first_year <= value.year <= LAST_YEAR:
        raise forms.ValidationError(_("Bitte prüfen Sie das Jahr."))


def _read(parse, value):
    """Return `parse(value)`; what it cannot read becomes an error at the field."""
    try:
        return parse(value)
    except (Unreadable, ClockChange) as error:
        raise forms.ValidationError(str(error), code="invalid") from error


class DayField(forms.DateField):
    """A date within plausible years: a typing error must not set a deadline in 9999."""

    widget = DateInput
    default_validators = [validate_year]

    def to_python(self, value):
        if isinstance(value, str):
            value = _read(parse_day, value) if value.strip() else None
        return super().to_python(value)


class TimeField(forms.TimeField):
    widget = TimeInput

    def to_python(self, value):
        if isinstance(value, str):
            value = _read(parse_time, value) if value.strip() else None
        return super().to_python(value)


class MomentField(forms.DateTimeField):
    """A date with a time, within plausible years and in Berlin's time."""

    widget = DateTimeInput
    default_validators = [validate_year]

    def to_python(self, value):
        if isinstance(value, str):
            if not value.strip():
                return None
            # Years are checked later, by the validator.
            return _read(lambda typed: berlin_moment(*parse_moment(typed)), value)
        return super().to_python(value)


class PeriodForm(forms.Form):
    """A day with a start and an end, read in Berlin's time."""

    day = DayField(label=_("Tag"), error_messages={"required": _("Bitte nennen Sie den Tag.")})
    begins = TimeField(
        label=_("von"), error_messages={"required": _("Bitte nennen Sie, wann es beginnt.")}
    )
    ends = TimeField(
        label=_("bis"), error_messages={"required": _("Bitte nennen Sie, wann es endet.")}
    )

    def clean(self):
        values = super().clean()
        for name in ("begins", "ends"):
            try:
                # Only for the error: twice a year, an hour is left out or repeated.
                self._moment(name)
            except ClockChange as error:
                self.add_error(name, str(error))
        begins = values.get("begins")
        # Without a valid start, the error there is enough.
        if begins and (error := end_error(begins, values.get("ends"))):
            self.add_error("ends", error)
        return values

    @property
    def starts_at(self) -> dt.datetime | None:
        return self._moment("begins")

    @property
    def ends_at(self) -> dt.datetime | None:
        return self._moment("ends")

    def _moment(self, name: str) -> dt.datetime | None:
        day, time = self.cleaned_data.get("day"), self.cleaned_data.get(name)
        return berlin_moment(day, time) if day and time else None
