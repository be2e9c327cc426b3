"""Taking back on its page that a dialogue took place."""

import datetime as dt

import pytest

from dialogues.enums import DialogueState
from tests.confirming import fill_in
from tests.dialogues.builders import END, make_dialogue, make_invitation
from tests.dialogues.pages import links_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_dialogue_is_reopened_from_its_page_until_it_is_documented(signed_in, office, time_machine):
    dialogue = make_dialogue(DialogueState.HELD, rsvp_by=END.date())
    make_invitation(dialogue)
    time_machine.move_to(END + dt.timedelta(days=1))
    signed_in.force_login(office)
    address = f"{dialogue.get_absolute_url()}nicht-durchgefuehrt/"
    assert address in links_of(signed_in.get(dialogue.get_absolute_url()))

    done = signed_in.get(fill_in(signed_in, address).url)

    dialogue.refresh_from_db()
    assert dialogue.state == DialogueState.INVITED
    assert "Der Vermerk ist zurückgenommen." in text_of(done)
    assert f"{dialogue.get_absolute_url()}verschieben/" in links_of(done)
    assert address not in links_of(done)
