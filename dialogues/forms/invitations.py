"""The guest list of a dialogue and its release."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DayField
from partners.models import DistributionList, Organisation, Person


class GuestListForm(forms.Form):
    """Whom to put on the guest list: distribution lists, organisations, single people."""

    # No restriction to active people here: the service leaves out those without an address.
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
    """Until when guests are asked to reply, and how many invitations the button named."""

    rsvp_by = DayField(
        label=_("Antwort erbeten bis"),
        help_text=_(
            "Wer noch nicht geantwortet hat, wird 5 und 2 Arbeitstage vor diesem Tag erinnert."
        ),
    )
    expected = forms.IntegerField(widget=forms.HiddenInput)

    def expect(self, count: int) -> None:
        """Ask for `count` invitations, the number shown, when the form is sent again."""
        if self.is_bound:
            self.data = self.data.copy()
            self.data["expected"] = count
