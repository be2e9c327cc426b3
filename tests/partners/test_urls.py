"""Each role on each page."""

import pytest
from django.urls import reverse

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from partners.models import DistributionList
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db

ALL = (OFFICE, SENATOR_OFFICE, PARTNER, OBSERVER)
INSIDE = (OFFICE, SENATOR_OFFICE)

# URL name, record in the URL, roles that get 200, and the status for all others: 404 where they
# must not learn that the record exists.
PAGES = [
    ("own_deputy_add", "", ALL, 403),
    ("list", "", ALL, 403),
    ("organisation_export", "", ALL, 403),
    ("organisation_add", "", (OFFICE,), 403),
    ("organisation", "foreign_organisation", (OFFICE, SENATOR_OFFICE, OBSERVER), 404),
    ("organisation", "own_organisation", ALL, 404),
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
    ("lists", "", INSIDE, 403),
    ("list_add", "", (OFFICE,), 403),
    ("distribution_list", "list", INSIDE, 403),
    ("list_edit", "list", (OFFICE,), 403),
    ("list_members", "list", (OFFICE,), 403),
    ("list_export", "list", INSIDE, 403),
]


@pytest.fixture
def records():
    own = make_organisation("Verband der Probe")
    colleague = make_person(organisation=own)
    holder = make_user(PARTNER, organisation=own).person
    distribution_list = DistributionList.objects.create(name="Metall und Elektro")
    distribution_list.members.add(colleague)
    return {
        "own_organisation": own,
        "foreign_organisation": make_organisation("Fremder Betrieb"),
        "colleague": colleague,
        "holder": holder,
        "list": distribution_list,
    }


@pytest.mark.parametrize("role", ALL)
@pytest.mark.parametrize(
    ("name", "record", "roles", "refusal"), PAGES, ids=[f"{p[0]}-{p[1]}" for p in PAGES]
)
def test_page_opens_for_its_roles_only(client, records, role, name, record, roles, refusal):
    client.force_login(make_user(role, organisation=records["own_organisation"]))

    answer = client.get(reverse(f"partners:{name}", args=[records[record].pk] if record else []))

    assert answer.status_code == (200 if role in roles else refusal)


@pytest.mark.parametrize(("name", "record"), sorted({(page[0], page[1]) for page in PAGES}))
def test_page_sends_strangers_to_the_sign_in(client, records, name, record):
    url = reverse(f"partners:{name}", args=[records[record].pk] if record else [])

    answer = client.get(url)

    assert answer.status_code == 302
    assert answer.url == f"/anmelden/?next={url}"
