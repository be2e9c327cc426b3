"""Every combination of kind, state, action and role; a denied action changes nothing."""

from itertools import product

import pytest
import time_machine

from approvals.enums import IN_FORCE, MOVES, ApprovalKind, ApprovalState, Verdict
from approvals.registry import decide
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OFFICE
from partners.models import User
from tests.approvals.builders import NOW
from tests.approvals.subjects import (
    STATES,
    VERDICTS,
    change,
    make_case,
    make_people,
    raises_exactly,
    submit,
)
from tests.keeping import undone
from tests.partners.builders import make_user
from tests.unchanged import OFFICE_ONLY, mails_written, nothing_changes

pytestmark = pytest.mark.django_db
A = ApprovalState
KINDS = list(ApprovalKind)
DECIDERS = ("senator_office", "deputy", "deputy of the kind")
SUBMITTABLE = {
    ApprovalKind.SERIES: (A.RETURNED, A.LAPSED, A.WITHDRAWN),
    ApprovalKind.TOPIC: (A.LAPSED, A.WITHDRAWN),
    ApprovalKind.DATES: (A.LAPSED, A.WITHDRAWN),
    ApprovalKind.VISIT: (A.RETURNED, A.LAPSED, A.WITHDRAWN),
}
OFFICE_SUBMITS = dict.fromkeys(KINDS, OFFICE_ONLY) | {
    ApprovalKind.SERIES: r"^Die Zustimmung beantragt die Geschäftsstelle\.$",
}
OFFICE_CHANGES = dict.fromkeys(KINDS, OFFICE_ONLY) | {
    ApprovalKind.SERIES: r"^Reihen bearbeitet die Geschäftsstelle\.$",
    ApprovalKind.TOPIC: r"^Dieses Thema kann jetzt nicht bearbeitet werden\.$",
}


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", A)
def test_decision_depends_on_kind_state_verdict_and_role(kind, state):
    submitter = make_user(OFFICE)
    case = make_case(kind, state, by=submitter)

    for verdict, (role, person) in product(Verdict, make_people(kind, submitter).items()):
        if role not in DECIDERS:
            expected = NotAllowed
        elif state != A.OPEN:
            expected = ChangedMeanwhile
        else:
            expected = None if verdict in VERDICTS[kind] else Refused
        if expected:
            with (
                nothing_changes(case.approval, case.subject, case.affected),
                raises_exactly(expected),
            ):
                decide(approval=case.approval, by=person, decision=case.decision(verdict), now=NOW)
        else:
            with undone():
                _decides(case, kind, verdict, role, person)


def _decides(case, kind, verdict, role, person):
    before = case.subject.history.count()

    decide(approval=case.approval, by=person, decision=case.decision(verdict), now=NOW)

    approval = case.approval
    approval.refresh_from_db()
    target = MOVES[verdict].target
    told = f"{verdict} by {role}"
    assert (approval.state, case.affected_state) == (target, STATES[kind][target]), told
    assert (approval.decided_by, approval.by_deputy) == (person, "deputy" in role), told
    entry = approval.history.first()
    assert (entry.history_user, entry.state, approval.history.count()) == (person, target, 2), told
    assert case.subject.history.first().history_user == person, told
    assert case.subject.history.count() == before + 1, told
    principals = (
        [deputyship.principal for deputyship in person.deputyships_today]
        if approval.by_deputy
        else []
    )
    notified = [*User.objects.filter(groups__name=OFFICE), *principals]
    assert mails_written("approval_decided") == sorted(
        ("approval_decided", one.email) for one in notified
    ), told


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", A)
def test_submission_depends_on_kind_state_and_role(kind, state):
    submitter = make_user(OFFICE)
    case = make_case(kind, state, by=submitter)

    for role, person in make_people(kind, submitter).items():
        if role not in (OFFICE, "submitter"):
            with (
                nothing_changes(case.approval, case.subject, case.affected),
                pytest.raises(NotAllowed, match=OFFICE_SUBMITS[kind]),
            ):
                submit(case, person)
        elif state in SUBMITTABLE[kind]:
            with undone():
                approval = submit(case, person)
                assert (approval.state, case.affected_state) == (A.OPEN, STATES[kind][A.OPEN]), role
                assert (approval.former, approval.submitted_by) == (case.approval, person), role
                assert approval.history.get().history_user == person, role
        else:
            # A dialogue does not record that its dates are under decision; only the
            # constraint refuses a second approval.
            is_dates = (kind, state) == (ApprovalKind.DATES, A.OPEN)
            error = ChangedMeanwhile if is_dates else Refused
            with nothing_changes(case.approval, case.subject, case.affected), raises_exactly(error):
                submit(case, person)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", A)
def test_change_depends_on_kind_state_and_role(kind, state):
    submitter = make_user(OFFICE)
    case = make_case(kind, state, by=submitter)

    for role, person in make_people(kind, submitter).items():
        if role not in (OFFICE, "submitter"):
            with (
                nothing_changes(case.approval, case.subject, case.affected),
                pytest.raises(NotAllowed, match=OFFICE_CHANGES[kind]),
            ):
                change(case, person)
        elif state in IN_FORCE:
            with undone():
                change(case, person)
                case.approval.refresh_from_db()
                assert (case.approval.state, case.affected_state) == (
                    A.LAPSED,
                    STATES[kind][A.LAPSED],
                ), role
                assert case.approval.history.first().history_user == person, role
                assert case.approval.history.count() == 2, role
                notified = {email for _kind, email in mails_written("approval_lapsed")}
                assert {"a@example.org", "b@example.org", person.email} <= notified, role
                assert not {"c@example.org", "d@example.org"} & notified, role
        else:
            with undone(), nothing_changes(case.approval):
                _change_if_possible(case, person)


def _change_if_possible(case, person):
    try:
        change(case, person)
    except Refused:
        return
