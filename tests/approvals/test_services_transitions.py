"""What the office can do with a submitted approval, for every state and role."""

import datetime as dt

import pytest
import time_machine

from approvals.enums import ApprovalKind, ApprovalState, ConditionState
from approvals.models import ApprovalRequest
from approvals.services import meet_condition
from core.errors import NotAllowed, Refused
from core.roles import OFFICE
from dialogues.models import DateOption
from dialogues.services import adopt_counter_dates, withdraw_topic
from media_visits.services import withdraw_visit
from tests.approvals.builders import NOW, make_condition
from tests.approvals.subjects import STATES, make_case, make_people, raises_exactly
from tests.keeping import undone
from tests.partners.builders import make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db
A = ApprovalState
ALLOWED = (OFFICE, "submitter")


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(NOW, tick=False):
        yield


def withdraw(case, by):
    if case.approval.kind == ApprovalKind.TOPIC:
        return withdraw_topic(topic=case.subject, by=by, now=NOW)
    return withdraw_visit(visit=case.subject, by=by, now=NOW)


# A topic can also be withdrawn after the decision; its granted approval then lapses.
AFTER_WITHDRAWAL = {
    ApprovalKind.TOPIC: {
        A.OPEN: A.WITHDRAWN,
        A.APPROVED: A.LAPSED,
        A.CONDITIONAL: A.LAPSED,
        A.RETURNED: A.RETURNED,
    },
    ApprovalKind.VISIT: {A.OPEN: A.WITHDRAWN},
}


@pytest.mark.parametrize("kind", AFTER_WITHDRAWAL)
@pytest.mark.parametrize("state", A)
def test_withdrawal_depends_on_kind_state_and_role(kind, state):
    submitter = make_user(OFFICE)
    case = make_case(kind, state, by=submitter)

    for role, person in make_people(kind, submitter).items():
        after = AFTER_WITHDRAWAL[kind].get(state)
        if role not in ALLOWED or after is None:
            error = Refused if role in ALLOWED else NotAllowed
            with nothing_changes(case.approval, case.subject), raises_exactly(error):
                withdraw(case, person)
            continue
        with undone():
            withdraw(case, person)
            case.approval.refresh_from_db()
            assert (case.approval.state, case.affected_state) == (
                after,
                STATES[kind][A.WITHDRAWN],
            ), role
            assert case.approval.history.count() == (1 if after == state else 2), role
            if after == A.WITHDRAWN:
                assert (case.approval.withdrawn_at, case.approval.withdrawn_by) == (NOW, person), (
                    role
                )
                assert case.approval.history.first().history_user == person, role
                recipients = {email for _kind, email in mails_written("approval_withdrawn")}
                assert {"a@example.org", "b@example.org"} <= recipients, role
                assert "c@example.org" not in recipients, role


@pytest.mark.parametrize("kind", ApprovalKind)
@pytest.mark.parametrize("state", A)
def test_meeting_a_condition_depends_on_kind_state_and_role(kind, state):
    submitter = make_user(OFFICE)
    case = make_case(kind, state, by=submitter)
    condition = make_condition(case.approval)

    for role, person in make_people(kind, submitter).items():
        if role not in ALLOWED or state != A.CONDITIONAL:
            error = Refused if role in ALLOWED else NotAllowed
            with (
                nothing_changes(case.approval, case.subject, case.affected, condition),
                raises_exactly(error),
            ):
                meet_condition(condition=condition, note="Im Mai", by=person, now=NOW)
            continue
        with (
            undone(),
            nothing_changes(case.approval, case.subject, case.affected, count_mails=False),
        ):
            met = meet_condition(condition=condition, note="Im Mai", by=person, now=NOW)
            assert (met.state, met.met_at, met.met_by) == (ConditionState.MET, NOW, person), role
            assert met.history.first().history_user == person, role
            recipients = {email for _kind, email in mails_written("condition_met")}
            assert {"a@example.org", "b@example.org"} <= recipients, role
            assert "c@example.org" not in recipients, role


@pytest.mark.parametrize("state", A)
def test_adopting_counter_dates_depends_on_state_and_role(state):
    submitter = make_user(OFFICE)
    case = make_case(ApprovalKind.DATES, state, by=submitter)
    starts_at = NOW + dt.timedelta(days=42)
    if state == A.RETURNED:
        proposed = {"none_possible": True, "counter_dates": [[starts_at.isoformat(), ""]]}
        ApprovalRequest.objects.filter(pk=case.approval.pk).update(**proposed)

    for role, person in make_people(ApprovalKind.DATES, submitter).items():
        if role not in ALLOWED or state != A.RETURNED:
            error = Refused if role in ALLOWED else NotAllowed
            with nothing_changes(case.approval, case.subject, case.affected), raises_exactly(error):
                adopt_counter_dates(dialogue=case.subject, by=person, now=NOW)
            assert DateOption.objects.count() == 1, role
            continue
        with undone(), nothing_changes(case.approval, case.affected):
            (option,) = adopt_counter_dates(dialogue=case.subject, by=person, now=NOW)
            assert (option.dialogue, option.starts_at) == (case.subject, starts_at), role
            assert option.history.get().history_user == person, role
            with raises_exactly(Refused):
                adopt_counter_dates(dialogue=case.subject, by=person, now=NOW)
