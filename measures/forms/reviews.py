"""With which other light the office accepts a report."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.enums import TRAFFIC_LIGHT_MEANINGS, TrafficLight
from core.forms import CleanCharField
from measures.models.reports import OfficialLight


class OfficialLightForm(forms.Form):
    light = forms.ChoiceField(
        label=_("Amtliche Ampel"),
        widget=forms.RadioSelect,
        choices=[
            (colour, f"{colour.label}: {TRAFFIC_LIGHT_MEANINGS[colour]}") for colour in TrafficLight
        ],
    )
    reason = CleanCharField(
        label=_("Grund"),
        widget=forms.Textarea,
        max_length=4000,
        help_text=_("Steht auf der Seite der Maßnahme neben der Ampel."),
    )
    help_wanted = CleanCharField(
        label=_("Gewünschte Entscheidung oder Hilfe"),
        widget=forms.Textarea,
        max_length=4000,
        required=False,
        help_text=_("Bei Rot nötig: Wer soll was entscheiden oder tun?"),
    )
    # Which submission the office has read.
    shown = CleanCharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["help_wanted"].is_conditional = True

    @property
    def official(self) -> OfficialLight:
        return OfficialLight(*(self.cleaned_data[name] for name in OfficialLight._fields))
