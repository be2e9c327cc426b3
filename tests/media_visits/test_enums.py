import datetime as dt

import pytest

from approvals.enums import Verdict
from approvals.registry import Decision
from core.errors import NotAllowed, Refused
from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from media_visits import services
from media_visits.enums import COLOUR_OF_VISIT, VISIT_MOVES, VisitState
from media_visits.models import Visit
from media_visits.permissions import DECISIONS, open_actions
from tests.approvals.builders import BRIEFING, DUE_ON, NOW, details_of
from tests.media_visits.builders import AFTERWARDS, make_visit, make_visit_approval
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
S = VisitState


def decide(answer):
    return lambda visit, by: services.decide_visit(
        approval=visit.test_request,
        decision=Decision(answer, "Bitte ergänzen.", **details_of(answer)),
        by=by,
        now=NOW,
    )


ACTS = {
    "submit": lambda visit, by: services.submit_visit(
        visit=visit, briefing=BRIEFING, due_on=DUE_ON, by=by, now=NOW
    ),
    "withdraw": lambda visit, by: services.withdraw_visit(visit=visit, by=by, now=NOW),
    "approve": decide(Verdict.APPROVE),
    "condition": decide(Verdict.CONDITION),
    "return": decide(Verdict.RETURN),
    "refuse": decide(Verdict.REFUSE),
    "announce": lambda visit, by: services.announce_visit(visit=visit, by=by, now=NOW),
    "hold": lambda visit, by: services.hold_visit(visit=visit, by=by, now=AFTERWARDS),
    "document": lambda visit, by: services.document_visit(
        visit=visit, outcome="Fläche gesucht", by=by, now=AFTERWARDS
    ),
    "postpone": lambda visit, by: services.postpone_visit(
        visit=visit, reason="Krankheit", by=by, now=NOW
    ),
    "cancel": lambda visit, by: services.cancel_visit(
        visit=visit, reason="Krankheit", by=by, now=NOW
    ),
}


def a_visit(state, action, **fields):
    visit = make_visit(state, approval=action not in DECISIONS, **fields)
    if action in DECISIONS:
        visit.test_request = make_visit_approval(visit)
    return visit


def test_every_action_is_tried():
    assert set(ACTS) | {"lapse"} == set(VISIT_MOVES)


def test_every_state_has_a_badge_colour():
    assert set(COLOUR_OF_VISIT) == set(S)


@pytest.mark.parametrize("action", ACTS)
@pytest.mark.parametrize("state", S)
def test_the_table_rules_every_action(state, action):
    visit = a_visit(state, action)
    by = make_user(SENATOR_OFFICE if action in DECISIONS else OFFICE)
    move = VISIT_MOVES[action]

    if state in move.sources:
        ACTS[action](visit, by)
        assert Visit.objects.get(pk=visit.pk).state == move.target
    else:
        with nothing_changes(visit), pytest.raises(Refused):
            ACTS[action](visit, by)


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE, PARTNER, OBSERVER])
@pytest.mark.parametrize("action", ACTS)
def test_the_role_rules_every_action(action, role):
    state = VISIT_MOVES[action].sources[0]
    visit = a_visit(state, action)
    by = make_user(role)

    if role == (SENATOR_OFFICE if action in DECISIONS else OFFICE):
        ACTS[action](visit, by)
        assert Visit.objects.get(pk=visit.pk).state == VISIT_MOVES[action].target
    else:
        with nothing_changes(visit), pytest.raises(NotAllowed):
            ACTS[action](visit, by)


@pytest.mark.parametrize("action", ACTS)
def test_what_was_taken_over_stands_outside_the_table(action):
    visit = a_visit(VISIT_MOVES[action].sources[0], action, origin=Origin.TAKEN_OVER)
    by = make_user(SENATOR_OFFICE if action in DECISIONS else OFFICE)

    with nothing_changes(visit), pytest.raises(Refused, match="steht außerhalb des Ablaufs"):
        ACTS[action](visit, by)


@pytest.mark.parametrize(
    ("state", "role", "expected"),
    [
        (S.IDEA, OFFICE, ["submit", "cancel"]),
        (S.SUBMITTED, OFFICE, ["withdraw", "cancel"]),
        (S.SUBMITTED, SENATOR_OFFICE, ["approve", "condition", "return", "refuse"]),
        (S.APPROVED, OFFICE, ["announce", "postpone", "cancel"]),
        (S.APPROVED, SENATOR_OFFICE, []),
        (S.ANNOUNCED, OFFICE, ["hold", "postpone", "cancel"]),
        (S.HELD, OFFICE, ["document"]),
        (S.DOCUMENTED, OFFICE, []),
        (S.CANCELLED, OFFICE, []),
        (S.IDEA, PARTNER, []),
    ],
)
def test_open_actions_follow_state_and_role(state, role, expected):
    assert open_actions(make_user(role), Visit(state=state)) == expected


def test_a_visit_far_away_is_not_held_before_it_begins(office):
    visit = make_visit(S.ANNOUNCED)

    with nothing_changes(visit), pytest.raises(Refused, match="noch nicht begonnen"):
        services.hold_visit(visit=visit, by=office, now=visit.starts_at - dt.timedelta(minutes=1))

    services.hold_visit(visit=visit, by=office, now=visit.starts_at)
    assert Visit.objects.get(pk=visit.pk).state == S.HELD
