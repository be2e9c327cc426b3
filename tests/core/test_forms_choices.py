import pytest
from django import forms
from django.db.models import Q

from core.forms import offer
from partners.models import DistributionList, Organisation, Person
from tests.partners.builders import make_organisation, make_person

pytestmark = pytest.mark.django_db


class ContactForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = ("organisation",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, "organisation", Organisation.objects.order_by("search"), Q(is_active=True))


class ListForm(forms.ModelForm):
    class Meta:
        model = DistributionList
        fields = ("members",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, "members", Person.objects.order_by("search"), Q(is_active=True))


def labels(form, name: str) -> list[str]:
    return [str(label) for value, label in form.fields[name].choices if value]


def test_only_active_records_are_offered():
    make_organisation("Alt GmbH", is_active=False)
    make_organisation("Neu GmbH")

    assert labels(ContactForm(), "organisation") == ["Neu GmbH"]


def test_present_record_stays_although_it_is_no_longer_active():
    make_organisation("Neu GmbH")
    old = make_organisation("Alt GmbH", is_active=False)
    person = make_person(organisation=old)

    form = ContactForm({"organisation": old.pk}, instance=person)

    assert form.is_valid()
    assert form.cleaned_data["organisation"] == old
    assert labels(form, "organisation") == ["Alt GmbH (nicht mehr aktiv)", "Neu GmbH"]


def test_each_of_several_present_records_stays():
    left, other = make_person("Anders", is_active=False), make_person("Ferner", is_active=False)
    members = DistributionList.objects.create(name="Presse")
    members.members.set([left])

    form = ListForm({"members": [left.pk]}, instance=members)

    assert form.is_valid()
    assert labels(form, "members") == ["Anders (nicht mehr aktiv)"]
    assert not ListForm({"members": [left.pk, other.pk]}, instance=members).is_valid()
