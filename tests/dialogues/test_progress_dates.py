"""How many people a change of a dialogue is told to, and with how many mails."""

import pytest

from dialogues.enums import DialogueState, RsvpState
from dialogues.mails import addressees_of_cancellation
from dialogues.progress import effect_of_changes, notified_people
from dialogues.services import change_dialogue
from tests.dialogues.builders import NOW, TODAY, make_dialogue, make_invitation
from tests.partners.builders import make_person
from tests.unchanged import mails_written

pytestmark = pytest.mark.django_db


def make_guests(*addresses):
    dialogue = make_dialogue(DialogueState.INVITED)
    for number, email in enumerate(addresses):
        person = make_person(f"Gast {number}", email=email)
        make_invitation(dialogue, RsvpState.ACCEPTED, person=person)
    return dialogue


@pytest.mark.parametrize(
    ("addresses", "people"),
    [
        (("a@example.org", "b@example.org"), "2 Personen"),
        (("a@example.org", "a@example.org", "b@example.org"), "3 Personen (2 E-Mails)"),
        (("a@example.org", "a@example.org"), "2 Personen (1 E-Mail)"),
    ],
)
def test_people_who_share_a_mailbox_are_all_counted(office, addresses, people):
    dialogue = make_guests(*addresses)

    addressees = addressees_of_cancellation(dialogue, today=TODAY)
    effect = effect_of_changes(dialogue, TODAY, lapses=False)
    change_dialogue(dialogue=dialogue, values={"place": "Halle 2"}, by=office, now=NOW)

    assert notified_people(dialogue, addressees)[0] == f"{people} werden benachrichtigt:"
    assert f"erfahren {people} per E-Mail mit neuem Kalendereintrag." in effect
    count = people.partition(" ")[0]
    reason = f"Geändert: Ort; {count} Personen benachrichtigt"
    assert dialogue.history.first().history_change_reason == reason
    assert len(mails_written()) == len(set(addresses))
