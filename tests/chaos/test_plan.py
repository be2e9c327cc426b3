import pytest

from scripts.chaos.plan import (
    FAULTS,
    FIRST,
    LAST,
    Disturbance,
    FaultKind,
    draw_events,
    draw_recipients,
    fault_of,
    is_permanent,
)

pytestmark = pytest.mark.embedded


def test_same_seed_makes_the_same_plan_and_another_seed_another():
    outages = {Disturbance.REDIS, Disturbance.POSTGRESQL, Disturbance.REFUSE}

    plans = [
        (draw_recipients(seed, 200), draw_events(seed, mails=200, kills=5, outages=outages))
        for seed in ("a", "a", "b")
    ]

    assert plans[0] == plans[1]
    assert plans[0][0] != plans[2][0]
    assert plans[0][1] != plans[2][1]


@pytest.mark.parametrize(("count", "refused"), [(50, 2), (200, 5), (2000, 50)])
def test_each_fault_hits_its_share_but_at_least_one(count, refused):
    recipients = draw_recipients("seed", count)

    fates = [fault_of(recipient) for recipient in recipients]
    assert len(set(recipients)) == count
    assert sum(is_permanent(kind) for kind in fates) == refused
    assert {kind: fates.count(kind) for kind in FAULTS} == {
        kind: max(1, round(count * fault.share)) for kind, fault in FAULTS.items()
    }


def test_office_and_others_outside_the_plan_are_served_normally():
    assert fault_of("geschaeftsstelle@example.org") == FaultKind.NORMAL
    assert fault_of("unknown@example.org") == FaultKind.NORMAL
    assert fault_of("unknown-0007@example.org") == FaultKind.UNKNOWN


def test_kills_are_spread_and_outages_follow_in_turn():
    events = draw_events(
        "seed",
        mails=1000,
        kills=20,
        outages={Disturbance.REDIS, Disturbance.POSTGRESQL, Disturbance.REFUSE},
    )

    kills = [event.kept for event in events if event.act == Disturbance.KILL]
    step = 1000 * (LAST - FIRST) / 20
    assert events == sorted(events)
    assert [
        round(1000 * FIRST + step * n) <= kill <= round(1000 * FIRST + step * (n + 1))
        for n, kill in enumerate(kills)
    ] == [True] * 20
    assert [event.act for event in events if event.act != Disturbance.KILL] == [
        Disturbance.REDIS,
        Disturbance.REFUSE,
        Disturbance.POSTGRESQL,
        Disturbance.REDIS,
        Disturbance.REFUSE,
    ]


def test_embedded_stack_has_no_servers_to_lose():
    events = draw_events("seed", mails=100, kills=1, outages={Disturbance.REFUSE})

    assert sorted(event.act for event in events) == [
        Disturbance.KILL,
        Disturbance.REFUSE,
        Disturbance.REFUSE,
    ]
