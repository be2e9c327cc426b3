"""Warnings that the office gets before it sends invitations."""

import pytest

from dialogues.enums import DialogueState
from dialogues.progress import release_warnings
from tests.dialogues.builders import make_dialogue, make_invitation
from tests.partners.builders import make_person

pytestmark = pytest.mark.django_db


def test_release_with_address_contact_and_seats_has_no_warning():
    dialogue = make_dialogue(DialogueState.SCHEDULED, host_contact=make_person(), seats=3)

    assert release_warnings(dialogue, 3) == []


def test_missing_address_and_contact_are_warned_of():
    dialogue = make_dialogue(DialogueState.SCHEDULED, place="")

    assert [doubt.partition(";")[0] for doubt in release_warnings(dialogue, 1)] == [
        "Es ist keine Anschrift eingetragen",
        "Beim Gastgeber ist keine Ansprechperson eingetragen",
    ]


def test_more_guests_than_seats_are_warned_of_with_those_invited_before():
    dialogue = make_dialogue(DialogueState.INVITED, host_contact=make_person(), seats=3)
    make_invitation(dialogue)

    [doubt] = release_warnings(dialogue, 3)

    assert (
        doubt
        == "Damit sind 4 Gäste eingeladen, es gibt aber nur 3 Plätze. Wer zuerst zusagt, kommt."
    )
