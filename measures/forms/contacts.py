"""Whom to ask about a measure or project."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.conflicts import VersionedForm
from core.forms import PickList, WarnedForm, formfield_for, offer, put_first
from measures.models import Contact
from partners.forms import PersonField
from partners.models import Person


class ContactForm(VersionedForm, WarnedForm):
    """One contact; people of `close`, the organisations that take part, come first."""

    fields_together = (("person", "function"),)

    person = PersonField(
        label=_("Person"),
        queryset=Person.objects.none(),
        widget=PickList,
        empty_label=_("Bitte wählen"),
    )

    class Meta:
        model = Contact
        fields = ("person", "role", "function", "position")
        formfield_callback = formfield_for

    def __init__(self, *args, close: Iterable[int] = (), **kwargs):
        super().__init__(*args, **kwargs)
        people = Person.objects.known().select_related("organisation")
        in_order = people.order_by("organisation__search", "sort_name", "search", "pk")
        offer(self, "person", in_order, Q(is_active=True))
        own = people.filter(organisation__in=list(close), is_active=True)
        put_first(
            self.fields["person"],
            own.order_by("sort_name", "pk").values_list("pk", flat=True),
            _("Bei Federführung und unterstützenden Akteuren"),
        )
