"""The name of a saved filter."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import CleanCharField


class SavedFilterForm(forms.Form):
    name = CleanCharField(
        label=_("Name"),
        max_length=60,
        help_text=_("Zum Beispiel „Rot ohne gesicherte Finanzierung“. Nur Sie sehen sie."),
    )
