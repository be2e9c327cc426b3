from django import forms

from core.conflicts import VersionedForm
from core.forms import formfield_for
from partners.models import DistributionList
from partners.services import lists


class DistributionListForm(VersionedForm):
    """Name and purpose of a list; its members have a page of their own."""

    class Meta:
        model = DistributionList
        fields = lists.FIELDS
        formfield_callback = formfield_for
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        error_messages = {"name": {"unique": lists.NAME_TAKEN}}
