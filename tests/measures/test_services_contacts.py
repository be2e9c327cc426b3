"""Contacts: entering, replacing and removing them, and what becomes of them with a person."""

import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused, Warned
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import Contact
from measures.queries.contacts import contacts_to_ask
from measures.queries.people import DEPENDENTS
from measures.services import change_contact, create_contact, remove_contact
from measures.services.privacy import PERSON_DATA
from partners.models import Deputy, Person
from tests.measures.builders import (
    NOW,
    TODAY,
    make_contact,
    make_measure,
    make_project,
)
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
FIELDS = ("person", "role", "function", "position")


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def chamber():
    return make_organisation("Kammer")


def values(person, **changes) -> dict:
    return {"person": person, "role": "contact", "function": "", "position": 0, **changes}


def test_person_of_another_organisation_is_questioned_and_nobody_is_entered_twice(office, chamber):
    measure, project = make_measure(lead=chamber), make_project()
    measure.supporters.add(make_organisation("Verband"))
    stranger = make_person("Leitung", organisation=make_organisation("Werk"))
    call = {"owner": measure, "values": values(stranger), "by": office, "now": NOW}

    with pytest.raises(Warned, match="weder zur Federführung noch") as warned:
        create_contact(**call)
    contact = create_contact(heeded=[concern.key for concern in warned.value.concerns], **call)

    assert contact.history.get().history_change_reason == "Ansprechperson eingetragen"
    assert [str(concern) for concern in warned.value.concerns] == [
        "Leitung (Werk): gehört nicht zu Kammer oder den unterstützenden Akteuren"
    ]
    with nothing_changes(contact), pytest.raises(Refused, match="Leitung ist dort schon Kontakt."):
        create_contact(heeded=[concern.key for concern in warned.value.concerns], **call)
    # Nobody is known to take part in the project, so anybody may be the right one.
    assert create_contact(**call | {"owner": project}).owner == project


def test_contact_is_replaced_and_removed_by_the_office_alone(office, chamber):
    contact = make_contact(make_measure(lead=chamber), make_person(organisation=chamber))
    version = version_of(contact, FIELDS)
    new = values(make_person(organisation=chamber), role="deputy")
    change = {"contact": contact, "values": new, "version": version, "now": NOW}

    with nothing_changes(contact):
        for role in (SENATOR_OFFICE, OBSERVER, PARTNER):
            with pytest.raises(NotAllowed):
                change_contact(**change, by=make_user(role))
            with pytest.raises(NotAllowed):
                remove_contact(contact=contact, by=make_user(role), now=NOW)
    assert change_contact(**change, by=office).person == new["person"]
    with pytest.raises(ChangedMeanwhile):
        change_contact(**change, by=office)
    remove_contact(contact=contact, by=office, now=NOW)
    with pytest.raises(ChangedMeanwhile, match="inzwischen entfernt"):
        remove_contact(contact=contact, by=office, now=NOW)

    lines = Contact.history.order_by("history_id").values_list("history_change_reason", flat=True)
    assert list(lines)[1:] == ["Geändert: Person, Rolle", "Vertretung entfernt"]


def test_contacts_follow_a_merged_person_and_end_with_an_anonymised_one(office):
    source, target = make_person("Leitung"), make_person("Leitung")
    both, one = make_measure(title="Beide"), make_project("Eines")
    for person in (source, target):
        make_contact(both, person)
    moved = make_contact(one, source, function="Bau")

    lines = PERSON_DATA.move(source=source, target=target, by=office, now=NOW)

    assert lines == ["Ansprechperson von „Beide“", "Ansprechperson von „Eines“"]
    assert set(Contact.objects.values_list("person", "measure", "project")) == {
        (target.pk, both.pk, None),
        (target.pk, None, one.pk),
    }
    exported = {section.title: section.rows for section in PERSON_DATA.export(target, [])}
    assert exported["Kontakt von Maßnahmen und Projekten"][1] == [
        ("Maßnahme oder Projekt", "Eines"),
        ("Rolle", "Ansprechperson"),
        ("Funktion hier", "Bau"),
    ]
    needs = PERSON_DATA.needs(Person.objects.filter(pk=target.pk))
    assert sorted(need.why for need in needs) == [
        "Ansprechperson: „Beide“",
        "Ansprechperson: „Eines“",
    ]
    concerns = [concern.action_url for concern in DEPENDENTS.of_person(target)]
    assert f"/massnahmen/kontakte/{moved.pk}/bearbeiten/" in concerns
    done = PERSON_DATA.anonymise(person=target, traces=None, labels=None)
    assert done == ["2 Einträge als Kontakt"]
    assert not Contact.history.filter(person=target.pk).exists()


def test_contacts_of_finished_work_keep_nobody():
    person = make_person()
    make_contact(make_measure(phase="completed"), person)
    make_contact(make_project(ends_on=TODAY.replace(year=2020)), person)

    assert list(PERSON_DATA.needs(Person.objects.filter(pk=person.pk))) == []
    assert DEPENDENTS.of_person(person) == []


def test_those_to_ask_are_the_contacts_of_the_measures_whoever_is_away_last(chamber):
    measure = make_measure(lead=chamber)
    away, present, gone = (make_person(email=f"{name}@example.org") for name in "abc")
    for number, person in enumerate((away, present, gone, make_person(email=""))):
        make_contact(measure, person, position=number)
    make_contact(make_measure(lead=chamber), make_person(email="d@example.org"))
    Deputy.objects.create(principal=away, deputy=present, starts_on=TODAY.replace(year=2020))
    Person.objects.filter(pk=gone.pk).update(is_active=False)

    assert contacts_to_ask(measure.plan_id, [chamber.pk]) == [present.pk, away.pk]
