import pytest
import time_machine

from approvals.enums import ApprovalKind, ConditionState
from approvals.progress import comment_cards, with_conditions
from core.progress import NextStep, OpenPoint
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from tests.approvals.builders import NOW, make_approval, make_condition, make_deputy
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db

BOX = NextStep("Planen Sie ein Gespräch.", "Geschäftsstelle", None, "Planen", "/planen/")


def box_for(user, box=BOX, kind=ApprovalKind.TOPIC):
    return with_conditions(box, user, (kind, 1, "Auflage"))


def test_office_gets_open_conditions_with_a_button():
    first = make_condition()
    second = make_condition(first.approval, text="Kosten nennen")
    make_condition(first.approval, state=ConditionState.MET, met_at=NOW, met_by=make_user(OFFICE))

    box = box_for(make_user(OFFICE))

    assert box == BOX._replace(
        points=(
            OpenPoint(
                "Auflage: Bitte die Bezirke beteiligen.",
                "Als erfüllt vermerken",
                f"/freigaben/auflagen/{first.pk}/",
            ),
            OpenPoint(
                "Auflage: Kosten nennen",
                "Als erfüllt vermerken",
                f"/freigaben/auflagen/{second.pk}/",
            ),
        )
    )


def test_senators_office_gets_open_conditions_without_a_button():
    make_condition()

    assert box_for(make_user(SENATOR_OFFICE)).points == (
        OpenPoint("Auflage: Bitte die Bezirke beteiligen."),
    )


@pytest.mark.parametrize("role", [PARTNER, OBSERVER, None])
def test_others_see_no_conditions(role):
    make_condition()

    assert box_for(make_user(role) if role else make_user()) == BOX


@time_machine.travel(NOW)
@pytest.mark.parametrize(("kinds", "count"), [(["topic"], 1), (["visit"], 0), ([], 1)])
def test_deputy_sees_conditions_of_their_kinds_only(kinds, count):
    make_condition()

    assert len(box_for(make_deputy(make_user(SENATOR_OFFICE), kinds=kinds)).points) == count


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "Eine Auflage ist noch zu erfüllen."),
        (2, "Auflagen sind noch zu erfüllen."),
    ],
)
def test_conditions_make_a_next_step_of_their_own(count, text):
    approval = make_approval("conditional")
    for _number in range(count):
        make_condition(approval)

    box = box_for(make_user(OFFICE), box=None)

    assert (box.text, box.who, len(box.points)) == (text, "Geschäftsstelle", count)


def test_next_step_without_conditions_stays_unchanged():
    make_condition(make_approval("lapsed"))

    assert box_for(make_user(OFFICE)) == BOX
    assert box_for(make_user(OFFICE), box=None) is None


@pytest.mark.parametrize(
    ("state", "outcome"),
    [("returned", "zurückgegeben"), ("lapsed", "freigegeben, später erloschen")],
)
def test_comment_stands_with_what_was_decided_then(state, outcome):
    approval = make_approval(state, comment="Bitte mit Anschrift.")
    approval.decided_at, approval.decided_by = NOW, make_user(SENATOR_OFFICE)

    (card,) = comment_cards("Anmerkung", approval)

    assert card.text == "Bitte mit Anschrift."
    assert card.note == f"{outcome} · {approval.decided_by} · 02.03.2026, 10:00 Uhr"
