"""Everything about an organisation or a person, as far as the viewer may see it."""

import pytest
from django.urls import reverse

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, NeedState, TopicState
from media_visits.enums import VisitState
from tests.dialogues.builders import (
    make_dialogue,
    make_invitation,
    make_need,
    make_series,
    make_topic,
)
from tests.measures.builders import (
    make_document,
    make_link,
    make_measure,
    make_plan,
    make_project,
    make_request,
    make_round,
)
from tests.media_visits.builders import make_coverage, make_visit
from tests.outbox.builders import make_draft, make_mail
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db
SHARED_MAILBOX = "kontakt@example.org"


@pytest.fixture
def company():
    return make_organisation("Werk am Kanal GmbH")


@pytest.fixture
def contact(company):
    return make_person("Leitung Einkauf", organisation=company, email=SHARED_MAILBOX)


@pytest.fixture
def dialogue(company, contact):
    """One record of each kind about the company and its contact; a hidden measure among them."""
    plan = make_plan()
    make_measure(plan, "Flächen sichern", lead=company)
    make_measure(plan, "Netze ausbauen").supporters.add(company)
    make_measure(plan, "Noch nicht veröffentlicht", lead=company, is_published=False)
    proposer = make_user(PARTNER, organisation=company)
    topic = make_topic(TopicState.PROPOSED, title="Abwärme nutzen", proposed_by=proposer)
    dialogue = make_dialogue(
        DialogueState.INVITED, title="Wärme", topic=topic, host=company, host_contact=contact
    )
    invitation = make_invitation(dialogue, person=contact)
    make_mail_about(invitation.mail_key, "Einladung zum Gespräch", SHARED_MAILBOX)
    make_mail_about(f"topic:{topic.pk}", "Ihr Thema", "thema@example.org")
    make_mail_about("invitation:999999", "Einladung einer anderen Person", SHARED_MAILBOX)
    make_need(title="Gleisanschluss", raised_by=company, contact=contact)
    make_need(NeedState.PROMISED, title="Praktikumsplätze", addressee=company)
    visit = make_visit(VisitState.ANNOUNCED, title="Rundgang", company=company, is_published=True)
    make_coverage(title="Bericht vom Rundgang", visit=visit)
    return dialogue


def make_mail_about(key: str, subject: str, recipient: str) -> None:
    mail = make_mail(make_draft(subject_key=key, event=subject))
    mail.subject, mail.recipient = subject, recipient
    mail.save()


def groups(client, role: str, subject, **fields) -> dict[str, list[str]]:
    """Return the titles by relation that an account of `role` sees."""
    client.force_login(make_user(role, **fields))
    name = "organisation_related" if hasattr(subject, "short_name") else "person_related"
    response = client.get(reverse(name, args=[subject.pk]), headers={"HX-Request": "true"})
    return {group.key: [hit.title for hit in group.hits] for group in response.context["groups"]}


OF_COMPANY = {
    "federfuehrung": ["Flächen sichern", "Noch nicht veröffentlicht"],
    "unterstuetzung": ["Netze ausbauen"],
    "gastgeber": ["Wärme"],
    "themen": ["Abwärme nutzen"],
    "bedarfe": ["Gleisanschluss"],
    "gerichtete-bedarfe": ["Praktikumsplätze"],
    "einladungen": ["Wärme"],
    "besuche": ["Werk am Kanal GmbH: Rundgang"],
    "presse": ["Stadtblatt: Bericht vom Rundgang"],
    "mails": ["Ihr Thema", "Einladung zum Gespräch"],
}


def test_office_sees_everything_about_an_organisation(client, company, dialogue):
    assert groups(client, OFFICE, company) == OF_COMPANY


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        (OFFICE, "Zurzeit gibt es zu dieser Organisation keinen Vorgang."),
        (SENATOR_OFFICE, "Zurzeit gibt es zu dieser Organisation keinen Vorgang."),
        (OBSERVER, "keinen Vorgang, den Sie sehen dürfen."),
    ],
)
def test_nothing_is_said_to_be_hidden_from_insiders(client, company, role, sentence):
    client.force_login(make_user(role))

    page = client.get(reverse("organisation_related", args=[company.pk])).content.decode()

    assert sentence in page


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        (SENATOR_OFFICE, {"mails"}),
        (OBSERVER, {"mails", "themen", "einladungen", "bedarfe"}),
    ],
)
def test_others_see_what_they_may_see_elsewhere(client, company, dialogue, role, hidden):
    seen = groups(client, role, company)

    led = OF_COMPANY["federfuehrung"] if role == SENATOR_OFFICE else ["Flächen sichern"]
    expected = OF_COMPANY | {"federfuehrung": led}
    assert seen == {key: titles for key, titles in expected.items() if key not in hidden}


def test_own_organisation_sees_its_topics_invitations_and_dialogues(client, company, dialogue):
    seen = groups(client, PARTNER, company, organisation=company)

    assert seen == {key: titles for key, titles in OF_COMPANY.items() if key != "mails"}


def test_mails_are_found_by_matter_and_not_by_address(client, contact, dialogue):
    assert groups(client, OFFICE, contact) == {
        "einladungen": ["Wärme"],
        "ansprechperson": ["Wärme"],
        "bedarfe": ["Gleisanschluss"],
        "mails": ["Einladung zum Gespräch"],
    }


def test_request_to_report_by_link_is_listed_for_the_office(client, company, contact):
    running = make_round(make_plan())
    make_request(running, company, person=contact)

    assert groups(client, OFFICE, contact) == {"berichtsanfragen": [running.title]}
    assert groups(client, SENATOR_OFFICE, contact) == {}


@pytest.fixture
def materials(company):
    """An open and an internal document and link of what the company takes part in; others beside
    them that have nothing to do with it.
    """
    led = make_measure(title="Flächen sichern", lead=company)
    led.supporters.add(company, make_organisation())
    project = make_project("Netz")
    project.supporters.add(company)
    make_document(led, "Gutachten", is_internal=False)
    make_document(led, "Vermerk")
    make_link(project, "Beschluss", url="https://www.example.org/b", is_internal=False)
    make_link(make_measure(lead=company, is_published=False), "Entwurf", is_internal=False)
    make_link(make_measure(), "Fremd", is_internal=False)
    return led


@pytest.mark.parametrize(
    ("role", "documents", "links"),
    [
        (OFFICE, ["Vermerk", "Gutachten"], ["Entwurf", "Beschluss"]),
        (SENATOR_OFFICE, ["Gutachten"], ["Entwurf", "Beschluss"]),
        (OBSERVER, ["Gutachten"], ["Beschluss"]),
    ],
)
def test_documents_and_links_of_its_measures_and_projects_by_role(
    client, company, materials, role, documents, links
):
    seen = groups(client, role, company)

    assert (seen["dokumente"], seen["links"]) == (documents, links)


def test_document_leads_to_the_measure_that_it_is_about(client, company, materials):
    client.force_login(make_user(OFFICE))

    found = client.get(reverse("organisation_related", args=[company.pk])).context["groups"]

    hits = {hit.title: (hit.url, hit.note) for group in found for hit in group.hits}
    url = f"{materials.get_absolute_url()}#dokumente"
    assert hits["Vermerk"] == (url, "Flächen sichern · PDF, 2,0\xa0KB · intern")
    assert hits["Beschluss"][1] == "Netz · https://www.example.org/b"


def test_mails_about_an_announced_visit_are_found(client, company, contact):
    visit = make_visit(company=company)
    visit.informed.add(contact)
    make_mail_about(f"visit:{visit.pk}:{contact.pk}", "Ankündigung", "neu@example.org")
    make_mail_about(f"visit:{visit.pk}:999999", "An andere", SHARED_MAILBOX)

    assert groups(client, OFFICE, contact)["mails"] == ["Ankündigung"]
    assert groups(client, OFFICE, company)["mails"] == ["Ankündigung"]


@pytest.mark.parametrize(("role", "sees"), [(OFFICE, 1), (SENATOR_OFFICE, 1), (PARTNER, 0)])
def test_open_records_that_somebody_is_in_charge_of_are_shown_to_insiders(client, role, sees):
    company = make_organisation("Werk am Kanal GmbH")
    account = make_user(OFFICE, organisation=company)
    make_measure(make_plan(), "Flächen sichern", responsible=account)
    make_series(title="Reihe Nord", responsible=account)
    make_topic(TopicState.PROPOSED, title="Abwärme nutzen", responsible=account)
    make_dialogue(title="Wärme", responsible=account)
    make_dialogue(DialogueState.CLOSED, title="Vorbei", responsible=account)
    make_visit(VisitState.APPROVED, title="Rundgang", company=company, responsible=account)

    expected = {
        "zustaendig-massnahmen": ["Flächen sichern"],
        "zustaendig-reihen": ["Reihe Nord"],
        "zustaendig-themen": ["Abwärme nutzen"],
        "zustaendig-gespraeche": ["Wärme"],
        "zustaendig-besuche": ["Werk am Kanal GmbH: Rundgang"],
    }
    seen = groups(client, role, account.person, organisation=company)
    assert seen == (expected if sees else {})


def test_more_than_five_are_counted_and_listed_on_a_page_of_their_own(client, company):
    plan = make_plan()
    for number in range(7):
        make_measure(plan, f"Maßnahme {number}", lead=company)
    client.force_login(make_user(OFFICE))
    url = reverse("organisation_related", args=[company.pk])

    (group,) = client.get(url).context["groups"]
    every = client.get(group.more_url)

    assert (len(group.hits), group.count, group.more_url) == (5, 7, f"{url}?art=federfuehrung")
    assert [hit.title for hit in every.context["page"]] == [f"Maßnahme {n}" for n in range(7)]


def test_other_organisations_and_their_people_are_not_found(client, company, contact):
    client.force_login(make_user(PARTNER))

    for name, subject in (("organisation_related", company), ("person_related", contact)):
        assert client.get(reverse(name, args=[subject.pk])).status_code == 404


def test_page_asks_as_often_for_many_records_as_for_one(
    client, company, contact, dialogue, django_assert_num_queries
):
    client.force_login(make_user(OFFICE))
    url = reverse("organisation_related", args=[company.pk])
    client.get(url)
    proposer = make_user(PARTNER, organisation=company)

    with django_assert_num_queries(18):
        client.get(url)
    for number in range(3):
        make_topic(title=f"Thema {number}", proposed_by=proposer)
        make_visit(title=f"Besuch {number}", company=company)
    with django_assert_num_queries(18):
        client.get(url)
