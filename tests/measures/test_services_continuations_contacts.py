"""The contacts that come along when a plan is carried on."""

import pytest

from core.roles import OFFICE
from measures.models import Contact, Measure
from measures.services import (
    continue_measures,
    merge_measures,
    split_measure,
    undo_continuation,
)
from tests.measures.builders import NOW, make_contact, make_measure, make_plan
from tests.partners.builders import make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def old():
    return make_plan("Plan A")


@pytest.fixture
def new(old):
    return make_plan("Plan B", is_published=False, predecessor=old)


def people_at(measure: Measure) -> list[str]:
    return [contact.person.name for contact in measure.contacts.in_order()]


def test_contacts_come_along_with_role_function_and_order_but_not_who_has_left(office, old, new):
    measure, head, deputy = make_measure(old), make_person("Leitung"), make_person("Referat")
    make_contact(measure, head, function="Flächen", position=2)
    make_contact(measure, deputy, role="deputy", position=1)
    make_contact(measure, make_person("Früher", is_active=False))

    (found,) = continue_measures(measures=[measure], plan=new, by=office, now=NOW)

    contacts = found.successors.get().contacts.in_order()
    assert [(c.person, c.role, c.function, c.position, c.origin) for c in contacts] == [
        (deputy, "deputy", "", 1, "entered"),
        (head, "contact", "Flächen", 2, "entered"),
    ]
    line = contacts[0].history.get()
    assert (line.history_user, line.history_date) == (office, NOW)
    assert line.history_change_reason == "Aus der Vorgängerin mitgenommen"


def test_merged_measures_bring_each_contact_once_and_parts_all_of_them(office, old, new):
    first, second, third = (make_measure(old, title=title) for title in "abc")
    shared, own = make_person("Beide"), make_person("Zweite")
    for measure, person in ((first, shared), (second, shared), (second, own), (third, own)):
        make_contact(measure, person)
    present = make_measure(new, title="Teil 1")
    make_contact(present, own, function="Schon hier")

    merge_measures(measures=[first, second], plan=new, title="Beides", by=office, now=NOW)
    split_measure(
        measure=third, plan=new, successors=[present], titles=["Teil 2"], by=office, now=NOW
    )

    merged, part = new.measures.get(title="Beides"), new.measures.get(title="Teil 2")
    assert (people_at(merged), people_at(part)) == (["Beide", "Zweite"], ["Zweite"])
    assert [contact.function for contact in present.contacts.all()] == ["Schon hier"]


def test_undone_decision_takes_back_the_contacts_it_alone_brought(office, old, new):
    first, second = make_measure(old, title="a"), make_measure(old, title="b")
    shared, gone, changed, entered = (make_person(name) for name in ("S", "G", "C", "E"))
    present = make_measure(new, title="Beides")
    make_contact(present, entered)
    for measure, person in (
        (first, gone),
        (first, shared),
        (first, changed),
        (first, entered),
        (second, shared),
    ):
        make_contact(measure, person)
    found = merge_measures(
        measures=[first, second], plan=new, successor=present, by=office, now=NOW
    )
    contact = present.contacts.get(person=changed)
    contact.function = "Jetzt zuständig"
    contact.save()

    undo_continuation(continuation=found[0], by=office, now=NOW)

    assert sorted(people_at(present)) == ["C", "E", "S"]
    assert Contact.history.filter(person=gone).first().history_change_reason == (
        "Entscheidung zurückgenommen: zusammengeführt"
    )


def test_copy_with_nothing_but_carried_contacts_goes_with_its_decision(office, old, new):
    measure, kept = make_measure(old, title="a"), make_measure(old, title="b")
    for one in (measure, kept):
        make_contact(one)
    first, second = continue_measures(measures=[measure, kept], plan=new, by=office, now=NOW)
    make_contact(second.successors.get(), make_person("Neu"))

    assert undo_continuation(continuation=first, by=office, now=NOW) == []
    undo_continuation(continuation=second, by=office, now=NOW)

    assert [(m.title, people_at(m)) for m in new.measures.all()] == [("b", ["Neu"])]
