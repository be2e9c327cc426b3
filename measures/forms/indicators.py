"""Forms of indicators, their targets and their values."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.conflicts import VersionedForm
from core.errors import Unreadable
from core.forms import CleanCharField, formfield_for
from core.periods import parse_period
from core.tables import ACCEPT_TABLES
from measures.models import Indicator, IndicatorTarget, IndicatorValue


class PeriodField(CleanCharField):
    """A period as people name it: `2024`, `3. Quartal 2024`, `März 2024`, `18.06.2024`."""

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_period(text)
        except Unreadable as error:
            raise forms.ValidationError(str(error), code="invalid") from error


class IndicatorForm(VersionedForm):
    fields_together = (("unit", "decimals"), ("baseline_value", "baseline_on"))

    class Meta:
        model = Indicator
        fields = (
            "title",
            "unit",
            "direction",
            "decimals",
            "baseline_value",
            "baseline_on",
            "source",
            "position",
        )
        formfield_callback = formfield_for


class EndIndicatorForm(VersionedForm):
    """When an indicator ended and why; both are needed, which the model leaves open."""

    fields_stand_alone = False

    class Meta:
        model = Indicator
        fields = ("ended_on", "ended_reason")
        formfield_callback = formfield_for

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = True


class TargetForm(VersionedForm):
    fields_stand_alone = False

    class Meta:
        model = IndicatorTarget
        fields = ("due_on", "value")
        formfield_callback = formfield_for


class ValueForm(VersionedForm):
    fields_stand_alone = False
    shown_fields = ("starts_on", "ends_on")
    period = PeriodField(
        label=_("Zeitraum"),
        max_length=60,
        help_text=_("Zum Beispiel 2024, 3. Quartal 2024, März 2024 oder 30.06.2024."),
    )
    field_order = ["period"]

    class Meta:
        model = IndicatorValue
        fields = ("value", "note", "source")
        formfield_callback = formfield_for

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["period"] = str(self.instance.period)

    @property
    def values(self) -> dict:
        values = super().values
        if period := self.cleaned_data.get("period"):
            values |= {"starts_on": period.starts_on, "ends_on": period.ends_on}
        return values


class ValuesForm(forms.Form):
    """A table of values, pasted or from a file, whose rows then stand in the text."""

    rows = CleanCharField(
        label=_("Zeilen aus einer Tabelle"),
        required=False,
        strip=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 10, "class": "input--rows", "spellcheck": "false"}),
        help_text=_(
            "In Excel markieren und kopieren, hier einfügen. Spalten: Zeitraum, Wert, Bemerkung, "
            "Quelle. Eine Zeile mit Überschriften darf dabei sein. Leere Bemerkungen und Quellen "
            "lassen stehen, was eingetragen ist."
        ),
    )
    file = forms.FileField(
        label=_("oder eine Datei"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPT_TABLES}),
        help_text=_("Excel (.xlsx) oder CSV. Gelesen wird das erste Blatt."),
    )
    shown = CleanCharField(required=False, widget=forms.HiddenInput)
