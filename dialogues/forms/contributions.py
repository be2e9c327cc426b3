"""Forms for what companies contribute to a dialogue."""

from collections.abc import Collection

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.conflicts import VersionedForm
from core.forms import PickList, WarnedForm, formfield_for, offer, put_first
from core.queries import keys_from
from dialogues.models import Contribution
from partners.forms import PersonField
from partners.models import Organisation, Person


class ColleaguePickList(PickList):
    """People to pick from; those of the organisation chosen in the same form come first."""

    owner_field = "organisation"
    owner_label = _("Bei der gewählten Organisation")

    @staticmethod
    def owner_of(record: Person) -> int | None:
        return record.organisation_id


class ContributionForm(VersionedForm, WarnedForm):
    """What an organisation contributes: three fields are enough, so that the office can keep up
    during the talk.
    """

    fields_together = (("organisation", "person"),)
    person = PersonField(
        label=_("Person"),
        queryset=Person.objects.none(),
        required=False,
        widget=ColleaguePickList,
        empty_label=_("keine Angabe"),
    )

    class Meta:
        model = Contribution
        fields = ("kind", "title", "organisation", "text", "person")
        formfield_callback = formfield_for
        widgets = {
            "kind": forms.RadioSelect(attrs={"class": "choices--inline"}),
            "organisation": PickList,
            "text": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args, present: Collection[int] = (), **kwargs):
        """`present` are the organisations that take part in the dialogue."""
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        kind.choices = [choice for choice in kind.choices if choice[0]]
        offer(
            self, "organisation", Organisation.objects.order_by("search", "pk"), Q(is_active=True)
        )
        put_first(self.fields["organisation"], present, _("Eingeladen"))
        people = Person.objects.select_related("organisation")
        in_order = people.order_by("organisation__search", "sort_name", "search", "pk")
        offer(self, "person", in_order, Q(is_active=True))
        # For browsers without JavaScript, where the order cannot follow the choice.
        if chosen := keys_from([str(self["organisation"].value())]):
            own = people.filter(organisation__in=chosen).values_list("pk", flat=True)
            put_first(self.fields["person"], own, ColleaguePickList.owner_label)
