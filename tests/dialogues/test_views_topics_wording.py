"""What the portal says about a proposal, to partners and to the office."""

import pytest

from core.roles import OFFICE, PARTNER
from dialogues.enums import TopicState
from tests.confirming import press_button
from tests.dialogues.builders import make_topic
from tests.dialogues.pages import BASE, text_of
from tests.partners.builders import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = TopicState
WORDS = {"title": "Wärme", "description": "Öfen brauchen Strom.", "wish": "Ein Tarif"}


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (OFFICE, "Das Thema ist vorgeschlagen."),
        (PARTNER, "Ihr Vorschlag liegt der Geschäftsstelle vor."),
    ],
)
def test_office_is_not_told_that_its_proposal_reached_the_office(client, role, words):
    user = make_user(role)
    client.force_login(user)
    draft = make_topic(S.DRAFT, proposed_by=user)

    page = draft.get_absolute_url()
    proposed = press_button(client, page, f"{page}vorschlagen/", follow=True)
    created = client.post(f"{BASE}/themen/neu/", WORDS | {"act": "propose"}, follow=True)

    assert [words in text_of(page) for page in (proposed, created)] == [True, True]
