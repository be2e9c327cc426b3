"""Forms to keep somebody longer, and to anonymise them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.conflicts import SeenForm
from core.forms import CleanCharField, DayField
from partners.models import Person
from partners.services import privacy


class KeepForm(SeenForm):
    """Until when and why somebody is kept longer than others."""

    until = DayField(
        label=_("Behalten bis"),
        required=False,
        help_text=_("Leer: nicht länger als andere."),
    )
    reason = CleanCharField(
        label=_("Grund"),
        max_length=200,
        required=False,
        help_text=_("Zum Beispiel ein laufendes Verfahren. Nur für die Geschäftsstelle sichtbar."),
    )

    def __init__(self, *args, instance: Person, **kwargs):
        initial = {"until": instance.kept_until, "reason": instance.kept_reason}
        fields = privacy.KEPT_FIELDS
        super().__init__(*args, instance=instance, seen_fields=fields, initial=initial, **kwargs)

    @property
    def values(self) -> dict:
        """The arguments `until`, `reason` and `seen` of `keep_person`."""
        given = {name: self.cleaned_data[name] for name in ("until", "reason")}
        return given | {"seen": self.version_shown}


class ErasureForm(forms.Form):
    """The fingerprint of what the page showed before somebody is anonymised."""

    version = CleanCharField(widget=forms.HiddenInput)

    def show_version(self, version: str) -> None:
        # Copied, because `data` of a sent form is immutable; the page may be shown for the second
        # time.
        self.data = self.data.copy()
        self.data["version"] = self.initial["version"] = version
