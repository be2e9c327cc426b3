"""Before the outcome is recorded, the office learns which replies it could still enter."""

import pytest
from django.urls import reverse

from approvals.enums import ApprovalKind, ApprovalState
from core.roles import OBSERVER, SENATOR_OFFICE
from dialogues.enums import DialogueState, RsvpState
from dialogues.services import document_outcome
from tests.approvals.builders import make_approval, make_condition, make_subject
from tests.dialogues.builders import END, make_dialogue, make_invitation
from tests.partners.builders import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def held():
    return make_dialogue(DialogueState.HELD)


def point_of(client, dialogue) -> list[tuple]:
    box = client.get(dialogue.get_absolute_url()).context["box"]
    return [tuple(point) for point in box.points]


@pytest.mark.parametrize(
    ("rsvps", "who"),
    [
        ([RsvpState.OPEN, RsvpState.ACCEPTED], "1 Gast ohne Antwort"),
        (
            [RsvpState.OPEN, RsvpState.OPEN, RsvpState.TENTATIVE],
            "2 Gäste ohne Antwort, 1 Gast mit Vorbehalt",
        ),
    ],
)
def test_open_replies_are_counted_with_the_page_to_enter_them(client, signed_in, held, rsvps, who):
    for rsvp in rsvps:
        make_invitation(held, rsvp)
    guests = reverse("dialogues:guests", args=[held.pk])
    text = (
        f"Noch offen: {who}. Ist das Ergebnis festgehalten, lassen sich Antworten nicht mehr "
        "eintragen."
    )

    form = signed_in.get(reverse("dialogues:document", args=[held.pk])).content.decode()

    assert point_of(signed_in, held) == [(text, "Antworten eintragen", guests)]
    assert text in form
    assert f'<a href="{guests}">Antworten eintragen</a>' in form
    assert signed_in.get(guests).status_code == 200


def test_open_replies_and_conditions_stand_side_by_side(client, signed_in, held):
    make_invitation(held, RsvpState.OPEN)
    subject = make_subject(kind=ApprovalKind.DATES, pk=held.pk)
    make_condition(make_approval(ApprovalState.CONDITIONAL, subject=subject), text="Ohne Presse")

    replies, condition = point_of(signed_in, held)

    assert (replies[1], condition[0]) == ("Antworten eintragen", "Auflage: Ohne Presse")


def test_guest_who_left_without_a_reply_is_counted(client, signed_in, held):
    invitation = make_invitation(held, RsvpState.OPEN)
    invitation.person.is_active = False
    invitation.person.save()

    ((text, _action, _url),) = point_of(signed_in, held)

    assert text.startswith("Noch offen: 1 Gast ohne Antwort.")


def test_nothing_is_said_once_all_have_replied_or_the_outcome_stands(signed_in, office, held):
    make_invitation(held, RsvpState.ACCEPTED)
    assert point_of(signed_in, held) == []

    make_invitation(held, RsvpState.OPEN)
    document_outcome(dialogue=held, outcome="Einig.", by=office, now=END)

    form = signed_in.get(reverse("dialogues:document", args=[held.pk])).content.decode()
    assert "Noch offen" not in form


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER])
def test_only_the_office_learns_of_open_replies(client, held, role):
    make_invitation(held, RsvpState.OPEN)
    client.force_login(make_user(role))

    page = client.get(held.get_absolute_url())

    assert "Antworten eintragen" not in page.content.decode()
    assert "Noch offen" not in page.content.decode()
