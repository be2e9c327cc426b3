"""Another host, or the senator who now attends, can make the dates of a dialogue clash."""

import pytest

from core.errors import Warned
from dialogues.enums import DialogueState
from dialogues.services import change_dialogue
from tests.dialogues.builders import NOW, make_dialogue, make_office, make_option
from tests.partners.builders import make_organisation, make_person
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
QUESTION = "Zur selben Zeit gibt es schon einen anderen Termin"
WHEN = "Mi, 22.04.2026, 14:00–16:30 Uhr, zur selben Zeit"


@pytest.fixture
def office():
    return make_office()


def warned_of(dialogue, office, **values) -> list[str]:
    """Change `dialogue`, check that the change is questioned, and make it all the same."""
    given = {"dialogue": dialogue, "values": values, "by": office, "now": NOW}
    with nothing_changes(dialogue), pytest.raises(Warned, match=QUESTION) as warned:
        change_dialogue(**given)
    change_dialogue(**given, heeded=[concern.key for concern in warned.value.concerns])
    dialogue.refresh_from_db()
    assert {name: getattr(dialogue, name) for name in values} == values
    return [str(concern) for concern in warned.value.concerns]


def test_senator_who_now_attends_is_warned_of_another_date(office):
    make_dialogue(DialogueState.SCHEDULED, title="Wärme")
    dialogue = make_dialogue(DialogueState.SCHEDULED, senator_attends=False)

    assert warned_of(dialogue, office, senator_attends=True) == [
        f"Wärme (terminiert): {WHEN} (auch ein Termin der Senatorin)"
    ]


def test_another_host_is_warned_of_its_other_date_together_with_its_contact(office):
    host, stranger = make_organisation("Turbinenbau AG"), make_person("Vertrieb")
    make_dialogue(DialogueState.SCHEDULED, title="Wärme", host=host)
    dialogue = make_dialogue(DialogueState.EXPLORING, host_contact=stranger)
    make_option(dialogue)
    stranger.organisation = make_organisation("Messgeräte GmbH")
    stranger.save()

    assert warned_of(dialogue, office, host=host) == [
        "Vertrieb (Messgeräte GmbH): gehört nicht zu Turbinenbau AG",
        f"Wärme (terminiert): {WHEN} (auch bei diesem Unternehmen)",
    ]


def test_change_that_binds_nobody_new_is_not_questioned(office):
    make_dialogue(DialogueState.SCHEDULED, title="Wärme")
    dialogue = make_dialogue(DialogueState.SCHEDULED)

    change_dialogue(dialogue=dialogue, values={"place": "Halle 2"}, by=office, now=NOW)
    change_dialogue(dialogue=dialogue, values={"senator_attends": False}, by=office, now=NOW)

    dialogue.refresh_from_db()
    assert (dialogue.place, dialogue.senator_attends) == ("Halle 2", False)
