from types import SimpleNamespace

import pytest

from approvals.enums import ApprovalKind, ApprovalState
from approvals.forms import LapseGuard
from approvals.registry import Change, Fact
from tests.approvals.builders import make_approval

pytestmark = pytest.mark.django_db

GRANTED = "Das ist freigegeben. Wenn Sie eine dieser Angaben ändern, erlischt die Freigabe"
FACTS = (Fact("Titel", lambda row: row.title), Fact("Ort", lambda row: row.place, binding=False))


def row(title="Eins", place="Halle"):
    return SimpleNamespace(pk=1, title=title, place=place)


def guard() -> LapseGuard:
    return LapseGuard(ApprovalKind.TOPIC, FACTS, row())


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
def test_form_says_what_an_approval_hangs_on(state, notice):
    make_approval(state)

    assert guard().notice == (f"{notice}: Titel." if notice else "")


def test_form_asks_once_before_an_approval_lapses():
    make_approval(ApprovalState.APPROVED)

    asking = guard()

    assert asking.needs_confirmation({}, row(title="Zwei")) is True
    assert asking.changes == [Change("Titel", "Eins", "Zwei")]
    assert guard().needs_confirmation({"lapse": "1"}, row(title="Zwei")) is False


def test_form_does_not_ask_about_what_does_not_matter():
    make_approval(ApprovalState.APPROVED)

    assert guard().needs_confirmation({}, row(place="Hof")) is False


def test_form_does_not_ask_without_an_approval():
    assert guard().needs_confirmation({}, row(title="Zwei")) is False
