"""Which invitations a user sees."""

import pytest
from django.contrib.auth.models import AnonymousUser

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.models import Invitation
from tests.dialogues.builders import (
    make_invitation,
)
from tests.partners.builders import make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (OFFICE, ["listed", "sent"]),
        (SENATOR_OFFICE, ["sent"]),
        (OBSERVER, []),
        (PARTNER, []),
        (None, []),
    ],
)
def test_invitations_are_visible_by_the_table_of_roles(role, sees):
    invitations = {"sent": make_invitation(), "listed": make_invitation(released=False)}
    user = make_user(role) if role else make_user()

    seen = set(Invitation.objects.visible_to(user))

    assert seen == {invitations[name] for name in sees}


@pytest.mark.parametrize("roles", [(OBSERVER,), (PARTNER,), ()])
def test_guests_with_an_account_see_their_invitation_once_released(roles):
    guest = make_user(*roles)
    own = make_invitation(person=guest.person)
    make_invitation(own.dialogue)
    make_invitation(person=guest.person, released=False)

    assert list(Invitation.objects.visible_to(guest)) == [own]


def test_inactive_account_sees_no_invitation():
    guest = make_user(OBSERVER, is_active=False)
    make_invitation(person=guest.person)

    assert not Invitation.objects.visible_to(guest).exists()
    assert not Invitation.objects.visible_to(AnonymousUser()).exists()


def test_partner_sees_only_released_invitations_of_their_organisation():
    partner = make_user(PARTNER)
    colleague = make_person(organisation=partner.person.organisation)
    own = make_invitation(person=colleague)
    make_invitation(own.dialogue, shares_rsvp=True)
    make_invitation(person=colleague, released=False)

    assert list(Invitation.objects.visible_to(partner)) == [own]
