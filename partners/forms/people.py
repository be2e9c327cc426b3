from collections.abc import Iterator
from typing import NamedTuple

from django import forms
from django.db.models import Q
from django.forms.models import ModelChoiceIterator, ModelChoiceIteratorValue
from django.utils.translation import gettext_lazy as _

from core.conflicts import VersionedForm
from core.forms import WarnedForm, formfield_for, offer, put_first, recently_used
from outbox.rendering.headers import validate_address
from partners.models import Organisation, Person
from partners.models.people import full_name
from partners.services import people


class ListedOrganisation(NamedTuple):
    label: str


class ListedPerson(NamedTuple):
    """What a list of people shows of one of them, under the names that `Person` has for it."""

    pk: int
    name: str
    email: str
    is_active: bool
    organisation_id: int | None
    organisation: ListedOrganisation | None


class PeopleToChoose(ModelChoiceIterator):
    """Offers people without making records of them and of their organisations, which takes longer
    than everything else on a page that lists hundreds.
    """

    def __iter__(self) -> Iterator[tuple]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        people = self.queryset.values_list(
            *("pk", "email", "is_active", "organisation_id"),
            *("organisation__short_name", "organisation__name"),
            *("title", "given_name", "family_name"),
        )
        for key, email, is_active, organisation, short_name, name, *names in people.iterator():
            listed = ListedOrganisation(short_name or name) if organisation else None
            person = ListedPerson(key, full_name(*names), email, is_active, organisation, listed)
            yield ModelChoiceIteratorValue(key, person), self.field.label_from_instance(person)


class PersonField(forms.ModelChoiceField):
    """A choice of contacts, each labelled with the organisation."""

    iterator = PeopleToChoose

    def label_from_instance(self, person: Person | ListedPerson) -> str:
        notes = [person.organisation.label] if person.organisation else []
        if not person.email:
            notes.append(_("ohne E-Mail-Adresse"))
        return f"{person.name} ({', '.join(map(str, notes))})" if notes else person.name


class PersonForm(VersionedForm, WarnedForm):
    """A contact with the internal note, which only the office may read."""

    fields_together = (
        ("salutation", "title", "given_name", "family_name", "letter_salutation"),
        ("organisation", "function"),
    )

    class Meta:
        model = Person
        fields = people.FIELDS
        formfield_callback = formfield_for
        widgets = {
            "salutation": forms.RadioSelect(attrs={"class": "choices--inline"}),
            "notes": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "title": _("So, wie er in der Anrede steht: „Dr.“ oder „Prof. Dr.“."),
            "family_name": _(
                "Ist nur die Funktion bekannt, steht sie hier, zum Beispiel „Leitung des Werks“."
            ),
            "letter_salutation": _(
                "Leer: aus Anrede, Titel und Namen, zum Beispiel „Sehr geehrte Frau Dr. …“. Das "
                "Komma setzt das Portal."
            ),
            "notes": _("Nur für die Geschäftsstelle sichtbar."),
            "is_active": _("Ohne Haken wird die Person nicht mehr zur Auswahl angeboten."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.overrule_label = _("Trotzdem anlegen")
        # Django accepts addresses that the portal cannot write to, such as quoted ones.
        self.fields["email"].validators.append(validate_address)
        in_order = Organisation.objects.order_by("search", "pk")
        offer(self, "organisation", in_order, Q(is_active=True))
        recent = recently_used(Person.objects, "organisation")
        put_first(self.fields["organisation"], recent, _("Zuletzt gewählt"))
        self.fields["organisation"].empty_label = _("keine Organisation")
