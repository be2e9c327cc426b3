"""What moves in this app when two entries of the same person are merged."""

import datetime as dt

import pytest

from core.errors import Refused
from core.roles import PARTNER
from dialogues.enums import DialogueState, RsvpState
from dialogues.models import Invitation
from dialogues.queries import count_seats_taken, waiting_list
from dialogues.queries.history import dialogue_history
from dialogues.services import open_invitation, record_rsvp, withdraw_invitation
from outbox.models import Mail
from partners.models import Person
from tests.dialogues.builders import (
    NO,
    NOW,
    YES,
    make_dialogue,
    make_invitation,
    make_offer,
    make_office,
    make_topic,
    make_waiting,
)
from tests.partners.builders import make_person, make_user
from tests.partners.test_services_merges import merge

pytestmark = pytest.mark.django_db

EARLIER, LATER = NOW - dt.timedelta(days=2), NOW - dt.timedelta(days=1)


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def source():
    return make_person("Quelle", email="alt@example.org")


@pytest.fixture
def target():
    return make_person("Ziel", email="neu@example.org")


def token_of(invitation: Invitation) -> str:
    return invitation.personal_link.strip("/").rpartition("/")[2]


def test_invitation_moves_with_its_answer_and_link(source, target, office):
    invitation = make_invitation(rsvp=RsvpState.ACCEPTED, party=2, person=source)

    lines = merge(source, target, office)

    assert lines == ["Einladung zu „Fachkräfte im Maschinenbau“ (Zusage)"]
    assert open_invitation(token_of(invitation)).person == target
    moved = Invitation.objects.get()
    assert (moved.rsvp, moved.party, moved.person) == (RsvpState.ACCEPTED, 2, target)
    assert not Mail.objects.exists()


@pytest.mark.parametrize("source_is_later", (True, False))
def test_later_answer_stands(source, target, office, source_is_later):
    dialogue = make_dialogue(DialogueState.INVITED, seats=5)
    times = (LATER, EARLIER) if source_is_later else (EARLIER, LATER)
    first = make_invitation(
        dialogue, RsvpState.ACCEPTED, person=source, party=3, replied_at=times[0], revision=2
    )
    second = make_invitation(
        dialogue, RsvpState.DECLINED, person=target, replied_at=times[1], revision=1
    )
    assert count_seats_taken(dialogue) == 3

    lines = merge(source, target, office)

    kept = Invitation.objects.get()
    assert (kept.person, kept.replied_at, kept.revision) == (target, LATER, 2)
    assert kept.pk == (first.pk if source_is_later else second.pk)
    assert count_seats_taken(dialogue) == (3 if source_is_later else 0)
    answer = "Zusage" if source_is_later else "Absage"
    assert lines == [
        "Zweite Einladung zu „Fachkräfte im Maschinenbau“: entfällt, es gilt die Antwort "
        f"„{answer}“ vom 01.03.2026, 10:00 Uhr"
    ]
    assert open_invitation(token_of(first)) == open_invitation(token_of(second)) == kept


@pytest.mark.parametrize(
    "fields, other",
    (
        ({"rsvp": "accepted", "replied_at": EARLIER}, {}),
        ({}, {"rsvp": "accepted", "replied_at": LATER, "withdrawn_at": LATER}),
        ({}, {"released": False}),
        # An answer to a former date no longer counts.
        ({"released_round": 2}, {"rsvp": "accepted", "replied_at": LATER}),
    ),
)
def test_valid_invitation_stands(source, target, office, fields, other):
    dialogue = make_dialogue(DialogueState.INVITED)
    kept = make_invitation(dialogue, person=source, **fields)
    make_invitation(dialogue, person=target, **other)

    merge(source, target, office)

    assert Invitation.objects.get() == kept
    assert Invitation.objects.get().person == target


def test_two_invitations_without_an_answer_become_one(source, target, office):
    dialogue = make_dialogue(DialogueState.INVITED)
    make_invitation(dialogue, person=source)
    make_invitation(dialogue, person=target)

    assert merge(source, target, office) == [
        "Zweite Einladung zu „Fachkräfte im Maschinenbau“: entfällt, es bleibt eine ohne Antwort"
    ]
    assert Invitation.objects.get().person == target


@pytest.mark.parametrize(
    "kept, dropped, expected",
    (
        ({}, {"seat_wanted_at": EARLIER}, EARLIER),
        ({"seat_wanted_at": EARLIER}, {}, EARLIER),
        # An offer that lapsed ended the wish, but the other one stands.
        ({"seat_wanted_at": None}, {"seat_wanted_at": EARLIER}, EARLIER),
        # Any other reply ends it, as does the end of the invitation that holds it.
        ({"rsvp": "declined", "seat_wanted_at": None}, {"seat_wanted_at": EARLIER}, None),
        ({"rsvp": "accepted", "seat_wanted_at": None}, {"seat_wanted_at": EARLIER}, None),
        ({}, {"seat_wanted_at": EARLIER, "withdrawn_at": LATER}, LATER),
        ({}, {"seat_wanted_at": EARLIER, "released_round": 0}, LATER),
    ),
)
def test_earlier_wish_for_a_seat_stands(source, target, office, kept, dropped, expected):
    dialogue = make_dialogue(DialogueState.INVITED)
    waits = {"rsvp": "waiting", "seat_wanted_at": LATER, "replied_at": EARLIER}
    make_invitation(dialogue, person=source, **waits | dropped)
    stays = make_invitation(dialogue, person=target, **waits | {"replied_at": LATER} | kept)

    merge(source, target, office)

    assert Invitation.objects.get() == stays
    assert Invitation.objects.get().seat_wanted_at == expected


def test_open_offer_ends_with_its_invitation_and_stays_on_record(source, target, office):
    dialogue = make_dialogue(DialogueState.INVITED)
    offer = make_offer(make_waiting(dialogue, EARLIER, person=source, replied_at=EARLIER))
    stays = make_waiting(dialogue, LATER, person=target, replied_at=LATER)

    merge(source, target, office)

    offer.refresh_from_db()
    assert (offer.invitation, offer.state) == (stays, "withdrawn")
    # The next free seat is offered to them: the earlier wish stands.
    assert list(waiting_list(dialogue)) == [stays]
    assert Invitation.objects.get().seat_wanted_at == EARLIER


def test_old_link_replies_and_dies_with_the_new_one(source, target, office):
    dialogue = make_dialogue(DialogueState.INVITED)
    dropped = make_invitation(dialogue, person=source)
    kept = make_invitation(dialogue, RsvpState.ACCEPTED, person=target)
    token = token_of(dropped)
    merge(source, target, office)

    assert record_rsvp(invitation=open_invitation(token), rsvp=NO, now=NOW)
    kept.refresh_from_db()
    assert kept.rsvp == RsvpState.DECLINED

    kept.link_version += 1
    kept.save()
    with pytest.raises(Refused, match="Dieser Link gilt nicht mehr"):
        open_invitation(token)
    withdraw_invitation(invitation=kept, by=office, now=NOW)
    with pytest.raises(Refused, match="wurde zurückgezogen"):
        open_invitation(token)


def test_links_survive_a_second_merge(source, target, office):
    dialogue, third = make_dialogue(DialogueState.INVITED), make_person("Dritte")
    first = make_invitation(dialogue, person=source)
    second = make_invitation(dialogue, person=target)
    last = make_invitation(dialogue, RsvpState.ACCEPTED, person=third)
    tokens = [token_of(first), token_of(second)]

    merge(source, target, office)
    merge(target, third, office)

    assert [open_invitation(token) for token in tokens] == [last, last]


def test_revoked_link_stays_revoked(source, target, office):
    dialogue = make_dialogue(DialogueState.INVITED)
    dropped = make_invitation(dialogue, person=source)
    token = token_of(dropped)
    Invitation.objects.filter(pk=dropped.pk).update(link_version=2)
    make_invitation(dialogue, RsvpState.ACCEPTED, person=target)

    merge(source, target, office)

    with pytest.raises(Refused, match="gibt es nicht mehr"):
        open_invitation(token)


def test_mail_of_the_invitation_that_ends_is_withdrawn(source, target, office):
    dialogue = make_dialogue(DialogueState.INVITED)
    dropped = make_invitation(dialogue, person=source)
    kept = make_invitation(dialogue, person=target)
    for invitation in (dropped, kept):
        record_rsvp(invitation=invitation, rsvp=YES, now=NOW)
    Invitation.objects.filter(pk=kept.pk).update(replied_at=NOW + dt.timedelta(hours=1))

    merge(source, target, office)

    states = dict(Mail.objects.values_list("subject_key", "state"))
    assert states == {dropped.mail_key: "withdrawn", kept.mail_key: "waiting"}


def test_history_names_the_person_that_stays(source, target, office):
    dialogue = make_dialogue(DialogueState.INVITED)
    invitation = make_invitation(dialogue, person=source)
    record_rsvp(invitation=invitation, rsvp=YES, now=NOW)

    merge(source, target, office)

    assert not Invitation.history.filter(person=source.pk).exists()
    notes = [entry.note for entry in dialogue_history(dialogue, office)]
    assert notes.count("Ziel") == 2
    assert "Quelle" not in notes


def test_contact_of_the_host_moves(source, target, office):
    dialogue = make_dialogue(host_contact=source)

    lines = merge(source, target, office)

    dialogue.refresh_from_db()
    assert dialogue.host_contact == target
    assert lines == ["Ansprechperson beim Gastgeber: „Fachkräfte im Maschinenbau“"]
    assert not Mail.objects.exists()


def test_topics_of_a_closed_account_move_to_the_one_in_use(office):
    closed, account = make_user(PARTNER, is_active=False), make_user(PARTNER)
    topic = make_topic(proposed_by=closed)

    lines = merge(closed.person, account.person, office)

    topic.refresh_from_db()
    assert topic.proposed_by == account
    assert lines == ["Thema „Fachkräfte sichern“"]


def test_topics_stay_with_an_account_that_moves(source, office):
    account = make_user(PARTNER)
    topic = make_topic(proposed_by=account)
    organisation = account.person.organisation
    target = make_person("Ziel", organisation=organisation)

    merge(account.person, target, office)

    topic.refresh_from_db()
    assert topic.proposed_by == account
    assert topic.proposed_by.person == target
    assert Person.objects.filter(pk=target.pk).exists()
