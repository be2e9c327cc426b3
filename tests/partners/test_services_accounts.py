"""Inviting, changing, deactivating and activating accounts."""

import datetime as dt
import threading
import time
from functools import partial

import pytest
from django.db import transaction

from core.errors import ChangedMeanwhile, NotAllowed, Refused, Warned
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
from tests.partners.builders import (
    invitation_link,
    make_deputyship,
    make_invited_user,
    make_organisation,
    make_person,
    make_user,
)
from tests.racing import race
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2019, 6, 3, 9, 0, tzinfo=dt.UTC)
PASSWORD = "Havelbrücke 27"
OFFICE_ONLY = r"^Organisationen, Personen und Konten pflegt die Geschäftsstelle\.$"


@pytest.fixture
def office():
    return make_user(OFFICE)


def test_invitation_creates_an_account_without_a_password(office):
    account = make_invited_user(office)

    assert account.is_pending
    assert account.own_roles == {PARTNER}
    assert account.history.get().history_change_reason == "eingeladen als Partner"
    assert account.history.get().history_user == office


def test_invitation_is_one_account_mail(office):
    make_invited_user(office, email="ihk@example.org", now=NOW)

    mail = Mail.objects.get()
    assert (mail.recipient, mail.is_account_mail) == ("ihk@example.org", True)
    assert mail.subject == "Ihr Zugang zum Portal Masterplan Industriestadt Berlin"
    assert "bis zum 17.06.2019" in mail.text


def test_invitation_completes_the_address_of_the_person(office):
    person = make_person(email="", organisation=make_organisation())

    make_invited_user(office, person=person, email="ihk@example.org")

    person.refresh_from_db()
    assert person.email == "ihk@example.org"


@pytest.mark.parametrize("role", (SENATOR_OFFICE, PARTNER, OBSERVER))
def test_only_the_office_invites(role):
    person, stranger = make_person(), make_user(role)

    with nothing_changes(person), pytest.raises(NotAllowed, match=OFFICE_ONLY):
        invite_account(person=person, email="x@example.org", roles=[OBSERVER], by=stranger, now=NOW)

    assert not User.objects.filter(person=person).exists()


def test_second_account_of_a_person_is_refused(office):
    account = make_invited_user(office)
    person = account.person

    with (
        nothing_changes(account, person),
        pytest.raises(ChangedMeanwhile, match="hat schon ein Konto"),
    ):
        invite_account(person=person, email="x@example.org", roles=[PARTNER], by=office, now=NOW)


def test_address_of_another_account_is_refused(office):
    make_user(OBSERVER, email="ihk@büro.example.org")
    person = make_person()
    taken = "ihk@xn--bro-hoa.example.org gehört schon zu einem anderen Konto"
    invitation = {"email": "IHK@xn--bro-hoa.example.org", "roles": [OBSERVER], "by": office}

    with nothing_changes(person), pytest.raises(Refused, match=taken):
        invite_account(person=person, now=NOW, **invitation)

    assert not User.objects.filter(person=person).exists()


@pytest.mark.parametrize(
    ("roles", "reason"),
    [([PARTNER], "braucht eine Organisation"), ([], "mindestens eine Rolle")],
)
def test_account_whose_roles_do_not_fit_is_refused(office, roles, reason):
    person = make_person(organisation=None)

    with nothing_changes(person), pytest.raises(Refused, match=reason):
        invite_account(person=person, email="x@example.org", roles=roles, by=office, now=NOW)

    assert not User.objects.filter(person=person).exists()


def test_person_who_is_not_active_is_not_invited(office):
    person = make_person(is_active=False)

    with nothing_changes(person), pytest.raises(Refused, match="ist nicht mehr aktiv"):
        invite_account(person=person, email="x@example.org", roles=[OBSERVER], by=office, now=NOW)

    assert not User.objects.filter(person=person).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("revoke", "reason"),
    [
        (partial(deactivate_account, now=NOW), "Dieses Konto gibt es nicht mehr."),
        (partial(resend_invitation, now=NOW), "Diese Einladung wurde durch eine neuere ersetzt."),
    ],
)
def test_link_revoked_while_its_password_is_sent_sets_none(office, revoke, reason):
    account = make_invited_user(office)
    token = invitation_link().split("/")[-2]
    is_revoked = threading.Event()

    def revoke_the_link():
        with transaction.atomic():
            revoke(account=account, by=office)
            is_revoked.set()
            time.sleep(0.3)  # long enough for the other thread to wait for the lock

    def set_the_password():
        is_revoked.wait(30)
        return accept_invitation(token=token, now=NOW, password=PASSWORD)

    _, result = race(revoke_the_link, set_the_password)

    account.refresh_from_db()
    assert isinstance(result, Refused)
    assert str(result).startswith(reason)
    assert not account.has_usable_password()


def test_invitation_is_not_resent_once_a_password_is_set(office):
    account = make_user(OBSERVER, password=PASSWORD)

    with nothing_changes(account), pytest.raises(Refused, match="keine Einladung mehr offen"):
        resend_invitation(account=account, by=office, now=NOW)


def test_own_account_is_not_deactivated(office):
    make_user(OFFICE)

    with nothing_changes(office), pytest.raises(Refused, match="Das eigene Konto"):
        deactivate_account(account=office, by=office, now=NOW)


def test_last_office_account_is_not_deactivated():
    last, deputy = make_user(OFFICE), make_user()
    make_deputyship(last, deputy)

    with nothing_changes(last), pytest.raises(Refused, match="das letzte aktive Konto der Gesch"):
        deactivate_account(account=last, by=deputy, now=NOW)


def test_deactivating_and_activating_is_in_the_history(office):
    account = make_user(OBSERVER)

    deactivate_account(account=account, by=office, now=NOW)
    activate_account(account=account, by=office, now=NOW)

    reasons = account.history.order_by("-history_date", "-history_id").values_list(
        "history_change_reason", flat=True
    )
    assert list(reasons[:2]) == ["aktiviert", "deaktiviert"]


def test_second_deactivation_is_refused(office):
    account = make_user(OBSERVER)
    deactivate_account(account=account, by=office, now=NOW)

    with nothing_changes(account), pytest.raises(ChangedMeanwhile, match="schon deaktiviert"):
        deactivate_account(account=account, by=office, now=NOW)


def test_own_roles_are_not_changed(office):
    make_user(OFFICE)

    with nothing_changes(office), pytest.raises(Refused, match="eigenen Rollen"):
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
def test_head_of_the_office_needs_its_role(office, roles):
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


@pytest.mark.parametrize("roles", [[SENATOR_OFFICE], [OBSERVER]])
def test_invited_head_of_the_office_needs_its_role(office, roles):
    person = make_person()

    with nothing_changes(person), pytest.raises(Refused, match="auch ihre Rolle hat"):
        invite_account(
            person=person,
            email="x@example.org",
            roles=roles,
            is_office_head=True,
            by=office,
            now=NOW,
        )

    assert not User.objects.filter(person=person).exists()


@pytest.mark.parametrize("email", ("Andere@Example.org", "konto@example.org"))
def test_address_of_another_person_is_used_only_deliberately(office, email):
    other = make_person("Andere", email="andere@example.org")
    make_user(OBSERVER, person=make_person(email="konto@example.org"), email="dritte@example.org")
    person = make_person("Neue", email="")
    invite = partial(
        invite_account, person=person, email=email, roles=[OBSERVER], by=office, now=NOW
    )

    with nothing_changes(person, other), pytest.raises(Warned, match="vielleicht schon") as warned:
        invite()

    assert not User.objects.filter(person=person).exists()
    account = invite(heeded={concern.key for concern in warned.value.concerns})
    assert account.email == email.lower()


def test_changed_address_of_another_person_is_used_only_deliberately(office):
    other, account = make_person("Andere", email="andere@example.org"), make_user(OBSERVER)
    change = partial(change_account, account=account, roles=[OBSERVER], by=office, now=NOW)

    with nothing_changes(account, other), pytest.raises(Warned, match="vielleicht schon"):
        change(email="andere@example.org")

    changed, _change = change(email="andere@example.org", heeded={f"person-{other.pk}"})
    assert changed.email == "andere@example.org"
