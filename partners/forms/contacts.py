"""Forms for organisations, people and distribution lists."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.conflicts import VersionedForm
from core.forms import formfield_for
from outbox.rendering.headers import validate_address
from partners.models import DistributionList, Organisation, Person, Sector
from partners.services import lists, organisations, people


class OrganisationForm(VersionedForm):
    """An organisation in the order people think: who it is, where it is, what it does here."""

    sectors = forms.ModelMultipleChoiceField(
        label=_("Branchen"),
        queryset=Sector.objects.order_by("name", "pk"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Organisation
        fields = organisations.FIELDS
        formfield_callback = formfield_for
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "short_name": _("Zum Beispiel „IHK Berlin“. Er steht in Listen, wo wenig Platz ist."),
            "is_active": _("Ohne Haken wird die Organisation nicht mehr zur Auswahl angeboten."),
        }
        error_messages = {
            "name": {"unique": _("Eine Organisation mit diesem Namen gibt es schon.")}
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.fields["sectors"].queryset.exists():
            del self.fields["sectors"]


class PersonForm(VersionedForm):
    """A contact. The internal note is for the office, which alone opens this form."""

    class Meta:
        model = Person
        fields = people.FIELDS
        formfield_callback = formfield_for
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "notes": _("Nur für die Geschäftsstelle sichtbar."),
            "is_active": _("Ohne Haken wird die Person nicht mehr zur Auswahl angeboten."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].validators.append(validate_address)
        field = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(is_active=True).order_by("search", "pk")
        if self.instance.organisation_id:
            field.queryset |= Organisation.objects.filter(pk=self.instance.organisation_id)
        field.empty_label = _("keine Organisation")


class DistributionListForm(VersionedForm):
    """Name and purpose of a list; its members have a page of their own."""

    class Meta:
        model = DistributionList
        fields = lists.FIELDS
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        error_messages = {"name": {"unique": _("Einen Verteiler mit diesem Namen gibt es schon.")}}
