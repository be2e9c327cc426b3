from types import SimpleNamespace

import pytest

from approvals.enums import ApprovalKind, ApprovalState
from approvals.forms import LapseGuard
from approvals.models import ApprovalRequest
from approvals.registry import Change, Fact
from core.errors import ChangedMeanwhile
from dialogues.enums import TopicState
from tests.approvals.builders import NOW, make_approval
from tests.dialogues.builders import make_topic

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


@pytest.mark.parametrize(
    ("state", "heading"),
    [
        (ApprovalState.OPEN, "Damit erlischt die Vorlage"),
        (ApprovalState.APPROVED, "Damit erlischt die Freigabe"),
    ],
)
def test_heading_names_what_a_change_ends(state, heading):
    make_approval(state)

    assert guard().heading == heading


def test_binding_change_needs_confirmation_once():
    approval = make_approval(ApprovalState.APPROVED)

    asking = guard()

    assert asking.needs_confirmation({}, make_subject(title="Zwei")) is True
    assert asking.changes == [Change("Titel", "Eins", "Zwei")]
    assert (asking.confirmation, asking.outdated_note) == (f"approved-{approval.pk}", "")
    confirmed = {"lapse": asking.confirmation}
    assert guard().needs_confirmation(confirmed, make_subject(title="Zwei")) is False


@pytest.mark.parametrize(
    ("confirmed", "now", "note"),
    [
        (
            ApprovalState.OPEN,
            ApprovalState.APPROVED,
            "Das ist inzwischen freigegeben. Bitte prüfen Sie noch einmal.",
        ),
        (
            ApprovalState.WITHDRAWN,
            ApprovalState.OPEN,
            "Das liegt inzwischen erneut zur Freigabe vor. Bitte prüfen Sie noch einmal.",
        ),
    ],
)
def test_confirmation_for_another_state_of_the_approval_does_not_count(confirmed, now, note):
    approval = make_approval(now)
    outdated = {"lapse": f"{confirmed}-{approval.pk}"}

    asking = guard()

    assert asking.needs_confirmation(outdated, make_subject(title="Zwei")) is True
    assert asking.outdated_note == note


def test_confirmation_for_a_former_approval_does_not_count():
    approval = make_approval(ApprovalState.APPROVED)

    outdated = {"lapse": f"approved-{approval.pk - 1}"}

    assert guard().needs_confirmation(outdated, make_subject(title="Zwei")) is True


def test_decision_between_the_question_and_the_lock_stops_the_service(office):
    topic = make_topic(TopicState.FOR_APPROVAL)
    watched = LapseGuard(ApprovalKind.TOPIC, FACTS, topic).watch(lambda: "saved")
    assert watched() == "saved"
    ApprovalRequest.objects.update(state=ApprovalState.APPROVED, decided_at=NOW, decided_by=office)

    with pytest.raises(ChangedMeanwhile):
        watched()


def test_other_change_needs_no_confirmation():
    make_approval(ApprovalState.APPROVED)

    assert guard().needs_confirmation({}, make_subject(place="Hof")) is False


def test_change_without_an_approval_needs_no_confirmation():
    assert guard().needs_confirmation({}, make_subject(title="Zwei")) is False
