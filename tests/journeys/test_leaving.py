"""Before a person, an account or an organisation is closed, the office sees what depends on it."""

import re

import pytest

from approvals.enums import ApprovalState
from core.conflicts import version_of
from core.errors import Warned
from core.roles import OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, RsvpState, TopicState
from dialogues.mails import mail_date_fixed
from media_visits.enums import VisitState
from partners.models import Organisation, Person
from partners.services import (
    change_organisation,
    change_person,
    dependents_of_account,
    organisations,
    people,
)
from tests.approvals.builders import NOW, make_approval
from tests.dialogues.builders import make_dialogue, make_invitation, make_topic
from tests.measures.builders import make_measure
from tests.media_visits.builders import make_visit
from tests.outbox.builders import make_draft, make_mail, make_recipient
from tests.partners.builders import make_deputyship, make_organisation, make_person, make_user
from tests.unchanged import mails_written

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE, email="geschaeftsstelle@example.org")


def close(record, office, *, heeded=()):
    """Set a person or an organisation to *nicht mehr aktiv* as the office does."""
    is_person = isinstance(record, Person)
    service, fields = (
        (change_person, people.FIELDS) if is_person else (change_organisation, organisations.FIELDS)
    )
    record = type(record).objects.get(pk=record.pk)
    return service(
        **{"person" if is_person else "organisation": record},
        values={"is_active": False},
        version=version_of(record, fields),
        heeded=heeded,
        by=office,
        now=NOW,
    )


def lines(concerns) -> list[tuple[str, str]]:
    return [(concern.label, concern.text) for concern in concerns]


def test_person_who_is_needed_is_closed_only_after_a_warning(office):
    person = make_person("Leitung Werk", email="gast@example.org")
    hosted = make_dialogue(DialogueState.SCHEDULED, title="Flächen", host_contact=person)
    make_dialogue(DialogueState.CLOSED, host_contact=person)
    make_invitation(make_dialogue(DialogueState.INVITED, title="Netze"), person=person)
    make_invitation(make_dialogue(DialogueState.INVITED), RsvpState.DECLINED, person=person)
    make_mail(make_draft(to=make_recipient()))

    with pytest.raises(Warned, match=r"^Diese Person ist noch eingetragen\. ") as warned:
        close(person, office)

    assert lines(warned.value.concerns) == [
        ("Leitung Werk", "1 E-Mail wartet noch und wird zurückgezogen"),
        ("Flächen", "Ansprechperson beim Gastgeber"),
        ("Netze", "Gast, Antwort: offen"),
    ]
    person.refresh_from_db()
    assert person.is_active
    close(person, office, heeded=[concern.key for concern in warned.value.concerns])
    person.refresh_from_db()
    assert not person.is_active
    assert hosted.get_absolute_url() in [concern.url for concern in warned.value.concerns]


def test_organisation_that_is_needed_is_closed_only_after_a_warning(office):
    organisation = make_organisation("Turbinenbau AG")
    make_person("Leitung Werk", organisation=organisation)
    make_measure(title="Flächen sichern", lead=organisation)
    make_dialogue(DialogueState.PLANNING, title="Netze", host=organisation)
    make_visit(VisitState.IDEA, title="Rundgang", company=organisation)
    make_visit(VisitState.CANCELLED, company=organisation)

    with pytest.raises(Warned, match=r"^Diese Organisation ist noch eingetragen\. ") as warned:
        close(organisation, office)

    assert sorted(label for label, _text in lines(warned.value.concerns)) == [
        "Flächen sichern",
        "Leitung Werk",
        "Netze",
        "Rundgang",
    ]
    assert Organisation.objects.get(pk=organisation.pk).is_active
    close(organisation, office, heeded=[concern.key for concern in warned.value.concerns])
    assert not Organisation.objects.get(pk=organisation.pk).is_active


def test_nothing_is_warned_of_where_nothing_depends(office):
    person, organisation = make_person(), make_organisation()

    close(person, office)
    close(organisation, office)

    assert not Person.objects.get(pk=person.pk).is_active
    assert not Organisation.objects.get(pk=organisation.pk).is_active


def test_account_has_deputyships_topics_and_reports_that_others_must_take_over():
    account, deputy = make_user(PARTNER), make_user(PARTNER)
    make_deputyship(account, deputy)
    make_topic(TopicState.DRAFT, title="Energie", proposed_by=account)
    make_topic(TopicState.APPROVED, proposed_by=account)
    make_measure(lead=account.person.organisation)

    found = dict(lines(dependents_of_account(account)))

    assert found["Energie"] == "Thema im Stand „Entwurf“"
    assert found[str(account.person.organisation)] == (
        "niemand sonst kann für 1 Maßnahme berichten"
    )
    assert len(found) == 3


def test_account_of_the_senators_office_has_decisions_to_make():
    senator = make_user(SENATOR_OFFICE)
    make_approval(ApprovalState.OPEN)

    text = "1 Freigabe wartet auf eine Entscheidung; danach entscheidet: "
    assert lines(dependents_of_account(senator)) == [("Freigaben", text + "niemand")]
    other = make_user(SENATOR_OFFICE)
    assert lines(dependents_of_account(senator)) == [("Freigaben", text + str(other))]


def test_page_that_closes_an_account_lists_what_depends_on_it(client, office):
    client.force_login(office)
    account = make_user(PARTNER)
    topic = make_topic(TopicState.DRAFT, title="Energie", proposed_by=account)

    page = client.get(f"/partner/personen/{account.person_id}/konto/deaktivieren/")

    assert f'<a href="{topic.get_absolute_url()}">Energie</a>: Thema im Stand' in (
        page.content.decode()
    )


def test_contact_of_the_host_who_left_is_not_told_of_the_date(office):
    senator = make_user(SENATOR_OFFICE)
    contact = make_person(is_active=False)
    dialogue = make_dialogue(DialogueState.SCHEDULED, host_contact=contact)

    mail_date_fixed(dialogue, by=office, now=NOW)

    assert mails_written() == [("date_fixed", senator.email)]


@pytest.mark.parametrize(
    ("make", "note", "action"),
    [
        (
            lambda gone, person: make_dialogue(DialogueState.SCHEDULED, host=gone),
            "Der Gastgeber Turbinenbau AG ist nicht mehr aktiv.",
            "Anderen Gastgeber eintragen",
        ),
        (
            lambda gone, person: make_dialogue(DialogueState.SCHEDULED, host_contact=person),
            "Die Ansprechperson beim Gastgeber, Leitung Werk, ist nicht mehr aktiv;",
            "Andere Person eintragen",
        ),
        (
            lambda gone, person: make_dialogue(DialogueState.PLANNING, host=gone),
            "Turbinenbau AG ist nicht mehr aktiv. Fragen Sie einen anderen Betrieb.",
            "Anderen Gastgeber eintragen",
        ),
        (
            lambda gone, person: make_measure(lead=gone),
            "Die Federführung Turbinenbau AG ist nicht mehr aktiv.",
            "Andere Federführung eintragen",
        ),
        (
            lambda gone, person: make_visit(VisitState.IDEA, company=gone),
            "Das Unternehmen Turbinenbau AG ist nicht mehr aktiv.",
            "Anderes Unternehmen eintragen",
        ),
    ],
)
def test_pages_say_who_has_left_and_what_to_do(client, office, make, note, action):
    client.force_login(office)
    gone = make_organisation("Turbinenbau AG", is_active=False)
    record = make(gone, make_person("Leitung Werk", is_active=False))

    page = re.sub(r"\s+", " ", client.get(record.get_absolute_url()).content.decode())

    assert note in page
    assert f'href="{record.get_absolute_url()}bearbeiten/"' in page
    assert action in page
