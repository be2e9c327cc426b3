"""Whom the office asks to report who has no account."""

from collections.abc import Iterable
from operator import attrgetter

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.conflicts import VersionedForm
from core.forms import PickList, formfield_for, offer, put_first
from core.queries import keys_from
from core.roles import PARTNER
from measures.models import ReportRequest
from measures.queries.contacts import contacts_to_ask
from partners.models import Organisation, Person

HAS_ACCOUNT = Q(user__is_active=True, user__groups__name=PARTNER)


class LeadPickList(PickList):
    """People to pick from; those of the lead chosen in the same form come first."""

    owner_field = "organisation"
    owner_label = _("Bei der gewählten Federführung")

    @staticmethod
    def owner_of(record: Person) -> int | None:
        return record.organisation_id


class RequestForm(VersionedForm):
    """Whom to ask who has no account; people of the leads of the round come first."""

    fields_together = (("organisation", "person"),)

    class Meta:
        model = ReportRequest
        fields = ("organisation", "person", "is_sole")
        formfield_callback = formfield_for
        widgets = {"person": LeadPickList}

    def __init__(self, *args, leads: Iterable[int] = (), **kwargs):
        super().__init__(*args, **kwargs)
        leads = list(leads)
        organisations = Organisation.objects.only("name", "short_name", "is_active")
        offer(self, "organisation", organisations.order_by("search", "pk"), Q(pk__in=leads))
        # By organisation: many people are called alike there, "Geschäftsführung" most of all.
        people = Person.objects.select_related("organisation").order_by(
            "organisation__search", "sort_name", "search", "pk"
        )
        self.fields["person"].label_from_instance = attrgetter("name_with_organisation")
        offer(self, "person", people, Q(is_active=True) & ~Q(email="") & ~HAS_ACCOUNT)
        chosen = self["organisation"].value()
        plan = self.instance.round.plan_id if self.instance.round_id else None
        # Whoever is named at the measures knows more of them than others of the organisation.
        close = contacts_to_ask(plan, keys_from([str(chosen)]) or leads)
        own = self.fields["person"].queryset.filter(organisation__in=leads)
        keys = sorted(
            own.values_list("pk", "organisation"), key=lambda pair: str(pair[1]) != str(chosen)
        )
        put_first(
            self.fields["person"],
            [*close, *(pk for pk, _organisation in keys if pk not in close)],
            _("Kontakte der Maßnahmen und Federführungen")
            if close
            else _("Bei den Federführungen dieser Berichtsrunde"),
        )
