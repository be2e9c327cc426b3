"""Forms to propose dates and to fix one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.conflicts import SeenForm
from core.errors import Concern
from core.forms import PeriodForm, WarnedForm
from dialogues.enums import HostPreference
from dialogues.models import DateOption

MAX_DATES = 3  # proposed at once


class DateOptionForm(PeriodForm, WarnedForm):
    """One date, and how it suits the host. Rows left empty are ignored."""

    host_preference = forms.ChoiceField(
        label=_("Für den Gastgeber"),
        # Without repeating the label of the field.
        choices=[
            (HostPreference.PREFERRED.value, _("bevorzugt")),
            (HostPreference.POSSIBLE.value, _("möglich")),
        ],
        initial=HostPreference.POSSIBLE,
    )

    def has_changed(self):
        # A row that was emptied after a warning is empty, whatever its hidden field says.
        return any(name != "heeded" for name in self.changed_data)

    @property
    def option(self) -> dict:
        """The arguments that `create_date_option` takes, in the portal's time zone."""
        return {
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "host_preference": self.cleaned_data["host_preference"],
            "heeded": self.heeded_keys,
        }


class BaseDateOptionFormSet(forms.BaseFormSet):
    overrule_label = _("Trotzdem vorschlagen")

    def clean(self):
        # Skipped if a single date has errors, because then something was entered.
        if not any(self.errors) and not self.filled:
            raise forms.ValidationError(_("Bitte tragen Sie mindestens einen Termin ein."))

    @property
    def filled(self) -> list[DateOptionForm]:
        """The forms in which something was entered."""
        return [form for form in self.forms if form.has_changed()]

    @property
    def concerns(self) -> list[Concern]:
        """What to look at first about any of the dates, once each."""
        return list(dict.fromkeys(found for form in self.forms for found in form.concerns))


# `absolute_max` also stops forged requests, which can claim any number of forms.
DateOptionFormSet = forms.formset_factory(
    DateOptionForm,
    formset=BaseDateOptionFormSet,
    extra=MAX_DATES,
    max_num=MAX_DATES,
    absolute_max=MAX_DATES,
)


class FixDateForm(SeenForm, WarnedForm):
    """A choice of the dates that the senator's office accepted."""

    overrule_label = _("Trotzdem festlegen")

    option = forms.ModelChoiceField(
        label=_("Welcher Termin soll es sein?"),
        queryset=DateOption.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect(attrs={"class": "choices--cards"}),
    )

    moves_programme = forms.BooleanField(
        label=_("Uhrzeiten im Programm an den Beginn anpassen"), required=False, initial=True
    )

    def __init__(self, *args, options, programme_changes=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["option"].queryset = options
        self.fields["option"].label_from_instance = self._label
        # Shown side by side, because the office knows whether the programme moves as a whole.
        self.fields["moves_programme"].help_text = " ".join(programme_changes)
        if not programme_changes:
            del self.fields["moves_programme"]

    @property
    def moves(self) -> bool:
        return self.cleaned_data.get("moves_programme", False)

    @staticmethod
    def _label(option: DateOption) -> str:
        return f"{option} ({option.get_host_preference_display()})"
