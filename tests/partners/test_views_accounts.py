"""The pages on which the office manages accounts."""

import re

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER
from partners.models import User
from tests.dialogues.builders import make_topic
from tests.journeys.visitor import Page
from tests.measures.builders import make_measure
from tests.partners.builders import (
    invitation_link,
    make_invited_user,
    make_organisation,
    make_person,
    make_user,
)

pytestmark = pytest.mark.django_db

PASSWORD = "Havelbrücke 27"


@pytest.fixture
def office():
    return make_user(OFFICE)


def test_refused_invitation_keeps_what_was_typed(client, office):
    make_user(OBSERVER, email="belegt@example.org")
    person = make_person(organisation=make_organisation())
    client.force_login(office)

    answer = client.post(
        f"/partner/personen/{person.pk}/konto/einladen/",
        {"email": "belegt@example.org", "roles": PARTNER},
    )

    page = answer.content.decode()
    assert "belegt@example.org gehört schon zu einem anderen Konto" in page
    assert 'value="belegt@example.org"' in page
    assert re.search(r'value="partner"[^>]*checked', page)


def test_account_is_deactivated_by_post_only(client, office):
    account = make_user(OBSERVER)
    client.force_login(office)
    url = f"/partner/personen/{account.person_id}/konto/deaktivieren/"

    client.get(url)
    assert User.objects.get(pk=account.pk).is_active

    client.post(url)
    assert not User.objects.get(pk=account.pk).is_active


def version_on(client, url):
    return re.search(r'name="version" value="([^"]+)"', client.get(url).text)[1]


def test_account_that_got_more_to_do_is_not_deactivated_unseen(client, office):
    account = make_user(OFFICE, person=make_person("Referat"))
    client.force_login(office)
    url = f"/partner/personen/{account.person_id}/konto/deaktivieren/"
    shown = {"version": version_on(client, url)}
    make_topic(responsible=account)

    page = client.post(url, shown, follow=True)

    assert "Inzwischen hat sich das Konto geändert" in page.text
    assert User.objects.get(pk=account.pk).is_active
    client.post(url, {"version": version_on(client, url)})
    assert not User.objects.get(pk=account.pk).is_active


def test_account_that_changed_is_not_activated_unseen(client, office):
    account = make_user(OBSERVER, is_active=False)
    client.force_login(office)
    url = f"/partner/personen/{account.person_id}/konto/aktivieren/"
    shown = {"version": version_on(client, url)}
    User.objects.filter(pk=account.pk).update(email="anders@example.org")

    page = client.post(url, shown, follow=True)

    assert "Der Eintrag wurde inzwischen geändert." in page.text
    assert not User.objects.get(pk=account.pk).is_active


@pytest.mark.parametrize(
    ("action", "is_active", "sentence"),
    [
        ("aktivieren", True, "Dieses Konto ist schon aktiv."),
        ("deaktivieren", False, "Dieses Konto ist schon deaktiviert."),
        ("einladen", True, "Diese Person hat schon ein Konto."),
        ("einladen", False, "Diese Person hat schon ein Konto."),
    ],
)
def test_page_of_an_act_that_is_done_does_not_open(client, office, action, is_active, sentence):
    account = make_user(OBSERVER, is_active=is_active)
    client.force_login(office)

    page = client.get(f"/partner/personen/{account.person_id}/konto/{action}/", follow=True)

    assert page.redirect_chain == [(f"/partner/personen/{account.person_id}/", 302)]
    assert sentence in page.text


def test_page_to_deactivate_ones_own_account_does_not_open(client, office):
    client.force_login(office)

    page = client.get(f"/partner/personen/{office.person_id}/konto/deaktivieren/", follow=True)

    assert page.redirect_chain == [(f"/partner/personen/{office.person_id}/", 302)]
    assert "Das eigene Konto kann niemand selbst deaktivieren." in page.content.decode()


def test_new_address_revokes_the_link_sent_to_the_former_one(client, office):
    account = make_invited_user(office, email="vertippt@example.org")
    url = invitation_link()

    client.force_login(office)
    data = {"email": "richtig@example.org", "roles": PARTNER}
    page = client.post(
        f"/partner/personen/{account.person_id}/konto/bearbeiten/", data, follow=True
    )
    client.logout()
    answer = client.post(url, {"new_password1": PASSWORD, "new_password2": PASSWORD})

    assert "bitte senden Sie die Einladung erneut" in page.content.decode()
    assert answer.status_code == 410
    assert User.objects.get(pk=account.pk).is_pending


def test_office_head_is_ticked_on_the_form_and_shown_in_the_list(client, office):
    account = make_user(OFFICE)
    client.force_login(office)
    url = f"/partner/personen/{account.person_id}/konto/bearbeiten/"

    page = client.post(
        url, {"email": account.email, "roles": [OFFICE], "is_office_head": "on"}, follow=True
    )

    assert "Geschäftsstelle (Leitung)" in page.content.decode()
    assert "Geschäftsstelle (Leitung)" in client.get("/partner/personen/").content.decode()
    assert re.search(r'name="is_office_head"[^>]*checked', client.get(url).content.decode())
    answer = client.post(url, {"email": account.email, "roles": [OBSERVER], "is_office_head": "on"})
    assert "auch ihre Rolle hat" in answer.content.decode()


@pytest.fixture
def leaving(office):
    account = make_user(OFFICE, person=make_person("Referat"))
    make_measure(responsible=account)
    make_topic(responsible=account)
    return account


NOTE = "Referat ist noch zuständig: Maßnahmen 1, Themen 1. Aufgaben übergeben"


def test_account_with_open_records_is_deactivated_with_a_warning(client, office, leaving):
    client.force_login(office)
    url = f"/partner/personen/{leaving.person_id}/konto/deaktivieren/"
    handover = ("Aufgaben übergeben", f"/partner/aufgaben-uebergeben/?von={leaving.pk}")

    question = Page(client.get(url).content.decode())
    done = Page(client.post(url, follow=True).content.decode())

    asked = "Referat : noch zuständig (Maßnahmen 1, Themen 1). Aufgaben übergeben"
    for page, note in ((question, asked), (done, NOTE)):
        assert note in page.text
        assert handover in page.links


def test_account_without_open_records_is_deactivated_without_a_warning(client, office):
    account = make_user(OFFICE)
    client.force_login(office)

    page = client.get(f"/partner/personen/{account.person_id}/konto/deaktivieren/")

    assert "noch zuständig" not in page.content.decode()


def test_account_that_leaves_the_office_keeps_a_warning(client, office, leaving):
    client.force_login(office)
    url = f"/partner/personen/{leaving.person_id}/konto/bearbeiten/"

    kept = client.post(url, {"email": leaving.email, "roles": [OFFICE, OBSERVER]}, follow=True)
    lost = client.post(url, {"email": leaving.email, "roles": [OBSERVER]}, follow=True)

    assert NOTE not in Page(kept.content.decode()).text
    assert NOTE in Page(lost.content.decode()).text


def test_page_of_a_closed_account_still_offers_the_handover(client, office, leaving):
    leaving.is_active = False
    leaving.save()
    client.force_login(office)

    page = Page(client.get(leaving.person.get_absolute_url()).content.decode())

    address = f"/partner/aufgaben-uebergeben/?von={leaving.pk}"
    assert ("Aufgaben übergeben", address) in page.links
