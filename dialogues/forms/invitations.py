"""Forms to add guests and to release invitations."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DayField, GermanIntegerField
from partners.models import DistributionList, Organisation, Person


class GuestListForm(forms.Form):
    """A choice of distribution lists, organisations and single people."""

    # Not limited here: the service skips inactive people and those without an address.
    lists = forms.ModelMultipleChoiceField(queryset=DistributionList.objects.all(), required=False)
    organisations = forms.ModelMultipleChoiceField(
        queryset=Organisation.objects.all(), required=False
    )
    people = forms.ModelMultipleChoiceField(queryset=Person.objects.all(), required=False)

    def clean(self):
        values = super().clean()
        if not any(values.get(name) for name in self.fields):
            raise forms.ValidationError(_("Bitte kreuzen Sie an, wer auf die Gästeliste soll."))
        return values


class ReleaseForm(forms.Form):
    """The deadline for replies, and the number of invitations shown on the button."""

    rsvp_by = DayField(
        label=_("Antwort erbeten bis"),
        help_text=_(
            "Wer noch nicht geantwortet hat, wird 5 und 2 Arbeitstage vor diesem Tag erinnert."
        ),
    )
    expected = GermanIntegerField(widget=forms.HiddenInput)

    def expect(self, count: int) -> None:
        """Make the next submission confirm `count` invitations, the number shown now."""
        # A bound form would repeat the number that was submitted.
        if self.is_bound:
            self.data = self.data.copy()
            self.data["expected"] = count
