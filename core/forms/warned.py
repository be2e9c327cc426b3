"""Forms whose service may object, and be overruled."""

from collections.abc import Sequence

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import Concern, Warned
from core.forms.texts import CleanCharField


class WarnedForm(forms.Form):
    """A form whose service may raise `Warned`: it shows the concerns, and sent again it hands over
    their keys. Without `overrule_label` the concerns cannot be overruled.
    """

    heeded = CleanCharField(required=False, widget=forms.HiddenInput)
    overrule_label: str | Promise = _("Trotzdem speichern")
    concerns: Sequence[Concern] = ()
    error_title: str | Promise = ""

    @property
    def heeded_keys(self) -> frozenset[str]:
        return frozenset(self.cleaned_data.get("heeded", "").split())

    def show_concerns(self, warned: Warned) -> None:
        self.add_error(None, str(warned))
        # What was entered may well be right, so the summary must not ask to correct it.
        self.error_title = _("Noch nicht gespeichert")
        self.concerns = warned.concerns
        # Copied, because `data` is an immutable QueryDict.
        data = self.data.copy()
        data[self.add_prefix("heeded")] = " ".join(concern.key for concern in self.concerns)
        self.data = data
