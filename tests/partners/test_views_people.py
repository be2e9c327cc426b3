"""The list, page, forms and export of people."""

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.roles import OFFICE, PARTNER, SENATOR_OFFICE
from partners.models import Person
from tests.outbox.builders import make_draft, make_invitation_draft, make_mail, make_recipient
from tests.partners.builders import make_deputyship, make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    account = make_user(OFFICE)
    client.force_login(account)
    return account


def rows_of(answer) -> list[tuple]:
    sheet = load_workbook(BytesIO(answer.content)).active
    # Title, source and an empty row stand above the table.
    return list(sheet.iter_rows(min_row=4, values_only=True))


def test_partner_keeps_the_organisation(client, office):
    person = make_user(PARTNER).person
    url = reverse("partners:person_edit", args=[person.pk])
    version = client.get(url).context["form"].initial["version"]

    page = client.post(
        url,
        {
            "family_name": person.name,
            "salutation": "neutral",
            "is_active": "on",
            "version": version,
        },
    ).content.decode()

    person.refresh_from_db()
    assert "braucht deshalb eine Organisation" in page
    assert person.organisation_id is not None


def test_new_address_says_which_mails_follow_and_which_went_to_the_former_one(client, office):
    person = make_person("Leitung", email="alt@example.org")
    to = make_recipient(email="alt@example.org", name="Leitung")
    now = timezone.now()
    make_mail(make_draft(to=to), now=now)
    gone = make_mail(make_invitation_draft(to=to), now=now, state="sent", sent_at=now)

    url = reverse("partners:person_edit", args=[person.pk])
    values = {"family_name": "Leitung", "salutation": "neutral", "is_active": "on"}
    version = client.get(url).context["form"].initial["version"]
    values |= {"email": "neu@example.org", "version": version}
    page = client.post(url, values, follow=True).content.decode()

    assert (
        "Die Angaben sind gespeichert. 1 wartende E-Mail geht jetzt an die neue Adresse. "
        "Ein Kalendereintrag an der bisherigen Adresse bleibt stehen, auch wenn der Termin "
        "ausfällt: Absagen gehen nur an die neue. An die bisherige Adresse ging: "
        f'<a href="{gone.get_absolute_url()}">Einladung: Infrastruktur &amp; Netze</a></div>'
    ) in page


@pytest.mark.parametrize("mime", ["", "Content-Type: text/calendar; method=REQUEST"])
def test_new_address_says_that_a_calendar_entry_stays_at_the_former_one(client, office, mime):
    person = make_person("Leitung", email="alt@example.org")
    to = make_recipient(email="alt@example.org", name="Leitung")
    now = timezone.now()
    make_mail(make_invitation_draft(to=to), now=now, state="sent", sent_at=now, mime=mime)
    url = reverse("partners:person_edit", args=[person.pk])
    values = {"family_name": "Leitung", "salutation": "neutral", "is_active": "on"}

    page = client.post(url, values | {"email": "neu@example.org"}, follow=True).content.decode()

    sentence = (
        "Ein Kalendereintrag an der bisherigen Adresse bleibt stehen, auch wenn der Termin "
        "ausfällt: Absagen gehen nur an die neue."
    )
    assert (sentence in page) is bool(mime)


def test_mails_that_went_to_the_former_address_are_a_list(client, office):
    person = make_person("Leitung", email="alt@example.org")
    to = make_recipient(email="alt@example.org", name="Leitung")
    now = timezone.now()
    drafts = [make_invitation_draft(to=to, event=str(number)) for number in range(4)]
    mails = [make_mail(draft, now=now, state="sent", sent_at=now) for draft in drafts]

    url = reverse("partners:person_edit", args=[person.pk])
    values = {"family_name": "Leitung", "salutation": "neutral", "is_active": "on"}
    version = client.get(url).context["form"].initial["version"]
    values |= {"email": "neu@example.org", "version": version}
    page = client.post(url, values, follow=True).content.decode()

    assert 'An die bisherige Adresse gingen:<ul class="notice__list"><li>' in page
    assert [f'<li><a href="{mail.get_absolute_url()}">' in page for mail in mails] == [
        False,
        True,
        True,
        True,
    ]
    assert '?q=alt%40example.org">alle ansehen</a></li></ul></div>' in page


def test_export_has_the_note_for_the_office_only(client, office):
    make_person(notes="Bitte nur vormittags.")
    assert rows_of(client.get(reverse("partners:people_export")))[0][-1] == "interner Vermerk"

    client.force_login(make_user(SENATOR_OFFICE))
    assert rows_of(client.get(reverse("partners:people_export")))[0][-1] == "Stand"


def test_address_that_no_mail_can_reach_is_refused(client, office):
    answer = client.post(
        reverse("partners:person_add"),
        {"family_name": "Leitung", "salutation": "neutral", "email": '"leitung"@example.org'},
    )

    assert "An diese Adresse kann das Portal nicht schreiben" in answer.content.decode()
    assert not Person.objects.filter(family_name="Leitung").exists()


def test_partner_gets_404_for_people_of_others(client):
    stranger = make_person(organisation=make_organisation())
    client.force_login(make_user(PARTNER))

    assert client.get(stranger.get_absolute_url()).status_code == 404


def test_deputy_sees_what_the_principal_sees(client):
    principal, deputy = make_user(PARTNER), make_user(PARTNER)
    colleague = make_person(organisation=principal.person.organisation)
    make_deputyship(principal, deputy)
    client.force_login(deputy)

    assert client.get(colleague.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("role", (SENATOR_OFFICE, PARTNER))
def test_internal_note_is_for_the_office_only(client, role):
    organisation = make_organisation()
    person = make_person(organisation=organisation, notes="Bitte nur vormittags anrufen.")
    url = reverse("partners:person", args=[person.pk])

    client.force_login(make_user(role, organisation=organisation))
    assert "vormittags" not in client.get(url).content.decode()

    client.force_login(make_user(OFFICE))
    assert "vormittags" in client.get(url).content.decode()


@pytest.mark.parametrize("count", (1, 30))
def test_list_costs_the_same_number_of_queries(client, count, django_assert_num_queries):
    organisation = make_organisation()
    for _number in range(count):
        make_user(PARTNER, organisation=organisation)
    client.force_login(make_user(OFFICE))

    with django_assert_num_queries(7):
        client.get(reverse("partners:people"))


def test_double_is_shown_with_its_page_before_it_is_created(client, office):
    existing = make_person("Leitung Einkauf", email="Einkauf@Werk.example", function="Einkauf")
    typed = {
        "family_name": "Neue Leitung",
        "salutation": "neutral",
        "email": "einkauf@werk.example",
        "is_active": "on",
    }
    url = reverse("partners:person_add")

    answer = client.post(url, typed)

    page = answer.content.decode()
    assert f'<a href="{existing.get_absolute_url()}" target="_blank">Leitung Einkauf' in page
    assert "Einkauf, Einkauf@Werk.example" in page
    assert "Trotzdem anlegen" in page
    assert 'value="Neue Leitung"' in page
    assert not Person.objects.filter(family_name="Neue Leitung").exists()

    heeded = answer.context["form"]["heeded"].value()
    assert client.post(url, typed | {"heeded": heeded}).status_code == 302
    assert Person.objects.filter(family_name="Neue Leitung").exists()


@pytest.mark.parametrize("text", ["abc", "1.5", "None", "%00", "999999999999999999999"])
def test_new_person_ignores_an_organisation_that_cannot_be_one(client, text):
    client.force_login(make_user(OFFICE))

    response = client.get(f"{reverse('partners:person_add')}?organisation={text}")

    assert response.status_code == 200
    assert response.context["form"]["organisation"].value() is None
