import datetime as dt

import pytest

from approvals.enums import Verdict
from approvals.registry import Decision
from core.errors import NotAllowed, Refused
from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from media_visits import services
from media_visits.enums import VISIT_MOVES, VisitState
from media_visits.models import Visit
from media_visits.permissions import DECISIONS
from tests.approvals.builders import BRIEFING, DUE_ON, NOW, details_of
from tests.keeping import undone
from tests.media_visits.builders import AFTERWARDS, make_visit, make_visit_approval
from tests.partners.builders import make_user
from tests.unchanged import DECIDERS_ONLY, OFFICE_ONLY, nothing_changes

pytestmark = pytest.mark.django_db
S = VisitState


def decide(verdict):
    return lambda visit, by: services.decide_visit(
        approval=visit.approval,
        decision=Decision(verdict, "Bitte ergänzen.", **details_of(verdict)),
        by=by,
        now=NOW,
    )


SERVICES = {
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
    "record": lambda visit, by: services.record_visit(
        visit=visit, reason="Kurzfristig", by=by, now=AFTERWARDS
    ),
    "unrecord": lambda visit, by: services.unrecord_visit(visit=visit, by=by, now=AFTERWARDS),
    "document": lambda visit, by: services.document_visit(
        visit=visit, outcome="Fläche gesucht", by=by, now=AFTERWARDS
    ),
    "reopen": lambda visit, by: services.reopen_visit(visit=visit, by=by, now=AFTERWARDS),
    "reopen_unannounced": lambda visit, by: services.reopen_visit(
        visit=visit, by=by, now=AFTERWARDS
    ),
    "correct": lambda visit, by: services.correct_visit(
        visit=visit, outcome="Halle gesucht", by=by, now=AFTERWARDS
    ),
    "resume": lambda visit, by: services.resume_visit(visit=visit, by=by, now=NOW),
    "postpone": lambda visit, by: services.postpone_visit(
        visit=visit, reason="Krankheit", by=by, now=NOW
    ),
    "cancel": lambda visit, by: services.cancel_visit(
        visit=visit, reason="Krankheit", by=by, now=NOW
    ),
}


def make_visit_for(action, state, **fields):
    if (action, state) == ("unrecord", S.HELD):
        fields["recorded_reason"] = "Kurzfristig"
    visit = make_visit(state, approval=action not in DECISIONS, **fields)
    if (action, state) == ("reopen_unannounced", S.HELD):
        visit.history.update(state=S.APPROVED)
    if action in DECISIONS:
        visit.approval = make_visit_approval(visit)
    return visit


def actor_of(action) -> str:
    """Return the role that the service of `action` is reserved for."""
    return SENATOR_OFFICE if action in DECISIONS else OFFICE


def test_every_action_has_a_service():
    assert set(SERVICES) | {"lapse"} == set(VISIT_MOVES)


@pytest.mark.parametrize("state", S)
def test_every_service_follows_the_table(state):
    actors = {role: make_user(role) for role in (OFFICE, SENATOR_OFFICE)}

    for action, act in SERVICES.items():
        move = VISIT_MOVES[action]
        with undone():
            visit, by = make_visit_for(action, state), actors[actor_of(action)]
            if state in move.sources:
                act(visit, by)
                assert Visit.objects.get(pk=visit.pk).state == (move.target or state), action
            else:
                with nothing_changes(visit), pytest.raises(Refused, match="Das ist im Stand"):
                    act(visit, by)
                    pytest.fail(f"{action} was possible")


@pytest.mark.parametrize("action", SERVICES)
def test_every_service_is_reserved_for_its_role(action):
    visit = make_visit_for(action, VISIT_MOVES[action].sources[0])
    others = {OFFICE, SENATOR_OFFICE, PARTNER, OBSERVER} - {actor_of(action)}
    sentence = DECIDERS_ONLY if action in DECISIONS else OFFICE_ONLY

    for role in sorted(others):
        with nothing_changes(visit), pytest.raises(NotAllowed, match=sentence):
            SERVICES[action](visit, make_user(role))
            pytest.fail(f"{action} was possible for {role}")
    SERVICES[action](visit, make_user(actor_of(action)))
    assert Visit.objects.get(pk=visit.pk).state == (VISIT_MOVES[action].target or visit.state)


@pytest.mark.parametrize("action", SERVICES)
def test_no_service_moves_a_visit_taken_over(action):
    visit = make_visit_for(action, VISIT_MOVES[action].sources[0], origin=Origin.TAKEN_OVER)
    by = make_user(actor_of(action))

    with nothing_changes(visit), pytest.raises(Refused, match="steht außerhalb des Ablaufs"):
        SERVICES[action](visit, by)


def test_visit_is_not_recorded_as_held_before_it_begins(office):
    visit = make_visit(S.ANNOUNCED)

    with nothing_changes(visit), pytest.raises(Refused, match="noch nicht begonnen"):
        services.hold_visit(visit=visit, by=office, now=visit.starts_at - dt.timedelta(minutes=1))

    services.hold_visit(visit=visit, by=office, now=visit.starts_at)
    assert Visit.objects.get(pk=visit.pk).state == S.HELD
