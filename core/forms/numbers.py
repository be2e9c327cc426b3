"""Fields for numbers in German notation."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import Unreadable
from core.numbers import MAX_DIGITS, WHOLE_NUMBER, parse_decimal, with_plain_spaces


class GermanIntegerField(forms.IntegerField):
    """A whole number as people type it: `1000`, `1.000`, `1 000`. Refuses `30,5` and `1.00`."""

    # type="number" sends nothing at all for "1.000" in some browsers, so that it would be lost.
    widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "input--number"})
    default_error_messages = {
        "invalid": _("Bitte geben Sie eine ganze Zahl ein, zum Beispiel 30 oder 1.000."),
        "too_long": _("Diese Zahl ist zu groß. Bitte prüfen Sie sie."),
    }

    def to_python(self, value):
        if isinstance(value, str):
            value = with_plain_spaces(value)
            if value and not WHOLE_NUMBER.fullmatch(value):
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
            value = value.replace(".", "").replace(" ", "")
            if len(value) > MAX_DIGITS:
                raise forms.ValidationError(self.error_messages["too_long"], code="too_long")
        return super().to_python(value)


class GermanDecimalField(forms.DecimalField):
    """A number in German notation (`88.500`, `1.234,5`, `12,5`); accepts `12.5` too."""

    # type="number" would reject the German decimal comma in some browsers.
    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "input--number"})
    default_error_messages = {
        "invalid": _("Bitte geben Sie eine Zahl ein, zum Beispiel 12,5 oder 1.000."),
    }

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "localize": True})

    def prepare_value(self, value):
        # The database pads numbers to all their places: "135,0000" reads like more than is known.
        return Decimal(f"{value.normalize():f}") if isinstance(value, Decimal) else value

    def to_python(self, value):
        if isinstance(value, str):
            value = with_plain_spaces(value)
            try:
                value = parse_decimal(value) if value else None
            except Unreadable as error:
                raise forms.ValidationError(str(error), code="invalid") from error
        return super().to_python(value)
