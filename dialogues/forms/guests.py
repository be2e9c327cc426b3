"""Forms of the page that adds guests."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import CleanCharField, WarnedForm
from dialogues.queries import GuestSearch
from partners.enums import OrganisationKind
from partners.models import DistributionList, Organisation, Person, Sector


class GuestListForm(WarnedForm):
    """A choice of distribution lists, organisations and single people."""

    overrule_label = _("Trotzdem auf die Gästeliste setzen")

    # Not limited here: the service skips inactive people and those without an address.
    lists = forms.ModelMultipleChoiceField(
        label=_("Verteiler"), queryset=DistributionList.objects.all(), required=False
    )
    organisations = forms.ModelMultipleChoiceField(
        label=_("Organisationen"), queryset=Organisation.objects.all(), required=False
    )
    people = forms.ModelMultipleChoiceField(
        label=_("Personen"), queryset=Person.objects.all(), required=False
    )

    @property
    def chosen(self) -> dict:
        """The lists, organisations and people to add, as `add_guests` takes them."""
        return {
            name: self.cleaned_data.get(name, ()) for name in ("lists", "organisations", "people")
        }

    def clean(self):
        values = super().clean()
        if not any(self.chosen.values()):
            raise forms.ValidationError(_("Bitte kreuzen Sie an, wer auf die Gästeliste soll."))
        return values


class GuestSearchForm(forms.Form):
    """What limits the choice. Invalid values limit nothing."""

    q = CleanCharField(
        label=_("Organisation oder Person"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    sector = forms.ModelChoiceField(
        label=_("Branche"),
        queryset=Sector.objects.order_by("name", "pk"),
        required=False,
        empty_label=_("alle"),
    )
    kind = forms.ChoiceField(
        label=_("Art"), choices=[("", _("alle")), *OrganisationKind.choices], required=False
    )
    list = forms.ModelChoiceField(
        label=_("Mitglieder des Verteilers"),
        queryset=DistributionList.objects.order_by("name", "pk"),
        required=False,
        empty_label=_("alle"),
    )

    @property
    def ignored_note(self) -> str:
        """Says that what was typed limits nothing, because it is no search; else empty."""
        if "q" not in self.errors:
            return ""
        return gettext("Der Suchbegriff ist zu lang und schränkt die Auswahl nicht ein.")

    @property
    def search(self) -> GuestSearch:
        # Nobody asks whether the search is valid: what a bookmark names may be deleted, and limits
        # nothing then.
        self.full_clean()
        values = self.cleaned_data
        return GuestSearch(
            words=values.get("q", ""),
            sector=values.get("sector"),
            kind=values.get("kind", ""),
            list=values.get("list"),
        )
