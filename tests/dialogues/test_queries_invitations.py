"""Replies and seats."""

import pytest

from core.progress import Segment
from dialogues.enums import DialogueState, RsvpState
from dialogues.queries import RsvpCounts
from tests.dialogues.builders import NOW, make_dialogue, make_invitation

pytestmark = pytest.mark.django_db


S = DialogueState


def test_replies_are_counted_by_kind_with_their_seats():
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, RsvpState.ACCEPTED, party=2)
    make_invitation(dialogue, RsvpState.ACCEPTED)
    make_invitation(dialogue, RsvpState.DECLINED)
    make_invitation(dialogue, withdrawn_at=NOW)

    counts = RsvpCounts.of(list(dialogue.invitations.all()), dialogue)

    assert counts.segments == [
        Segment("Zusagen", 2, "success"),
        Segment("vertreten", 0, "info"),
        Segment("Vorbehalt", 0, "warning"),
        Segment("Warteliste", 0, "muted"),
        Segment("Absage", 1, "danger"),
        Segment("offen", 0, "neutral"),
    ]
    assert (counts.invited, counts.seats_taken) == (3, 3)
