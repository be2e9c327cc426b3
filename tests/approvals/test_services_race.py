"""One of many simultaneous decisions wins; subject, history and mails agree with it."""

from functools import partial

import pytest
from django.db import connection

from approvals.enums import MOVES, VERDICT_LABELS, ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from approvals.registry import decide
from core.errors import ChangedMeanwhile
from core.roles import OFFICE, SENATOR_OFFICE
from outbox.models import Mail
from tests.approvals.builders import NOW
from tests.approvals.subjects import STATES, VERDICTS, make_case
from tests.partners.builders import make_user
from tests.racing import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stack]

KINDS = list(ApprovalKind)


@pytest.mark.parametrize("people", [20])
def test_of_many_simultaneous_decisions_one_wins(people):
    """Run 50 rounds of 20 people on PostgreSQL; 3 rounds of 6 on SQLite, which serialises writes.

    Each kind has one approval, which is reset for every round. The approvals are created before the
    deciders, so that submitting them mails nobody.
    """
    rounds = 50
    if connection.vendor == "sqlite":
        people, rounds = 6, 3
    office = make_user(OFFICE, email="geschaeftsstelle@example.org")
    cases = [make_case(kind, ApprovalState.OPEN, by=office) for kind in KINDS]
    stored = [_stored_values(case) for case in cases]
    senators = [
        make_user(SENATOR_OFFICE, email=f"konto-{number}@haus.example.org")
        for number in range(people)
    ]

    for number in range(rounds):
        place = number % len(KINDS)
        _reset(cases[place], stored[place])
        _decide_together(cases[place], KINDS[place], senators, number)


def _querysets(case):
    objects = (case.approval, case.subject, case.affected)
    return [type(stored).objects.filter(pk=stored.pk) for stored in objects]


def _stored_values(case) -> list[dict]:
    return [queryset.values().get() for queryset in _querysets(case)]


def _reset(case, stored):
    """Restore the values from before the decision; only the history keeps it."""
    for queryset, values in zip(_querysets(case), stored, strict=True):
        queryset.update(**values)
    case.approval.conditions.all().delete()
    Mail.objects.all().delete()


def _decide_together(case, kind, senators, number):
    before = case.approval.history.count(), case.subject.history.count()
    verdicts = [
        VERDICTS[kind][(place + number) % len(VERDICTS[kind])] for place in range(len(senators))
    ]
    acts = [
        partial(
            decide,
            approval=ApprovalRequest.objects.get(pk=case.approval.pk),
            by=person,
            decision=case.decision(verdict),
            now=NOW,
        )
        for person, verdict in zip(senators, verdicts, strict=True)
    ]

    outcomes = race(*acts)

    winners = [
        place for place, outcome in enumerate(outcomes) if not isinstance(outcome, Exception)
    ]
    assert len(winners) == 1, (kind, number, outcomes)
    winner, verdict = senators[winners[0]], verdicts[winners[0]]
    losers = [str(outcome) for place, outcome in enumerate(outcomes) if place != winners[0]]
    assert {type(outcome) for outcome in outcomes} - {type(outcomes[winners[0]])} == {
        ChangedMeanwhile
    }, (
        kind,
        number,
    )
    assert all(f"von: {winner})" in text for text in losers), (kind, number, losers)
    _agrees(case, kind, winner, verdict, before)


def _agrees(case, kind, winner, verdict, before):
    approval = ApprovalRequest.objects.get(pk=case.approval.pk)
    target = MOVES[verdict].target
    assert (approval.state, approval.decided_by, case.affected_state) == (
        target,
        winner,
        STATES[kind][target],
    )
    assert (approval.history.count(), case.subject.history.count()) == (
        before[0] + 1,
        before[1] + 1,
    )
    assert approval.history.first().state == target
    assert approval.history.first().history_user == winner
    assert case.subject.history.first().history_user == winner
    mail = Mail.objects.get(kind="approval_decided", subject_key=f"approval:{approval.pk}")
    assert str(winner) in mail.text
    assert mail.subject.startswith(str(VERDICT_LABELS[verdict]))
    if kind == ApprovalKind.TOPIC:
        assert (
            Mail.objects.filter(
                kind="topic_decided", subject_key=f"topic:{case.subject.pk}"
            ).count()
            == 1
        )
    assert approval.conditions.count() == (1 if verdict == "condition" else 0)
