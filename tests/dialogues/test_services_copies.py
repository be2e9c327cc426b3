"""A new dialogue takes over what a former one has prepared, and nothing of what became of it."""

import pytest

from core.errors import NotAllowed, Refused, Warned
from dialogues.enums import DialogueState, HostReply, RsvpState, TopicState
from dialogues.models import Dialogue, Invitation
from dialogues.queries import dialogue_history, programme_items
from dialogues.services import copy_dialogue
from dialogues.services.copies import Parts
from tests.dialogues.builders import (
    NOW,
    make_contribution,
    make_dialogue,
    make_invitation,
    make_past,
    make_topic,
)
from tests.dialogues.test_services_programme import TEXT, T, change
from tests.partners.builders import make_organisation, make_person
from tests.unchanged import OFFICE_ONLY, mails_written, nothing_changes

pytestmark = pytest.mark.django_db
S = DialogueState


ALL = Parts()


def copy(former, by, *, topic=None, title="Neu", parts=ALL, **given) -> Dialogue:
    topic = topic or make_topic()
    return copy_dialogue(
        former=former, topic=topic, title=title, parts=parts, by=by, now=NOW, **given
    )


def test_copy_begins_planning_with_what_was_prepared(office):
    host = make_organisation("Messgeräte GmbH")
    contact = make_person("Leitung", organisation=host)
    former = make_dialogue(
        S.INVITED,
        host=host,
        host_contact=contact,
        format="hybrid",
        seats=12,
        senator_attends=False,
        video_link="https://example.org/alt",
        internal_notes="nicht weitergeben",
        outcome="Erledigt",
    )
    change(former, office)
    topic = make_topic(title="Kälte")

    new = copy(former, office, topic=topic)

    new.refresh_from_db()
    assert (new.title, new.topic, new.state, new.round, new.sequence) == (
        "Neu",
        topic,
        S.PLANNING,
        1,
        0,
    )
    assert (new.host, new.host_contact, new.place) == (host, contact, former.place)
    assert (new.host_reply, new.host_replied_on) == (HostReply.OPEN, None)
    assert (new.format, new.seats, new.senator_attends) == ("hybrid", 12, False)
    assert (new.programme, new.programme_start) == (TEXT, T(14))
    assert [item.starts_after_minutes for item in programme_items(new)] == [-30, 0, 15]
    assert (new.video_link, new.internal_notes, new.outcome) == ("", "", "")
    assert (new.starts_at, new.rsvp_by, new.date_options.count()) == (None, None, 0)
    # The former one keeps its own items.
    assert len(programme_items(former)) == 3
    assert [entry.what for entry in dialogue_history(new, office)] == [
        "Planung begonnen nach dem Vorbild von „Fachkräfte im Maschinenbau“",
    ]


def test_guests_are_listed_without_their_replies(office):
    former = make_dialogue(S.INVITED)
    represented = make_invitation(former, RsvpState.REPRESENTED, remark="Grüße")
    make_invitation(former, person=make_person(is_active=False))
    make_invitation(former, person=make_person(email=""))
    make_invitation(former, withdrawn_at=NOW)

    with nothing_changes(represented, former):
        new = copy(former, office)

    invitation = Invitation.objects.get(dialogue=new)
    assert invitation.person == represented.person
    assert (invitation.rsvp, invitation.remark, invitation.substitute_name) == ("open", "", "")
    assert (invitation.released_at, invitation.released_round) == (None, 0)
    assert invitation.created_by == office
    assert [line.history_change_reason for line in invitation.history.all()] == [
        "Auf die Gästeliste gesetzt"
    ]
    assert mails_written() == []


def test_parts_that_were_not_wanted_stay_behind(office):
    former = make_dialogue(S.CLOSED, programme="14:00 Begrüßung")
    make_invitation(former)
    make_contribution(dialogue=former)

    new = copy(former, office, parts=Parts(host=False, programme=False, guests=False))

    assert (new.host, new.place, new.programme) == (None, "", "")
    assert (new.invitations.count(), new.contributions.count()) == (0, 0)


def test_older_programme_is_copied_as_it_is_written(office):
    former = make_dialogue(S.HELD, programme="14:00 Begrüßung\nImbiss")

    new = copy(former, office)

    assert (new.programme, new.programme_start) == ("14:00 Begrüßung\nImbiss", None)


@pytest.mark.parametrize("inactive", ["host", "contact"])
def test_who_has_left_is_not_taken_along(office, inactive):
    host = make_organisation(is_active=inactive != "host")
    contact = make_person(organisation=host, is_active=inactive != "contact")
    former = make_dialogue(S.HELD, host=host, host_contact=contact)

    new = copy(former, office)

    assert new.host == (None if inactive == "host" else host)
    assert new.host_contact is None


def test_contact_from_elsewhere_is_asked_about_again(office):
    contact = make_person("Leitung", organisation=make_organisation("Andere AG"))
    former = make_dialogue(S.HELD, host_contact=contact)

    with pytest.raises(Warned, match="anderen Organisation") as warned:
        copy(former, office)

    assert Dialogue.objects.count() == 1
    heeded = [concern.key for concern in warned.value.concerns]
    assert copy(former, office, heeded=heeded).host_contact == contact


@pytest.mark.parametrize("state", [TopicState.FOR_APPROVAL, TopicState.REFUSED])
def test_topic_has_to_be_approved(office, state):
    former, topic = make_dialogue(S.HELD), make_topic(state)

    with pytest.raises(Refused, match="erst zu einem freigegebenen Thema"):
        copy(former, office, topic=topic)

    assert Dialogue.objects.count() == 1


def test_only_the_office_copies_and_never_a_record_taken_over(office, senator):
    former, past = make_dialogue(S.HELD), make_past()

    with pytest.raises(NotAllowed, match=OFFICE_ONLY):
        copy(former, senator)
    with pytest.raises(Refused, match="aus früheren Unterlagen übernommen"):
        copy(past, office)

    assert Dialogue.objects.count() == 2
