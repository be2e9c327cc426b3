"""Inviting, changing, closing and opening accounts, and the link of an invitation."""

import datetime as dt
import re
import threading
import time
from functools import partial

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from partners.models import User
from partners.services import (
    accept_invitation,
    activate_account,
    change_account,
    deactivate_account,
    invite_account,
    resend_invitation,
)
from tests.partners.builders import make_organisation, make_person, make_user
from tests.racing import race
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2019, 6, 3, 9, 0, tzinfo=dt.UTC)
PASSWORD = "Havelbrücke 27"


@pytest.fixture
def office():
    return make_user(OFFICE)


def invite(office, person=None, email="ihk@example.org", roles=(PARTNER,), now=NOW) -> User:
    person = person or make_person(organisation=make_organisation())
    return invite_account(person=person, email=email, roles=list(roles), by=office, now=now)


def link_in_last_mail() -> str:
    text = Mail.objects.order_by("pk").last().text
    return re.search(r"http://localhost:8000(/anmelden/einladung/\S+)", text)[1]


def test_invitation_makes_an_account_without_a_password(office):
    account = invite(office)

    assert account.is_pending
    assert account.own_roles == {PARTNER}
    assert account.history.get().history_change_reason == "eingeladen als Partner"
    assert account.history.get().history_user == office


def test_invitation_writes_one_account_mail(office):
    invite(office)

    mail = Mail.objects.get()
    assert (mail.recipient, mail.is_account_mail) == ("ihk@example.org", True)
    assert mail.subject == "Ihr Zugang zum Portal Masterplan Industriestadt Berlin"
    assert "bis zum 17.06.2019" in mail.text


def test_invitation_completes_the_persons_address(office):
    person = make_person(email="", organisation=make_organisation())

    invite(office, person=person)

    person.refresh_from_db()
    assert person.email == "ihk@example.org"


@pytest.mark.parametrize("role", (SENATOR_OFFICE, PARTNER, OBSERVER))
def test_only_the_office_invites(role):
    with pytest.raises(NotAllowed):
        invite(make_user(role))

    assert Mail.objects.count() == 0
    assert not User.objects.filter(email="ihk@example.org").exists()


def test_person_has_one_account(office):
    person = invite(office).person

    with pytest.raises(ChangedMeanwhile, match="hat schon ein Konto"):
        invite(office, person=person, email="zweites@example.org")

    assert Mail.objects.count() == 1


def test_address_belongs_to_one_account(office):
    invite(office)

    with pytest.raises(Refused, match="ihk@example.org gehört schon zu einem anderen Konto"):
        invite(office, email="IHK@example.org")

    assert User.objects.filter(email="ihk@example.org").count() == 1


def test_partner_needs_an_organisation(office):
    with pytest.raises(Refused, match="braucht eine Organisation"):
        invite(office, person=make_person())


def test_account_needs_a_role(office):
    with pytest.raises(Refused, match="mindestens eine Rolle"):
        invite(office, roles=())


def test_link_sets_the_password_once(client, office):
    invite(office, now=timezone.now())
    link = link_in_last_mail()

    page = client.get(link)
    assert page.status_code == 200
    assert User.objects.get(email="ihk@example.org").is_pending

    answer = client.post(link, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert answer.url == "/anmelden/"
    assert User.objects.get(email="ihk@example.org").check_password(PASSWORD)

    again = client.post(
        link, {"new_password1": "Anderes Wort 99", "new_password2": "Anderes Wort 99"}
    )
    assert again.status_code == 410
    assert "ist schon ein Passwort gesetzt" in again.content.decode()
    assert User.objects.get(email="ihk@example.org").check_password(PASSWORD)


def test_weak_password_is_refused_in_german(client, office):
    invite(office, now=timezone.now())

    answer = client.post(link_in_last_mail(), {"new_password1": "kurz", "new_password2": "kurz"})

    assert "mindestens 10 Zeichen" in answer.content.decode()
    assert User.objects.get(email="ihk@example.org").is_pending


def test_link_lapses_after_fourteen_days(client, office):
    with time_machine.travel(NOW, tick=False):
        invite(office)
        link = link_in_last_mail()
    with time_machine.travel(NOW + dt.timedelta(days=13, hours=23), tick=False):
        assert client.get(link).status_code == 200
    with time_machine.travel(NOW + dt.timedelta(days=14, seconds=2), tick=False):
        answer = client.get(link)

    assert answer.status_code == 410
    assert "Dieser Link ist abgelaufen" in answer.content.decode()


def test_new_invitation_voids_the_older_link(client, office):
    account = invite(office, now=timezone.now())
    older = link_in_last_mail()

    resend_invitation(account=account, by=office, now=timezone.now())

    assert "durch eine neuere ersetzt" in client.get(older).content.decode()
    assert client.get(link_in_last_mail()).status_code == 200


def test_damaged_link_says_what_to_do(client):
    answer = client.get("/anmelden/einladung/abgeschnitten/")

    assert answer.status_code == 410
    assert "noch einmal vollständig aus der E-Mail" in answer.content.decode()


def test_closing_an_account_voids_its_link(client, office):
    account = invite(office, now=timezone.now())
    link = link_in_last_mail()

    deactivate_account(account=account, by=office, now=NOW)

    assert client.get(link).status_code == 410


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("act", "words"),
    [
        (partial(deactivate_account, now=NOW), "Dieses Konto gibt es nicht mehr."),
        (partial(resend_invitation, now=NOW), "Diese Einladung wurde durch eine neuere ersetzt."),
    ],
)
def test_a_link_that_ends_while_its_password_is_sent_sets_none(office, act, words):
    account = invite(office, now=timezone.now())
    token = link_in_last_mail().split("/")[-2]
    ended = threading.Event()

    def end_the_link():
        with transaction.atomic():
            act(account=account, by=office)
            ended.set()
            time.sleep(0.3)  # so that the other one reads the former row and waits for its lock

    def set_the_password():
        ended.wait(30)
        return accept_invitation(token=token, now=NOW, password=PASSWORD)

    _, result = race(end_the_link, set_the_password)

    account.refresh_from_db()
    assert isinstance(result, Refused)
    assert str(result).startswith(words)
    assert not account.has_usable_password()


def test_no_invitation_for_a_password_already_set(office):
    account = make_user(OBSERVER, password=PASSWORD)

    with pytest.raises(Refused, match="keine Einladung mehr offen"):
        resend_invitation(account=account, by=office, now=NOW)

    assert Mail.objects.count() == 0


def test_nobody_closes_the_own_account(office):
    make_user(OFFICE)

    with pytest.raises(Refused, match="Das eigene Konto"):
        deactivate_account(account=office, by=office, now=NOW)

    office.refresh_from_db()
    assert office.is_active


def test_last_office_account_stays_open():
    substitute = make_user()
    last = make_user(OFFICE)
    substitute.roles = frozenset(
        {OFFICE}
    )  # acts for the office as a deputy, holds no role of the own

    with pytest.raises(Refused, match="das letzte aktive Konto der Geschäftsstelle"):
        deactivate_account(account=last, by=substitute, now=NOW)

    last.refresh_from_db()
    assert last.is_active


def test_closing_and_opening_is_in_the_history(office):
    account = make_user(OBSERVER)

    deactivate_account(account=account, by=office, now=NOW)
    activate_account(account=account, by=office, now=NOW)

    reasons = account.history.order_by("-history_date", "-history_id").values_list(
        "history_change_reason", flat=True
    )
    assert list(reasons[:2]) == ["aktiviert", "deaktiviert"]


def test_closing_twice_is_told(office):
    account = make_user(OBSERVER)
    deactivate_account(account=account, by=office, now=NOW)

    with pytest.raises(ChangedMeanwhile, match="schon deaktiviert"):
        deactivate_account(account=account, by=office, now=NOW)


def test_nobody_changes_the_own_roles(office):
    make_user(OFFICE)

    with pytest.raises(Refused, match="eigenen Rollen"):
        change_account(
            account=office, email=office.email, roles=[OFFICE, SENATOR_OFFICE], by=office, now=NOW
        )

    assert User.objects.get(pk=office.pk).own_roles == {OFFICE}


def test_roles_and_address_are_changed(office):
    account = make_user(OBSERVER)

    change_account(
        account=account, email="Neu@Example.org", roles=[SENATOR_OFFICE], by=office, now=NOW
    )

    changed = User.objects.get(pk=account.pk)
    assert (changed.email, changed.own_roles) == ("neu@example.org", {SENATOR_OFFICE})


def test_signing_in_leaves_no_trace_in_the_history(client):
    account = make_user(OBSERVER, password=PASSWORD)
    before = account.history.count()

    client.post("/anmelden/", {"login": account.email, "password": PASSWORD})

    account.refresh_from_db()
    assert account.last_login is not None
    assert account.history.count() == before


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


def test_deactivating_takes_a_confirmed_post(client, office):
    account = make_user(OBSERVER)
    client.force_login(office)
    url = f"/partner/personen/{account.person_id}/konto/deaktivieren/"

    client.get(url)
    assert User.objects.get(pk=account.pk).is_active

    client.post(url)
    assert not User.objects.get(pk=account.pk).is_active


def test_the_own_account_is_not_offered_to_be_closed(client, office):
    client.force_login(office)

    page = client.get(f"/partner/personen/{office.person_id}/konto/deaktivieren/", follow=True)

    assert page.redirect_chain == [(f"/partner/personen/{office.person_id}/", 302)]
    assert "Das eigene Konto kann niemand selbst deaktivieren." in page.content.decode()


def test_another_address_voids_the_link_that_went_to_the_former_one(client, office):
    account = invite(office, email="vertippt@example.org", now=timezone.now())
    url = link_in_last_mail()

    client.force_login(office)
    data = {"email": "richtig@example.org", "roles": PARTNER}
    told = client.post(
        f"/partner/personen/{account.person_id}/konto/bearbeiten/", data, follow=True
    )
    client.logout()
    answer = client.post(url, {"new_password1": PASSWORD, "new_password2": PASSWORD})

    assert "bitte senden Sie die Einladung erneut" in told.content.decode()
    assert answer.status_code == 410
    assert User.objects.get(pk=account.pk).is_pending


def test_office_head_is_set_and_unset(office):
    account = make_user(OFFICE)

    change_account(
        account=account,
        email=account.email,
        roles=[OFFICE],
        is_office_head=True,
        by=office,
        now=NOW,
    )
    account.refresh_from_db()
    assert account.is_office_head
    assert account.history.latest().history_change_reason == "geändert: Geschäftsstelle (Leitung)"

    change_account(account=account, email=account.email, roles=[OFFICE], by=office, now=NOW)
    account.refresh_from_db()
    assert not account.is_office_head


def test_office_head_can_be_invited(office):
    account = invite_account(
        person=make_person(),
        email="leitung@example.org",
        roles=[OFFICE],
        is_office_head=True,
        by=office,
        now=NOW,
    )

    assert account.is_office_head
    assert account.history.get().history_change_reason == "eingeladen als Geschäftsstelle (Leitung)"


@pytest.mark.parametrize("roles", [[SENATOR_OFFICE], [OBSERVER]])
def test_only_an_office_account_can_be_its_head(office, roles):
    account = make_user(OFFICE)

    with nothing_changes(account), pytest.raises(Refused, match="auch ihre Rolle hat"):
        change_account(
            account=account,
            email=account.email,
            roles=roles,
            is_office_head=True,
            by=office,
            now=NOW,
        )
    with pytest.raises(Refused, match="auch ihre Rolle hat"):
        invite_account(
            person=make_person(),
            email="x@example.org",
            roles=roles,
            is_office_head=True,
            by=office,
            now=NOW,
        )

    assert not User.objects.filter(email="x@example.org").exists()


def test_office_head_is_ticked_on_the_form_and_shown_in_the_lists(client, office):
    account = make_user(OFFICE)
    client.force_login(office)
    address = f"/partner/personen/{account.person_id}/konto/bearbeiten/"

    page = client.post(
        address, {"email": account.email, "roles": [OFFICE], "is_office_head": "on"}, follow=True
    )

    assert "Geschäftsstelle (Leitung)" in page.content.decode()
    assert "Geschäftsstelle (Leitung)" in client.get("/partner/personen/").content.decode()
    assert re.search(r'name="is_office_head"[^>]*checked', client.get(address).content.decode())
    answer = client.post(
        address, {"email": account.email, "roles": [OBSERVER], "is_office_head": "on"}
    )
    assert "auch ihre Rolle hat" in answer.content.decode()
