import datetime as dt
from functools import partial

import pytest
import time_machine

from approvals.enums import CONDITION_MOVES, ApprovalState, ConditionState
from approvals.models import ApprovalRequest, Condition
from approvals.services import meet_condition
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from tests.approvals.builders import CONDITION, NOW, make_approval, make_condition, make_deputy
from tests.partners.builders import make_user
from tests.racing import race
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


def meet(condition, by, note=" Anhörung am 5. März. "):
    return meet_condition(condition=condition, note=note, by=by, now=NOW)


def test_met_condition_is_recorded_and_mailed_to_the_senators_office(office, senator):
    condition = make_condition()

    meet(condition, office)

    condition.refresh_from_db()
    assert (condition.state, condition.met_at, condition.met_by, condition.note) == (
        CONDITION_MOVES["meet"].target,
        NOW,
        office,
        "Anhörung am 5. März.",
    )
    assert condition.history.first().history_change_reason == "Auflage erfüllt"
    assert mails_written() == [("condition_met", senator.email)]
    mail = Mail.objects.get()
    assert mail.subject == "Auflage erfüllt: Fachkräfte sichern"
    assert CONDITION in mail.text and "Vermerk: Anhörung am 5. März." in mail.text
    assert mail.path == f"/freigaben/{condition.approval_id}/"


def test_meeting_a_condition_leaves_the_approval_unchanged(office):
    condition = make_condition()

    meet(condition, office)

    assert ApprovalRequest.objects.get().state == ApprovalState.CONDITIONAL


@time_machine.travel(NOW)
def test_met_condition_is_mailed_to_deputies_for_the_kind(office, senator):
    make_deputy(senator, kinds=["topic"])
    make_deputy(senator, kinds=["visit"], email="besuche@example.org")

    meet(make_condition(), office)

    assert [recipient for _kind, recipient in mails_written()] == [
        senator.email,
        "vertretung@example.org",
    ]


def test_second_meeting_of_a_condition_is_refused(office):
    condition = make_condition()
    meet(condition, office)

    with nothing_changes(condition), pytest.raises(ChangedMeanwhile) as refusal:
        meet(condition, office, note="Noch einmal")

    assert str(refusal.value) == (
        "Diese Auflage ist bereits als erfüllt vermerkt (am 02.03.2026, 10:00 Uhr, von: Konto "
        "geschaeftsstelle)."
    )


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER, None])
def test_only_the_office_meets_conditions(role):
    condition = make_condition()
    by = make_user(role) if role else make_user()

    with (
        nothing_changes(condition),
        pytest.raises(NotAllowed, match=r"^Auflagen vermerkt die Geschäftsstelle als erfüllt\.$"),
    ):
        meet(condition, by)


@pytest.mark.parametrize(
    "state", [state for state in ApprovalState if state != ApprovalState.CONDITIONAL]
)
def test_condition_of_an_approval_without_effect_is_refused(office, state):
    condition = make_condition(make_approval(state))

    with (
        nothing_changes(condition),
        pytest.raises(Refused, match="ihre Auflagen gelten nicht mehr"),
    ):
        meet(condition, office)

    assert not Condition.objects.open().exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_meetings_one_wins():
    office, second = make_user(OFFICE), make_user(OFFICE)
    condition = make_condition()

    outcomes = race(partial(meet, condition, office), partial(meet, condition, second))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "ChangedMeanwhile",
        "Condition",
    ]
    condition.refresh_from_db()
    assert condition.state == ConditionState.MET
    assert condition.history.count() == 2


def test_met_at_is_the_time_passed_in(office):
    late = NOW + dt.timedelta(days=3)

    assert meet_condition(condition=make_condition(), note="", by=office, now=late).met_at == late
