"""Forms for pausing reminders and for changing a rule."""

import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import CleanCharField, DayField, GermanIntegerField
from reminders.registry import Option, Setting
from reminders.schedules import Schedule
from reminders.services import MAX_WORKING_DAYS_BEFORE


class PauseForm(forms.Form):
    until_on = DayField(
        label=gettext_lazy("Letzter Tag der Pause"),
        required=False,
        help_text=gettext_lazy("Bleibt das Feld leer, gilt die Pause, bis jemand sie aufhebt."),
    )
    reason = CleanCharField(
        label=gettext_lazy("Grund"),
        required=False,
        max_length=300,
        help_text=gettext_lazy(
            "Sieht nur die Geschäftsstelle, zum Beispiel „telefonisch geklärt“."
        ),
    )

    @property
    def values(self) -> dict:
        return self.cleaned_data


class DaysField(CleanCharField):
    """Numbers of working days as people type them, `10, 3, 0`; cleans to a list of integers."""

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "max_length": 60, **kwargs})
        self.widget.attrs["inputmode"] = "text"

    def to_python(self, value):
        # Users separate numbers by commas, semicolons or spaces, and may add a full stop; "1.5" is
        # none of these.
        parts = re.split(r"\.?[,;\s]+", super().to_python(value).strip(" ,;."))
        if not all(re.fullmatch(r"\d{1,3}|", part) for part in parts):
            raise forms.ValidationError(
                _("Bitte schreiben Sie ganze Zahlen mit Komma dazwischen, zum Beispiel 10, 3.")
            )
        return [int(part) for part in parts if part]


class RuleForm(forms.Form):
    """The schedule of a rule, with only those fields and options that the rule has."""

    before = DaysField(
        label=gettext_lazy("Arbeitstage vorher"),
        help_text=gettext_lazy(
            "Zahlen mit Komma, zum Beispiel „10, 3, 0“. Die 0 steht für den Tag selbst."
        ),
    )
    after = DaysField(
        label=gettext_lazy("Arbeitstage danach"),
        help_text=gettext_lazy("Zahlen mit Komma, zum Beispiel „1, 3, 5“."),
    )
    weekly = forms.BooleanField(
        label=gettext_lazy("Danach jede Woche weiter erinnern"), required=False
    )
    is_active = forms.BooleanField(
        label=gettext_lazy("Diese Regel ist eingeschaltet"),
        required=False,
        help_text=gettext_lazy(
            "Ohne Haken erinnert sie niemanden. Für eine Weile genügt eine Pause."
        ),
    )
    version = CleanCharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, schedule: Schedule, **kwargs):
        initial = {
            "before": ", ".join(map(str, schedule.before)),
            "after": ", ".join(map(str, schedule.after)),
            "weekly": schedule.weekly,
            "is_active": schedule.is_active,
            "version": schedule.version,
        } | {f"option_{key}": setting for key, setting in schedule.options}
        super().__init__(*args, initial=initial, **kwargs)
        rule = schedule.rule
        possible = {
            "before": bool(rule.before),
            "after": bool(rule.after),
            "weekly": rule.weekly is not None,
        }
        for name, is_possible in possible.items():
            if not is_possible:
                del self.fields[name]
        self.options = rule.options
        for option in self.options:
            self.fields[f"option_{option.key}"] = option_field(option)
        # `order_fields` appends the rest, so the switch for the whole rule comes last.
        self.order_fields([name for name in self.fields if name != "is_active"])

    @property
    def values(self) -> dict:
        """Arguments of `change_rule`: `before`, `after`, `weekly`, `is_active` and `options`."""
        entered = {key: value for key, value in self.cleaned_data.items() if key != "version"}
        options: dict[str, Setting] = {
            option.key: entered.pop(f"option_{option.key}") for option in self.options
        }
        # Defaults for the fields that this rule does not have.
        return {"before": [], "after": [], "weekly": False, "options": options} | entered

    @property
    def version_shown(self) -> str:
        return self.cleaned_data["version"]

    def accept_version(self, version: str) -> None:
        """Let the next save overwrite `version`, which the refusal has described to the user."""
        self.data = self.data.copy()
        self.data["version"] = version


def option_field(option: Option) -> forms.Field:
    """Return a check box for a switch, otherwise a field for a number of working days."""
    if option.is_switch:
        return forms.BooleanField(label=option.label, help_text=option.help_text, required=False)
    return GermanIntegerField(
        label=option.label,
        help_text=option.help_text,
        required=False,
        min_value=1,
        max_value=MAX_WORKING_DAYS_BEFORE,
    )
