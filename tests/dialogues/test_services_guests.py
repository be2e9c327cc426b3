"""Composing the guest list."""

import pytest

from core.errors import Refused
from dialogues.enums import DialogueState, RsvpState
from dialogues.models import Invitation
from dialogues.services import add_guests, remove_guest, withdraw_invitation
from partners.models import DistributionList
from tests.dialogues.builders import NOW, make_dialogue, make_invitation
from tests.partners.builders import make_organisation, make_person
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db
GUEST_LIST = (DialogueState.SCHEDULED, DialogueState.INVITED)


@pytest.mark.parametrize("state", DialogueState)
def test_guests_are_listed_once_the_date_is_fixed(office, state):
    dialogue, person = make_dialogue(state), make_person()

    if state in GUEST_LIST:
        assert add_guests(dialogue=dialogue, people=[person], by=office, now=NOW) == (1, 0)
        invitation = dialogue.invitations.get()
        assert (invitation.person, invitation.released_at, invitation.created_by) == (
            person,
            None,
            office,
        )
        assert invitation.history.get().history_change_reason == "Auf die Gästeliste gesetzt"
    else:
        with nothing_changes(dialogue), pytest.raises(Refused, match="wenn der Termin feststeht"):
            add_guests(dialogue=dialogue, people=[person], by=office, now=NOW)
    assert mails_written() == []


def test_guest_list_is_composed_of_people_organisations_and_lists(office):
    dialogue, organisation = make_dialogue(DialogueState.SCHEDULED), make_organisation()
    colleague = make_person(organisation=organisation)
    make_person(organisation=organisation, email="")
    make_person(organisation=organisation, is_active=False)
    member, single = make_person(), make_person()
    list_of_people = DistributionList.objects.create(name="Maschinenbau")
    list_of_people.members.add(member, colleague)

    counts = add_guests(
        dialogue=dialogue,
        people=[single],
        organisations=[organisation],
        lists=[list_of_people],
        by=office,
        now=NOW,
    )

    assert counts == (3, 0)
    assert {invitation.person for invitation in dialogue.invitations.all()} == {
        colleague,
        member,
        single,
    }


def test_guest_is_not_listed_twice(office):
    invitation = make_invitation(make_dialogue(DialogueState.INVITED))

    with nothing_changes(invitation):
        assert add_guests(
            dialogue=invitation.dialogue,
            people=[invitation.person, make_person()],
            by=office,
            now=NOW,
        ) == (
            1,
            1,
        )


def test_withdrawn_guest_is_listed_again_with_a_new_link_and_no_reply(office):
    invitation = make_invitation(rsvp=RsvpState.REPRESENTED, party=4, remark="Parkplatz?")
    withdraw_invitation(invitation=invitation, by=office, now=NOW)

    assert add_guests(
        dialogue=invitation.dialogue, people=[invitation.person], by=office, now=NOW
    ) == (1, 0)

    invitation.refresh_from_db()
    assert (
        invitation.rsvp,
        invitation.party,
        invitation.substitute_name,
        invitation.substitute_email,
        invitation.remark,
    ) == (
        RsvpState.OPEN,
        1,
        "",
        "",
        "",
    )
    assert (invitation.withdrawn_at, invitation.released_at, invitation.link_version) == (
        None,
        None,
        3,
    )


def test_guest_is_removed_before_the_invitation_went_out(office):
    invitation = make_invitation(make_dialogue(DialogueState.SCHEDULED), released=False)

    remove_guest(invitation=invitation, by=office, now=NOW)

    assert not Invitation.objects.exists()
    deleted = Invitation.history.first()
    assert (deleted.history_type, deleted.history_user, deleted.history_change_reason) == (
        "-",
        office,
        "Von der Gästeliste gestrichen",
    )


def test_invited_guest_is_not_removed(office):
    invitation = make_invitation()

    with nothing_changes(invitation), pytest.raises(Refused, match="schon versandt"):
        remove_guest(invitation=invitation, by=office, now=NOW)
