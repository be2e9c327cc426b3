from types import SimpleNamespace

import pytest

from approvals.enums import ApprovalKind, ApprovalState
from approvals.forms import LapseGuard
from approvals.registry import Change, Fact
from tests.approvals.builders import make_approval

pytestmark = pytest.mark.django_db

GRANTED = "Das ist freigegeben. Wenn Sie eine dieser Angaben ändern, erlischt die Freigabe"
FACTS = (
    Fact("Titel", lambda subject: subject.title),
    Fact("Ort", lambda subject: subject.place, binding=False),
)


def make_subject(title="Eins", place="Halle"):
    return SimpleNamespace(pk=1, title=title, place=place)


def guard() -> LapseGuard:
    return LapseGuard(ApprovalKind.TOPIC, FACTS, make_subject())


@pytest.mark.parametrize(
    ("state", "notice"),
    [
        (
            ApprovalState.OPEN,
            "Das liegt zur Freigabe vor. Wenn Sie eine dieser Angaben ändern, erlischt die Vorlage",
        ),
        (ApprovalState.APPROVED, GRANTED),
        (ApprovalState.CONDITIONAL, GRANTED),
        (ApprovalState.RETURNED, ""),
        (ApprovalState.LAPSED, ""),
    ],
)
def test_notice_names_the_binding_facts(state, notice):
    make_approval(state)

    assert guard().notice == (f"{notice}: Titel." if notice else "")


def test_binding_change_needs_confirmation_once():
    make_approval(ApprovalState.APPROVED)

    asking = guard()

    assert asking.needs_confirmation({}, make_subject(title="Zwei")) is True
    assert asking.changes == [Change("Titel", "Eins", "Zwei")]
    assert guard().needs_confirmation({"lapse": "1"}, make_subject(title="Zwei")) is False


def test_other_change_needs_no_confirmation():
    make_approval(ApprovalState.APPROVED)

    assert guard().needs_confirmation({}, make_subject(place="Hof")) is False


def test_change_without_an_approval_needs_no_confirmation():
    assert guard().needs_confirmation({}, make_subject(title="Zwei")) is False
