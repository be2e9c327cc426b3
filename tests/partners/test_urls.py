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
    ("account_activate", "former_holder", (OFFICE,), 403),
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
    former_holder = make_user(PARTNER, organisation=own, is_active=False).person
    distribution_list = DistributionList.objects.create(name="Metall und Elektro")
    distribution_list.members.add(colleague)
    return {
        "own_organisation": own,
        "foreign_organisation": make_organisation("Fremder Betrieb"),
        "colleague": colleague,
        "holder": holder,
        "former_holder": former_holder,
        "list": distribution_list,
    }


def address(name, record, records) -> str:
    return reverse(f"partners:{name}", args=[records[record].pk] if record else [])


@pytest.mark.parametrize("role", ALL)
def test_pages_open_for_their_roles_only(client, records, role):
    client.force_login(make_user(role, organisation=records["own_organisation"]))

    answers = {
        (name, record): client.get(address(name, record, records)).status_code
        for name, record, _roles, _refusal in PAGES
    }

    assert answers == {
        (name, record): 200 if role in roles else refusal for name, record, roles, refusal in PAGES
    }


def test_pages_send_strangers_to_the_sign_in(client, records):
    for name, record, _roles, _refusal in PAGES:
        url = address(name, record, records)

        answer = client.get(url)

        assert (answer.status_code, answer.url) == (302, f"/anmelden/?next={url}"), name
