"""Days and rounds of the past to look at or to compare. These forms are sent by GET."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from core.dates import format_date
from core.forms import DayField
from measures.models import Plan, ReportingRound

FUTURE_MESSAGE = _("Dieser Tag liegt in der Zukunft. Bitte nennen Sie einen bis heute.")
ORDER_MESSAGE = _("„von“ liegt nicht vor „bis“. Bitte nennen Sie zuerst den früheren Tag.")


class PastDayField(DayField):
    """A day whose end the history can tell: today at the latest. Forms set `today`."""

    today = dt.date.max

    def validate(self, value):
        super().validate(value)
        if value and value > self.today:
            raise forms.ValidationError(FUTURE_MESSAGE)

    def bound_data(self, data, initial):
        # Addresses name the day as ISO 8601 does; people read and type German dates.
        try:
            return format_date(dt.date.fromisoformat(data or ""))
        except ValueError:
            return super().bound_data(data, initial)


class StandForm(forms.Form):
    """The day whose end a page of measures shows."""

    stand = PastDayField(label=_("Stand am"), required=False)

    def __init__(self, *args, today: dt.date, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["stand"].today = today


class DaysForm(forms.Form):
    """Two days in the life of one plan."""

    plan = forms.ModelChoiceField(label=_("Plan"), queryset=Plan.objects.none(), empty_label=None)
    von = PastDayField(label=_("von"))
    bis = PastDayField(label=_("bis"))

    def __init__(self, *args, plans, today: dt.date, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = plans
        for name in ("von", "bis"):
            self.fields[name].today = today

    def clean(self):
        values = super().clean()
        first, last = values.get("von"), values.get("bis")
        if first and last and first >= last:
            self.add_error("von", ORDER_MESSAGE)
        return values


class RoundChoice(forms.ModelChoiceField):
    def __init__(self, **kwargs):
        super().__init__(queryset=ReportingRound.objects.none(), empty_label=None, **kwargs)

    def label_from_instance(self, obj: ReportingRound) -> str:
        return f"{obj.title} ({obj.plan})"


class RoundsForm(forms.Form):
    """Two closed rounds of one plan; `rounds` are those that keep the plan, with their plans."""

    runde_von = RoundChoice(label=_("von"))
    runde_bis = RoundChoice(label=_("bis"))

    def __init__(self, *args, rounds, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("runde_von", "runde_bis"):
            self.fields[name].queryset = rounds
        latest = list(rounds[:2])
        self.has_choice = len(latest) > 1
        if self.has_choice:
            self.initial = {"runde_bis": latest[0], "runde_von": latest[1]} | self.initial

    def clean(self):
        values = super().clean()
        first, last = values.get("runde_von"), values.get("runde_bis")
        if not first or not last:
            return values
        if first.plan_id != last.plan_id:
            self.add_error("runde_bis", _("Bitte wählen Sie zwei Berichtsrunden desselben Plans."))
        elif (first.cut_off_on, first.pk) >= (last.cut_off_on, last.pk):
            self.add_error("runde_von", _("Bitte wählen Sie zuerst die frühere Berichtsrunde."))
        return values
