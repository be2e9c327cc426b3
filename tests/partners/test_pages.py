"""Every role at every page of *Konto* and *Partner*."""

import pytest
from django.urls import reverse

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from partners.models import Deputy, DistributionList
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db

OWN = (OFFICE, SENATOR_OFFICE, PARTNER, OBSERVER)
HOUSE = (OFFICE, SENATOR_OFFICE)

# url name → what its argument is, and which roles get a page. For others: 404 where they may not
# know it exists.
PAGES = [
    ("own_deputy_add", "", OWN, 403),
    ("list", "", OWN, 403),
    ("organisation_export", "", OWN, 403),
    ("organisation_add", "", (OFFICE,), 403),
    ("organisation", "foreign_organisation", (OFFICE, SENATOR_OFFICE, OBSERVER), 404),
    ("organisation", "own_organisation", OWN, 404),
    ("organisation_edit", "own_organisation", (OFFICE,), 403),
    ("people", "", (OFFICE, SENATOR_OFFICE, PARTNER), 403),
    ("people_export", "", (OFFICE, SENATOR_OFFICE, PARTNER), 403),
    ("person_add", "", (OFFICE,), 403),
    ("person", "colleague", (OFFICE, SENATOR_OFFICE, PARTNER), 403),
    ("person_edit", "colleague", (OFFICE,), 403),
    ("account_invite", "colleague", (OFFICE,), 403),
    ("account_edit", "holder", (OFFICE,), 403),
    ("account_deactivate", "holder", (OFFICE,), 403),
    ("account_activate", "holder", (OFFICE,), 403),
    ("deputy_add", "holder", (OFFICE,), 403),
    ("lists", "", HOUSE, 403),
    ("list_add", "", (OFFICE,), 403),
    ("distribution_list", "list", HOUSE, 403),
    ("list_edit", "list", (OFFICE,), 403),
    ("list_members", "list", (OFFICE,), 403),
    ("list_export", "list", HOUSE, 403),
]


@pytest.fixture
def things():
    own = make_organisation("Verband der Probe")
    colleague = make_person(organisation=own)
    holder = make_user(PARTNER, organisation=own).person
    row = DistributionList.objects.create(name="Metall und Elektro")
    row.members.add(colleague)
    return {
        "own_organisation": own,
        "foreign_organisation": make_organisation("Fremder Betrieb"),
        "colleague": colleague,
        "holder": holder,
        "list": row,
    }


@pytest.mark.parametrize("role", OWN)
@pytest.mark.parametrize(
    ("name", "thing", "roles", "refusal"), PAGES, ids=[f"{p[0]}-{p[1]}" for p in PAGES]
)
def test_page_opens_for_its_roles_only(client, things, role, name, thing, roles, refusal):
    client.force_login(make_user(role, organisation=things["own_organisation"]))

    answer = client.get(reverse(f"partners:{name}", args=[things[thing].pk] if thing else []))

    assert answer.status_code == (200 if role in roles else refusal)


@pytest.mark.parametrize(("name", "thing"), sorted({(page[0], page[1]) for page in PAGES}))
def test_page_sends_strangers_to_the_sign_in(client, things, name, thing):
    url = reverse(f"partners:{name}", args=[things[thing].pk] if thing else [])

    answer = client.get(url)

    assert answer.status_code == 302
    assert answer.url == f"/anmelden/?next={url}"


def test_partner_gets_404_for_foreign_people(client, things):
    stranger = make_person(organisation=things["foreign_organisation"])
    client.force_login(make_user(PARTNER, organisation=things["own_organisation"]))

    assert client.get(stranger.get_absolute_url()).status_code == 404


def test_partner_lists_only_the_own_organisation(client, things):
    client.force_login(make_user(PARTNER, organisation=things["own_organisation"]))

    answer = client.get(reverse("partners:list"))

    assert [row.name for row in answer.context["page"]] == ["Verband der Probe"]


def test_deputy_sees_what_the_principal_sees(client, things, django_user_model):
    deputy = make_user(PARTNER)
    Deputy.objects.create(principal=things["holder"], deputy=deputy.person, starts_on="2020-01-01")
    client.force_login(deputy)

    assert client.get(things["colleague"].get_absolute_url()).status_code == 200


@pytest.mark.parametrize("role", (SENATOR_OFFICE, PARTNER))
def test_internal_note_is_for_the_office_only(client, things, role):
    person = make_person(
        organisation=things["own_organisation"], notes="Bitte nur vormittags anrufen."
    )
    url = reverse("partners:person", args=[person.pk])

    client.force_login(make_user(role, organisation=things["own_organisation"]))
    assert "vormittags" not in client.get(url).content.decode()

    client.force_login(make_user(OFFICE))
    assert "vormittags" in client.get(url).content.decode()


def test_observer_sees_no_people_at_an_organisation(client, things):
    client.force_login(make_user(OBSERVER))

    page = client.get(things["own_organisation"].get_absolute_url()).content.decode()

    assert things["colleague"].name not in page
    assert "Personen" not in page


@pytest.mark.parametrize("count", (1, 30))
def test_people_cost_the_same_number_of_queries(client, count, django_assert_num_queries):
    organisation = make_organisation()
    for _number in range(count):
        make_user(PARTNER, organisation=organisation)
    client.force_login(make_user(OFFICE))

    with django_assert_num_queries(8):
        client.get(reverse("partners:people"))


@pytest.mark.parametrize("count", (1, 30))
def test_organisations_cost_the_same_number_of_queries(client, count, django_assert_num_queries):
    for _number in range(count):
        make_organisation()
    client.force_login(make_user(OFFICE))

    with django_assert_num_queries(8):
        client.get(reverse("partners:list"))
