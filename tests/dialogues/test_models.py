import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.models import Origin, Precision
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueFormat, DialogueState, OptionState, RsvpState, TopicState
from dialogues.models import Dialogue, Invitation, Topic
from dialogues.permissions import can_propose
from partners.models import Deputy, User
from tests.dialogues.builders import (
    DAY,
    END,
    make_dialogue,
    make_invitation,
    make_option,
    make_series,
    make_topic,
)
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db


def violates(name: str, obj, **fields):
    """Assert that the database refuses `fields`; for unique constraints SQLite names only the
    columns.
    """
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        type(obj).objects.filter(pk=obj.pk).update(**fields)
    assert name in str(error.value) or "UNIQUE constraint failed" in str(error.value)


@pytest.mark.parametrize("state", [TopicState.FOR_APPROVAL, TopicState.APPROVED])
def test_topic_for_approval_is_in_a_series(state):
    violates("topic_for_approval_is_in_series", make_topic(state), series=None)


def test_declined_topic_has_a_reason():
    violates("topic_declined_has_reason", make_topic(TopicState.NOT_TAKEN_UP), reason="")


@pytest.mark.parametrize(
    "fields",
    [
        {"topic": None},
        {"host": None},
        {"host_reply": "open"},
        {"starts_at": None, "ends_at": None},
    ],
)
@pytest.mark.parametrize("state", ["scheduled", "invited", "held", "documented", "closed"])
def test_dated_dialogue_has_topic_host_and_date(state, fields):
    violates("dialogue_dated_has_topic_host_and_date", make_dialogue(state), **fields)


def test_dialogue_ends_after_its_beginning():
    violates("dialogue_ends_after_start", make_dialogue(DialogueState.SCHEDULED), ends_at=DAY)


def test_only_records_taken_over_are_events():
    violates("dialogue_events_are_taken_over", make_dialogue(), category="event")


def test_taken_over_dialogue_may_miss_everything():
    dialogue = make_dialogue(
        DialogueState.CLOSED,
        origin=Origin.TAKEN_OVER,
        topic=None,
        host=None,
        starts_at=None,
        ends_at=None,
    )

    assert Dialogue.objects.get(pk=dialogue.pk).starts_at is None


def test_same_date_is_not_proposed_twice():
    dialogue = make_dialogue()
    make_option(dialogue)
    second = make_option(dialogue, starts_at=DAY + dt.timedelta(hours=1))

    violates("date_option_once_per_start", second, starts_at=DAY)
    make_option(dialogue, OptionState.DROPPED)


def test_only_one_date_is_fixed():
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    second = make_option(dialogue, starts_at=DAY + dt.timedelta(hours=1))

    violates("date_option_one_fixed", second, state=OptionState.FIXED)


def test_date_ends_after_its_beginning():
    violates("date_option_ends_after_start", make_option(make_dialogue()), ends_at=DAY)


def test_person_is_not_invited_twice():
    first = make_invitation()
    second = make_invitation(first.dialogue)

    violates("invitation_once_per_person", second, person=first.person)


@pytest.mark.parametrize("party", [0, 11])
def test_party_is_one_to_ten(party):
    violates("invitation_party_is_one_to_ten", make_invitation(), party=party)


@pytest.mark.parametrize("rsvp", [state for state in RsvpState if state != RsvpState.OPEN])
def test_reply_has_a_time(rsvp):
    violates("invitation_rsvp_has_time", make_invitation(rsvp=rsvp), replied_at=None)


def test_substitute_has_a_name():
    invitation = make_invitation(rsvp=RsvpState.REPRESENTED)

    violates("invitation_represented_names_substitute", invitation, substitute_name="")


@pytest.mark.parametrize(
    ("rsvp", "withdrawn_at", "seats"),
    [
        (RsvpState.OPEN, None, 0),
        (RsvpState.ACCEPTED, None, 3),
        (RsvpState.REPRESENTED, None, 3),
        (RsvpState.TENTATIVE, None, 0),
        (RsvpState.DECLINED, None, 0),
        (RsvpState.ACCEPTED, DAY, 0),
    ],
)
def test_seats_follow_the_reply(rsvp, withdrawn_at, seats):
    assert make_invitation(rsvp=rsvp, party=3, withdrawn_at=withdrawn_at).seats_taken == seats


def test_when_is_the_fixed_date_the_known_day_or_open():
    past = make_dialogue(
        DialogueState.CLOSED,
        origin=Origin.TAKEN_OVER,
        starts_at=None,
        ends_at=None,
        starts_on=dt.date(2017, 10, 23),
        precision=Precision.DAY,
    )

    assert make_dialogue(DialogueState.SCHEDULED).when == "Mi, 22.04.2026, 14:00–16:30 Uhr"
    assert make_dialogue().when == "noch offen"
    assert past.when == "23.10.2017"


def test_location_names_the_host_and_the_place_or_its_address():
    host = make_organisation(
        "Messgeräte GmbH", street="Werkstraße 1", postcode="12681", city="Berlin"
    )

    assert make_dialogue(place="Halle 2", host=host).location == "Messgeräte GmbH, Halle 2"
    assert (
        make_dialogue(place="", host=host).location == "Messgeräte GmbH, Werkstraße 1, 12681 Berlin"
    )
    assert make_dialogue(place="Rotes Rathaus", host=None).location == "Rotes Rathaus"
    assert make_dialogue(place="", host=None).location == ""


def test_digital_dialogue_takes_place_at_its_link():
    link = "https://konferenz.example.org/raum"

    assert make_dialogue(format=DialogueFormat.DIGITAL, place="", video_link=link).location == link
    assert (
        make_dialogue(
            format=DialogueFormat.DIGITAL, place="Einwahl folgt", video_link=link
        ).location
        == "Einwahl folgt"
    )


def test_location_of_an_imported_dialogue_stays_unchanged():
    dialogue = make_dialogue(
        DialogueState.HELD,
        origin=Origin.TAKEN_OVER,
        place="IHK Berlin",
        starts_at=None,
        ends_at=None,
    )

    assert dialogue.location == "IHK Berlin"


def test_records_have_names():
    dialogue = make_dialogue()
    invitation = make_invitation(dialogue)

    assert str(make_series()) == "Reihe 2026"
    assert str(dialogue.topic) == "Fachkräfte sichern"
    assert str(make_option(dialogue, ends_at=END)) == "Mi, 22.04.2026, 14:00–16:30 Uhr"
    assert str(invitation) == f"{invitation.person} – Fachkräfte im Maschinenbau"
    assert dialogue.calendar_uid == f"dialogue-{dialogue.pk}"


def test_partner_does_not_see_a_draft_of_the_office_that_names_its_organisation(office):
    partner = make_user(PARTNER)
    draft = make_topic(
        TopicState.DRAFT, proposed_by=office, organisation_id=partner.organisation_id
    )

    assert draft not in Topic.objects.visible_to(partner)
    assert draft in Topic.objects.visible_to(office)


@pytest.fixture
def partner():
    return make_user(PARTNER)


def make_deputy(partner, *roles):
    """Return an account of another organisation with `roles` that deputises for `partner` today."""
    deputy = make_user(*roles, organisation=make_organisation())
    Deputy.objects.create(
        principal=partner.person, deputy=deputy.person, starts_on=timezone.localdate()
    )
    return deputy


def records_about(partner):
    """Return what `partner` may see: topics, dialogues, and the invitation to one of them."""
    topics = [
        make_topic(state, proposed_by=partner) for state in (TopicState.DRAFT, TopicState.PROPOSED)
    ]
    invitation = make_invitation(person=make_person(organisation=partner.person.organisation))
    hosted = make_dialogue(DialogueState.SCHEDULED, host=partner.person.organisation)
    return {*topics, invitation.dialogue, hosted, invitation}


def records_seen_by(user):
    return {
        obj for model in (Topic, Dialogue, Invitation) for obj in model.objects.visible_to(user)
    }


@pytest.mark.parametrize("roles", [(), (PARTNER,)])
def test_deputy_from_another_organisation_sees_what_the_partner_sees(partner, roles):
    records, deputy = records_about(partner), make_deputy(partner, *roles)

    assert records_seen_by(partner) == records_seen_by(deputy) == records


@pytest.mark.parametrize("role", [OBSERVER, SENATOR_OFFICE])
def test_second_role_takes_nothing_from_a_partner(partner, role):
    records = records_about(partner)
    partner.groups.add(Group.objects.get(name=role))

    assert records_seen_by(User.objects.get(pk=partner.pk)) >= records


def test_lent_role_does_not_open_the_deputys_own_organisation(partner):
    deputy = make_deputy(partner, OBSERVER)
    colleague = make_user(PARTNER, organisation=deputy.person.organisation)
    make_topic(TopicState.PROPOSED, proposed_by=colleague)
    invitation = make_invitation(person=colleague.person)

    # The observer role of the deputy shows them, since they are decided.
    assert records_seen_by(deputy) == {
        invitation.dialogue,
        invitation.dialogue.topic,
    }


def test_draft_of_a_deputy_is_hidden_from_their_own_organisation(partner):
    deputy = make_deputy(partner, PARTNER)
    colleague = make_user(PARTNER, organisation=deputy.person.organisation)
    draft = make_topic(
        TopicState.DRAFT, proposed_by=deputy, organisation_id=partner.organisation_id
    )

    assert draft in Topic.objects.visible_to(deputy)
    assert draft not in Topic.objects.visible_to(colleague)


@pytest.mark.parametrize(
    ("roles", "proposes"),
    [((), False), ((OBSERVER,), False), ((SENATOR_OFFICE,), False), ((PARTNER,), True)],
)
def test_own_organisation_proposes_only_with_the_own_role(roles, proposes):
    assert can_propose(make_user(*roles, organisation=make_organisation())) == proposes


def test_deputy_of_a_partner_proposes(partner):
    assert can_propose(make_deputy(partner, OBSERVER))
