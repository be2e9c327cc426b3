"""What the page of all answers asks besides the reports, and whom the office asks to answer."""

from collections.abc import Iterable

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.conflicts import VersionedForm
from core.forms import formfield_for, offer
from core.roles import PARTNER
from measures.models import Milestone, ReportRequest
from measures.models.milestones import DELAY_MESSAGE
from measures.services.milestones import is_unexplained_delay
from partners.models import Organisation, Person

HAS_ACCOUNT = Q(user__is_active=True, user__groups__name=PARTNER)


class ForecastForm(VersionedForm):
    """When the lead expects to reach a milestone, and why later than planned."""

    class Meta:
        model = Milestone
        fields = ("forecast_on", "forecast_reason")
        formfield_callback = formfield_for
        labels = {"forecast_on": _("voraussichtlich erreicht am")}
        widgets = {"forecast_reason": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["forecast_reason"].is_conditional = True

    def clean(self):
        cleaned = super().clean()
        names = ("forecast_on", "forecast_reason")
        if is_unexplained_delay(self.instance.due_on, *(cleaned.get(name) for name in names)):
            self.add_error("forecast_reason", DELAY_MESSAGE)
        return cleaned


class RequestForm(VersionedForm):
    """Whom to ask who has no account."""

    class Meta:
        model = ReportRequest
        fields = ("organisation", "person", "is_sole")
        formfield_callback = formfield_for

    def __init__(self, *args, leads: Iterable[int] = (), **kwargs):
        super().__init__(*args, **kwargs)
        organisations = Organisation.objects.only("name", "short_name", "is_active")
        offer(self, "organisation", organisations.order_by("search", "pk"), Q(pk__in=list(leads)))
        people = Person.objects.select_related("organisation").order_by("search", "pk")
        offer(self, "person", people, Q(is_active=True) & ~Q(email="") & ~HAS_ACCOUNT)
