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


@pytest.mark.parametrize("role", [OFFICE, *ROLES])
@pytest.mark.parametrize("address", ["", "export/", "pressespiegel/", "pressespiegel/export/"])
def test_lists_open_for_every_role(client, role, address):
    make_visit(S.HELD, is_published=True, approval=False)
    make_coverage()
    client.force_login(make_user(role))

    assert client.get("/besuche/" + address).status_code == 200


@pytest.mark.parametrize("address", ["", "1/", "neu/", "pressespiegel/"])
def test_guests_are_asked_to_sign_in(client, address):
    assert client.get("/besuche/" + address).status_code == 302


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", OFFICE_PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_the_office_acts_on_a_visible_visit(client, role, route, method):
    visit = make_visit(S.APPROVED, is_published=True)
    client.force_login(make_user(role))

    with nothing_changes(visit):
        assert getattr(client, method)(f"/besuche/{visit.pk}/{route}").status_code == 403


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", ["", *OFFICE_PAGES])
def test_invisible_visit_is_not_found(client, role, route):
    visit = make_visit(S.IDEA)
    client.force_login(make_user(role))

    assert client.get(f"/besuche/{visit.pk}/{route}").status_code == 404


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", ["neu/", "pressespiegel/neu/"])
def test_only_the_office_opens_forms_of_new_things(client, role, route):
    client.force_login(make_user(role))

    assert client.get("/besuche/" + route).status_code == 403


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
