"""Recording the reply of the host company."""

import pytest

from core.errors import NotAllowed, Refused
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, HostReply
from dialogues.services import record_host_reply
from tests.dialogues.builders import NOW, TODAY, make_dialogue
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


def host_replies(dialogue, by, reply=HostReply.ACCEPTED):
    return record_host_reply(
        dialogue=dialogue, reply=reply, replied_on=TODAY, note=" telefonisch ", by=by, now=NOW
    )


@pytest.mark.parametrize("state", DialogueState)
def test_hosts_reply_is_recorded_before_the_date_is_fixed(office, state):
    dialogue = make_dialogue(state)

    if state in (DialogueState.PLANNING, DialogueState.EXPLORING):
        host_replies(dialogue, office, HostReply.DECLINED)
        dialogue.refresh_from_db()
        assert (dialogue.host_reply, dialogue.host_replied_on, dialogue.host_note) == (
            HostReply.DECLINED,
            TODAY,
            "telefonisch",
        )
        assert dialogue.history.first().history_change_reason == "Gastgeber: abgesagt"
    else:
        with (
            nothing_changes(dialogue),
            pytest.raises(Refused, match="Antwort des Gastgebers nicht mehr ändern"),
        ):
            host_replies(dialogue, office)


def test_host_is_named_before_its_reply_is_recorded(office):
    dialogue = make_dialogue(host=None)

    with nothing_changes(dialogue), pytest.raises(Refused, match="zuerst den Gastgeber"):
        host_replies(dialogue, office)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_records_the_hosts_reply(role):
    dialogue, by = make_dialogue(), make_user(role)

    with nothing_changes(dialogue), pytest.raises(NotAllowed, match="Geschäftsstelle vorbehalten"):
        host_replies(dialogue, by)
