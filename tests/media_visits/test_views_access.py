import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from media_visits.enums import VisitState
from tests.media_visits.builders import (
    make_coverage,
    make_slot,
    make_visit,
)
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = VisitState
ROLES = [SENATOR_OFFICE, PARTNER, OBSERVER]
OFFICE_PAGES = [
    "bearbeiten/",
    "vorlegen/",
    "zurueckziehen/",
    "ankuendigen/",
    "durchgefuehrt/",
    "ergebnis/",
    "verschieben/",
    "absagen/",
    "pressetermin/",
]


def statuses(open_page, under, *pages) -> dict[str, int]:
    """Return the status of each of `pages` below the address `under`."""
    return {page: open_page(f"/besuche/{under}{page}").status_code for page in pages}


@pytest.mark.parametrize("role", [OFFICE, *ROLES])
def test_lists_open_for_every_role(client, role):
    make_visit(S.HELD, is_published=True, approval=False)
    make_coverage()
    client.force_login(make_user(role))
    lists = ["", "export/", "pressespiegel/", "pressespiegel/export/"]

    assert statuses(client.get, "", *lists) == dict.fromkeys(lists, 200)


@pytest.mark.parametrize("address", ["", "1/", "neu/", "pressespiegel/"])
def test_guests_are_asked_to_sign_in(client, address):
    assert client.get("/besuche/" + address).status_code == 302


@pytest.mark.parametrize("role", ROLES)
def test_only_the_office_acts_on_a_visible_visit(client, role):
    visit = make_visit(S.APPROVED, is_published=True)
    client.force_login(make_user(role))
    denied = dict.fromkeys(OFFICE_PAGES, 403)

    with nothing_changes(visit):
        assert statuses(client.get, f"{visit.pk}/", *OFFICE_PAGES) == denied
        assert statuses(client.post, f"{visit.pk}/", *OFFICE_PAGES) == denied


@pytest.mark.parametrize("role", ROLES)
def test_invisible_visit_is_not_found(client, role):
    visit = make_visit(S.IDEA)
    client.force_login(make_user(role))
    pages = ["", *OFFICE_PAGES]

    assert statuses(client.get, f"{visit.pk}/", *pages) == dict.fromkeys(pages, 404)


@pytest.mark.parametrize("role", ROLES)
def test_only_the_office_opens_forms_of_new_things(client, role):
    client.force_login(make_user(role))
    forms = ["neu/", "pressespiegel/neu/"]

    assert statuses(client.get, "", *forms) == dict.fromkeys(forms, 403)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("act", ["bearbeiten", "entfernen"])
def test_only_the_office_changes_slots_and_coverage(client, role, act):
    visit = make_visit(S.HELD, is_published=True, approval=False)
    slot, coverage = make_slot(visit), make_coverage(visit=visit)
    client.force_login(make_user(role))

    with nothing_changes(slot, coverage):
        assert client.post(f"/besuche/pressetermine/{slot.pk}/{act}/").status_code == 403
        assert client.post(f"/besuche/pressespiegel/{coverage.pk}/{act}/").status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_slots_and_coverage_of_an_invisible_visit_are_not_found(client, role):
    visit = make_visit(S.IDEA)
    slot, coverage = make_slot(visit), make_coverage(visit=visit)
    client.force_login(make_user(role))

    assert client.get(f"/besuche/pressetermine/{slot.pk}/bearbeiten/").status_code == 404
    assert client.get(f"/besuche/pressespiegel/{coverage.pk}/bearbeiten/").status_code == 404


@pytest.mark.parametrize("route", ["veroeffentlichen/", "zuruecknehmen/"])
def test_publishing_is_a_post(signed_in, route):
    visit = make_visit(S.APPROVED)

    assert signed_in.get(f"/besuche/{visit.pk}/{route}").status_code == 405
