"""The reply page of a guest whose dialogue was postponed or cancelled."""

import datetime as dt

import pytest

from dialogues.enums import DialogueState, RsvpState
from dialogues.models import Dialogue, Invitation
from tests.dialogues.builders import DAY, END, NOW, make_dialogue, make_invitation
from tests.dialogues.pages import text_of

pytestmark = pytest.mark.django_db
S = DialogueState
CLARIFIED = "Wen wir zum neuen Termin einladen, klärt die Geschäftsstelle mit Ihnen."
INVITED_AGAIN = "Wir laden Sie zum neuen Termin erneut ein; Sie müssen nichts weiter tun."


@pytest.mark.parametrize(
    ("state", "rsvp", "words"),
    [
        (S.EXPLORING, RsvpState.ACCEPTED, f"steht noch nicht fest. {INVITED_AGAIN}"),
        (S.EXPLORING, RsvpState.REPRESENTED, f"steht noch nicht fest. {CLARIFIED}"),
        (S.SCHEDULED, RsvpState.ACCEPTED, f"Der neue Termin steht fest. {INVITED_AGAIN}"),
        (S.SCHEDULED, RsvpState.REPRESENTED, f"Der neue Termin steht fest. {CLARIFIED}"),
        (S.INVITED, RsvpState.REPRESENTED, f"an Sie bisher keine. {CLARIFIED}"),
        (S.INVITED, RsvpState.DECLINED, "wenn Sie teilnehmen möchten."),
    ],
)
def test_guest_of_a_postponed_dialogue_reads_what_holds(client, state, rsvp, words):
    invitation = make_invitation(make_dialogue(state), rsvp)
    Dialogue.objects.filter(pk=invitation.dialogue_id).update(round=2)

    page = text_of(client.get(invitation.personal_link))

    assert words in page
    assert "Termin verschoben" in page
    assert "Ihre Antwort zum früheren Termin" in page
    assert "Sie gilt für den neuen Termin nicht mehr." in page
    assert "Es kommt" not in page
    is_represented = rsvp == RsvpState.REPRESENTED
    assert ("Als Vertretung war genannt: Stellvertretung." in page) == is_represented


def test_page_of_a_cancelled_dialogue_says_so_first(client):
    invitation = make_invitation()
    Invitation.objects.filter(pk=invitation.pk).update(
        rsvp=RsvpState.ACCEPTED, replied_at=NOW, channel="link"
    )
    Dialogue.objects.filter(pk=invitation.dialogue_id).update(state=S.CANCELLED)

    page = text_of(client.get(invitation.personal_link))

    assert page.index("Dieses Gespräch wurde abgesagt.") < page.index("Termin abgesagt: Mi")
    assert "Ihre Antwort vor der Absage" in page


def test_former_link_shows_no_date_of_a_later_round(client):
    invitation = make_invitation()
    dialogue = invitation.dialogue
    Dialogue.objects.filter(pk=dialogue.pk).update(
        round=2,
        starts_at=DAY + dt.timedelta(days=7),
        ends_at=END + dt.timedelta(days=7),
        state="scheduled",
    )

    response = client.get(invitation.personal_link)

    assert "29.04.2026" not in text_of(response)
    assert "Termin verschoben" in text_of(response)
    assert "termin.ics" not in response.content.decode()
    assert client.get(f"{invitation.personal_link}termin.ics").status_code == 404
