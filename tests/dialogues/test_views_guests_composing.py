"""The page that adds guests."""

import pytest

from dialogues.enums import DialogueState
from partners.models import DistributionList
from tests.dialogues.builders import make_dialogue
from tests.dialogues.pages import text_of
from tests.partners.builders import make_organisation, make_person
from tests.unchanged import mails_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = DialogueState


def guests_page(dialogue) -> str:
    return f"{dialogue.get_absolute_url()}gaeste/"


def test_list_is_composed_of_lists_organisations_and_people(signed_in):
    dialogue = make_dialogue(S.SCHEDULED)
    organisation = make_organisation("Öfen GmbH")
    first, second = (
        make_person("Leitung", organisation=organisation),
        make_person("Werk", organisation=organisation),
    )
    single = make_person("Einzeln")
    members = DistributionList.objects.create(name="Alle")
    members.members.add(first)
    address = f"{guests_page(dialogue)}zusammenstellen/"
    assert "Öfen GmbH 2 Personen mit E-Mail-Adresse" in text_of(signed_in.get(f"{address}?q=oef"))

    response = signed_in.post(
        address,
        {"lists": [members.pk], "organisations": [organisation.pk], "people": [single.pk]},
        follow=True,
    )
    again = signed_in.post(address, {"organisations": [organisation.pk]}, follow=True)

    assert set(dialogue.invitations.values_list("person", flat=True)) == {
        first.pk,
        second.pk,
        single.pk,
    }
    assert "3 Personen stehen neu auf der Gästeliste." in text_of(response)
    assert "0 Personen stehen neu auf der Gästeliste. 2 standen schon darauf." in text_of(again)
    assert mails_written() == []


def test_composing_without_a_choice_is_refused(signed_in):
    dialogue = make_dialogue(S.SCHEDULED)

    text = text_of(
        signed_in.post(f"{guests_page(dialogue)}zusammenstellen/", {"people": ["9" * 30, "x"]})
    )

    assert "Bitte kreuzen Sie an, wer auf die Gästeliste soll." in text
