"""Which buttons a reporting round offers to whom."""

import pytest

from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.progress import round_buttons
from tests.measures.builders import make_plan, make_round
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("planned", ["Berichtsrunde starten", "Bearbeiten"]),
        ("open", ["Abschließen", "Bearbeiten"]),
        ("closed", []),
    ],
)
def test_office_has_the_buttons_of_the_state(state, expected):
    reporting_round = make_round(make_plan(), state=state)

    buttons = round_buttons(reporting_round, make_user(OFFICE))

    assert [button.label for button in buttons] == expected


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, PARTNER])
@pytest.mark.parametrize("state", ["planned", "open", "closed"])
def test_others_have_no_button(role, state):
    assert round_buttons(make_round(make_plan(), state=state), make_user(role)) == []


def test_taken_over_round_has_no_button():
    reporting_round = make_round(make_plan(), origin=Origin.TAKEN_OVER)

    assert round_buttons(reporting_round, make_user(OFFICE)) == []
