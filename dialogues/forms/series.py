from django import forms
from django.utils.translation import gettext_lazy as _

from core.conflicts import VersionedForm
from core.forms import formfield_for
from dialogues.enums import SeriesState
from dialogues.models import DialogueSeries


class SeriesForm(VersionedForm):
    class Meta:
        model = DialogueSeries
        fields = ("title", "period", "description", "internal_notes")
        formfield_callback = formfield_for
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "internal_notes": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].help_text = _("Zum Beispiel „Reihe 2019“.")
        self.fields["period"].help_text = _("Zum Beispiel „Herbst 2019 bis Sommer 2020“.")
        # What the senator refused stays on record as it was submitted.
        if self.instance.pk and self.instance.state == SeriesState.REFUSED:
            for name in ("title", "period", "description"):
                self.fields[name].disabled = True
            self.fields["title"].help_text = _(
                "Bleibt, wie die Reihe vorgelegt wurde; ändern lässt sich der Vermerk."
            )
            self.fields["period"].help_text = ""
