import pytest

from partners.forms import PersonField
from partners.models import Organisation, Person
from tests.partners.builders import make_organisation, make_person

pytestmark = pytest.mark.django_db


def test_people_are_offered_as_their_records_are_labelled_but_without_loading_them(monkeypatch):
    chamber = make_organisation("Handwerkskammer", short_name="HWK")
    works = make_organisation("Werk ohne Kurznamen")
    make_person("Leitung", title="Dr.", given_name="A.", organisation=chamber)
    make_person("Referat", organisation=works, email="")
    make_person("Büro")
    make_person("Pforte", email="")
    people = Person.objects.select_related("organisation").order_by("pk")
    field = PersonField(queryset=people, empty_label="keine")
    records = [(person.pk, field.label_from_instance(person)) for person in people]

    def refuse(*args):
        raise AssertionError("A record was made.")

    monkeypatch.setattr(Person, "from_db", refuse)
    monkeypatch.setattr(Organisation, "from_db", refuse)
    empty, *offered = field.choices

    assert empty == ("", "keine")
    assert [(value.value, label) for value, label in offered] == records
    assert [label for _key, label in records] == [
        "Dr. A. Leitung (HWK)",
        "Referat (Werk ohne Kurznamen, ohne E-Mail-Adresse)",
        "Büro",
        "Pforte (ohne E-Mail-Adresse)",
    ]
    organisations = [value.instance.organisation_id for value, _label in offered]
    assert organisations == [chamber.pk, works.pk, None, None]
