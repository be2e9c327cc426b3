from dataclasses import dataclass

import pytest

from core.errors import Refused
from core.states import Move, allowed_actions, target_of

TABLE = {
    "submit": Move(("draft", "returned"), "open", "Zur Freigabe geben"),
    "approve": Move(("open",), "approved"),
    "ask": Move(("draft", "open"), "", "Nachfragen"),
}


NAMES = {
    "draft": "Entwurf",
    "returned": "zurückgegeben",
    "open": "offen",
    "approved": "freigegeben",
}


@dataclass
class Topic:
    state: str
    is_taken_over: bool = False

    def get_state_display(self):
        return NAMES[self.state]


@pytest.mark.parametrize(
    ("action", "state", "target"),
    [
        ("submit", "draft", "open"),
        ("submit", "returned", "open"),
        ("approve", "open", "approved"),
        ("ask", "draft", "draft"),
        ("ask", "open", "open"),
    ],
)
def test_table_says_where_an_action_leads(action, state, target):
    assert target_of(TABLE, action, Topic(state)) == target


@pytest.mark.parametrize(
    ("action", "state"),
    [("submit", "open"), ("submit", "approved"), ("approve", "draft"), ("approve", "approved")],
)
def test_action_that_the_table_forbids_is_refused(action, state):
    topic = Topic(state)

    with pytest.raises(Refused) as refusal:
        target_of(TABLE, action, topic)

    assert str(refusal.value) == (
        f"Das ist im Stand „{topic.get_state_display()}“ nicht möglich. Vielleicht war inzwischen "
        "jemand schneller; "
        "was jetzt ansteht, zeigt die Seite des Eintrags."
    )
    assert topic.state == state


def test_imported_record_is_outside_the_workflow():
    topic = Topic("draft", is_taken_over=True)

    with pytest.raises(Refused, match="aus früheren Unterlagen übernommen"):
        target_of(TABLE, "submit", topic)
    assert allowed_actions(TABLE, topic) == []


@pytest.mark.parametrize(
    ("state", "actions"),
    [
        ("draft", ["submit", "ask"]),
        ("returned", ["submit"]),
        ("open", ["approve", "ask"]),
        ("approved", []),
    ],
)
def test_buttons_follow_the_table(state, actions):
    assert allowed_actions(TABLE, Topic(state)) == actions


def test_unknown_action_is_a_programming_error():
    with pytest.raises(KeyError):
        target_of(TABLE, "forget", Topic("draft"))
