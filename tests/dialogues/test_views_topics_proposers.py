"""What proposers can leave open in a draft, and what they read of their topic later."""

import pytest

from core.roles import PARTNER
from dialogues.enums import DialogueState, TopicState
from dialogues.models import Topic
from tests.confirming import press_button
from tests.dialogues.builders import make_dialogue, make_invitation, make_topic
from tests.dialogues.pages import BASE, links_of, text_of, version_in
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = TopicState


@pytest.fixture
def partner(client):
    user = make_user(PARTNER, email="vdma-ost@example.org")
    client.force_login(user)
    return user


def test_draft_is_saved_without_description_but_not_proposed(client, office, partner):
    client.post(f"{BASE}/themen/neu/", {"title": "Wärme", "act": "save"})
    topic = Topic.objects.get()
    page = topic.get_absolute_url()

    with nothing_changes(topic):
        refused = text_of(press_button(client, page, f"{page}vorschlagen/", follow=True))

    assert (topic.title, topic.description, topic.state) == ("Wärme", "", S.DRAFT)
    assert "Bitte beschreiben Sie noch, worum es geht" in refused


def test_proposal_is_not_saved_without_description(client, partner):
    topic = make_topic(S.PROPOSED, proposed_by=partner)
    edit = f"{topic.get_absolute_url()}bearbeiten/"

    with nothing_changes(topic):
        version = version_in(client.get(edit))
        values = {"title": "Wärme", "act": "save", "version": version}
        assert "Bitte füllen Sie dieses Feld aus." in text_of(client.post(edit, values))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (DialogueState.INVITED, "Die Geschäftsstelle plant dazu ein Gespräch."),
        (DialogueState.CANCELLED, "Die Geschäftsstelle plant dazu ein Gespräch."),
        (DialogueState.HELD, "Das Gespräch zu diesem Thema hat am Mi, 22.04.2026 stattgefunden."),
        (DialogueState.CLOSED, "Das Gespräch zu diesem Thema hat am Mi, 22.04.2026 stattgefunden."),
    ],
)
def test_proposer_who_was_not_invited_reads_that_the_dialogue_took_place(
    client, partner, state, words
):
    topic = make_topic(proposed_by=partner)
    dialogue = make_dialogue(state, topic=topic, title="Vertraulich")

    response = client.get(topic.get_absolute_url())

    assert words in text_of(response)
    assert dialogue.get_absolute_url() not in links_of(response)


def test_invited_proposer_gets_the_link_to_the_dialogue_instead(client, partner):
    topic = make_topic(proposed_by=partner)
    dialogue = make_dialogue(DialogueState.HELD, topic=topic)
    make_invitation(dialogue, person=partner.person)

    response = client.get(topic.get_absolute_url())

    assert dialogue.get_absolute_url() in links_of(response)
    assert "stattgefunden" not in text_of(response)
    assert "plant dazu ein Gespräch" not in text_of(response)
