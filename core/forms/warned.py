"""Forms whose service may object, and be overruled."""

from collections.abc import Sequence

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.dates import concerns_about_day
from core.errors import Concern, Warned, require_heeded
from core.forms.texts import CleanCharField

HEEDED_DAY = "heeded_day"  # the tick that `day_hint` shows


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


class AskedDayForm(WarnedForm):
    """A form that asks about a weekend or holiday in its field `asked_day`, a `DeadlineInput` which
    `asks`: the tick beside it answers before the form is sent, so that no chosen file is lost.
    """

    asked_day = "due_on"
    question: str | Promise = _("Bitte sehen Sie sich den Tag an. Noch ist nichts gespeichert.")

    @property
    def heeded_keys(self) -> frozenset[str]:
        return super().heeded_keys | frozenset(self.data.get(HEEDED_DAY, "").split())

    def clean(self):
        values = super().clean()
        day = values.get(self.asked_day)
        # Once nothing else is wrong, or somebody overrules it only to be refused.
        if day and not self.errors:
            try:
                require_heeded(concerns_about_day(day), self.heeded_keys, str(self.question))
            except Warned as warned:
                self.show_concerns(warned)
        return values
