"""Warnings that the office gets before it sends invitations."""

import pytest

from dialogues.enums import DialogueState, RsvpState
from dialogues.progress import release_warnings
from dialogues.progress.invitations import rsvps_step, unsent_step
from dialogues.queries import Preparation
from tests.dialogues.builders import RSVP_BY, TODAY, make_dialogue, make_invitation
from tests.partners.builders import make_organisation, make_person

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


def test_guests_who_left_are_named_before_the_release():
    dialogue = make_dialogue(DialogueState.SCHEDULED, host_contact=make_person())
    make_invitation(dialogue, released=False, person=make_person("Leitung", is_active=False))

    assert release_warnings(dialogue, 1) == [
        "Nicht mehr aktiv und deshalb nicht eingeladen: Leitung. Streichen Sie sie von der Liste, "
        "und laden Sie bei Bedarf jemand anderes ein."
    ]


def test_guests_who_left_without_a_reply_are_for_the_office_to_replace():
    dialogue = make_dialogue(DialogueState.INVITED)

    step = rsvps_step(dialogue, Preparation(invited=5, inactive=1), TODAY)

    assert step.text == (
        "1 Gast ist ausgeschieden, ohne zu antworten, und wird nicht mehr erinnert. Ziehen Sie die "
        "Einladung zurück, und laden Sie bei Bedarf jemand anderes ein."
    )
    assert (step.action, step.due_on) == ("Zur Gästeliste", RSVP_BY)


def test_invitations_that_did_not_go_out_are_named_beside_missing_replies():
    dialogue = make_dialogue(DialogueState.INVITED)

    step = unsent_step(dialogue, Preparation(invited=3, unsent=2, unanswered=1))

    assert step.text == (
        "2 Einladungen sind geschrieben, aber nicht hinausgegangen. Geben Sie sie im Postausgang "
        "frei, oder senden Sie sie von der Gästeliste aus erneut. 1 Gast hat noch nicht "
        "geantwortet."
    )
    assert step.url == (
        f"/postausgang/?path=%2Fbranchengespraeche%2F{dialogue.pk}%2F&kind=invitation"
    )


def test_more_guests_than_seats_are_warned_of_with_those_invited_before():
    dialogue = make_dialogue(DialogueState.INVITED, host_contact=make_person(), seats=3)
    make_invitation(dialogue)

    [doubt] = release_warnings(dialogue, 3)

    assert (
        doubt
        == "Damit sind 4 Gäste eingeladen, es gibt aber nur 3 Plätze. Wer zuerst zusagt, kommt."
    )


def test_guests_represented_at_a_former_date_are_named_before_the_release():
    dialogue = make_dialogue(DialogueState.SCHEDULED, round=2, host_contact=make_person())
    guest = make_person("Leitung A", organisation=make_organisation("Zange GmbH"))
    make_invitation(dialogue, RsvpState.REPRESENTED, person=guest, released_round=1)

    [note] = release_warnings(dialogue, 1)

    assert note == (
        "Noch nicht dabei, zum früheren Termin vertreten: Zange GmbH: Leitung A. "
        f'<a href="/branchengespraeche/{dialogue.pk}/gaeste/">Klären, wer eingeladen wird</a>'
    )
