"""The Leitungsvorlage of dates: submitted again, it says what is true now."""

import pytest

from approvals.registry import Briefing, Decision
from core.history import save_as
from dialogues.enums import DialogueState, OptionState
from dialogues.services import change_dialogue, decide_dates, submit_dates
from tests.approvals.builders import NOW
from tests.dialogues.builders import DUE_ON, make_dialogue, make_option, make_topic
from tests.partners.builders import make_organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

OWN = "Bitte bald entscheiden: Der Betrieb plant Schichten."


def test_briefing_of_dates_submitted_again_names_place_host_and_vote_as_they_are(
    signed_in, office, senator
):
    dialogue = make_dialogue(
        DialogueState.EXPLORING,
        topic=make_topic(title="Wärme"),
        host=make_organisation("Zange GmbH"),
        place="12555 Berlin",
    )
    option = make_option(dialogue)
    url = f"{dialogue.get_absolute_url()}termine/vorlegen/"
    drafted = signed_in.get(url).context["form"].initial
    briefing = Briefing(drafted["occasion"], f"{drafted['facts']}\n\n{OWN}", "", drafted["vote"])
    approval = submit_dates(dialogue=dialogue, briefing=briefing, due_on=DUE_ON, by=office, now=NOW)
    decision = Decision("return", comment="Bitte mit Anschrift.")
    decide_dates(approval=approval, decision=decision, by=senator, now=NOW)
    option.state = OptionState.PROPOSED
    save_as(option, by=office, now=NOW, reason="wieder vorgeschlagen")
    values = {"place": "Halle 3, Wendenschloßstraße 142, 12557 Berlin", "senator_attends": False}
    change_dialogue(dialogue=dialogue, values=values, by=office, now=NOW)

    again = signed_in.get(url).context["form"].initial

    host = "Zange GmbH richtet das Gespräch zum Thema „Wärme“ aus."
    assert drafted["facts"] == f"{host}\n\nOrt: 12555 Berlin."
    assert again["facts"] == (
        f"{host}\n\nOrt: Halle 3, Wendenschloßstraße 142, 12557 Berlin.\n\n{OWN}"
    )
    assert drafted["vote"].endswith("Termine, Teilnahme der Senatorin")
    assert again["vote"] == "Zustimmung zu einem oder mehreren der Termine"
