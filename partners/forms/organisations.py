from django import forms
from django.utils.translation import gettext_lazy as _

from core.conflicts import VersionedForm
from core.forms import WarnedForm, formfield_for
from partners.models import Organisation, Sector
from partners.services import organisations


class OrganisationForm(VersionedForm, WarnedForm):
    fields_together = (("kind", "subkind"), ("street", "postcode", "city"))

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
        error_messages = {"name": {"unique": organisations.NAME_TAKEN}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.overrule_label = _("Trotzdem anlegen")
        # An empty group of check boxes would only confuse; the office adds sectors later.
        if not self.fields["sectors"].queryset.exists():
            del self.fields["sectors"]

    def _post_clean(self):
        super()._post_clean()
        if self.has_error("name", "unique"):
            # Shows the other one; the same name cannot be used twice.
            same = Organisation.objects.filter(name=self.data.get("name", "").strip())
            self.concerns, self.overrule_label = organisations.concerns_about(same), ""
