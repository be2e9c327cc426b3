"""What goes wrong, drawn from a seed: the same seed gives the same plan."""

import math
import random
from enum import StrEnum
from typing import NamedTuple


class FaultKind(StrEnum):
    """What the mail server does to one recipient; addresses are `<kind>-<number>@…`."""

    NORMAL = "normal"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    GREYLISTED = "greylisted"
    FULL = "full"
    THROTTLED = "throttled"
    CLOSING = "closing"
    HANGING = "hanging"
    DROPPED = "dropped"


class Fault(NamedTuple):
    """What the server replies instead, to which command, how often, for which share of guests."""

    command: str
    answer: str
    times: float
    share: float


# Not replies: the server never replies, or drops the connection.
HANG = "hang"
DROP = "drop"
FAULTS = {
    FaultKind.UNKNOWN: Fault("RCPT", "550 5.1.1 no such mailbox", math.inf, 0.015),
    FaultKind.REFUSED: Fault("DATA", "554 5.7.1 refused by policy", math.inf, 0.01),
    FaultKind.GREYLISTED: Fault("RCPT", "451 4.7.1 greylisted, come back later", 2, 0.03),
    FaultKind.FULL: Fault("DATA", "452 4.3.1 insufficient system storage", 1, 0.02),
    FaultKind.THROTTLED: Fault("DATA", "432 4.3.2 concurrent connections limit exceeded", 1, 0.005),
    FaultKind.CLOSING: Fault("RCPT", "421 4.3.2 service shutting down", 1, 0.003),
    FaultKind.HANGING: Fault("DATA", HANG, 1, 0.003),
    FaultKind.DROPPED: Fault("DATA", DROP, 1, 0.015),
}


class Disturbance(StrEnum):
    """What happens to the portal while it sends."""

    KILL = "kill"
    REDIS = "redis"
    POSTGRESQL = "postgresql"
    REFUSE = "refuse"


class Event(NamedTuple):
    """`act` happens as soon as the mail server has kept `kept` messages."""

    kept: int
    act: Disturbance


# When each outage starts: after this share of the mails, plus or minus MARGIN.
OUTAGES = (
    (0.25, Disturbance.REDIS),
    (0.35, Disturbance.REFUSE),
    (0.45, Disturbance.POSTGRESQL),
    (0.6, Disturbance.REDIS),
    (0.75, Disturbance.REFUSE),
)
MARGIN = 0.04
# Kills happen between these shares of the mails.
FIRST, LAST = 0.02, 0.8


def fault_of(address: str) -> FaultKind:
    """Return the fault that `address` names; unplanned addresses are served normally."""
    word = address.partition("@")[0].rpartition("-")[0]
    return FaultKind(word) if word in set(FaultKind) else FaultKind.NORMAL


def is_permanent(kind: FaultKind) -> bool:
    return kind in FAULTS and FAULTS[kind].times == math.inf


def draw_recipients(seed: str, count: int) -> list[str]:
    """Return `count` addresses in random order; each fault gets its share, at least one."""
    fates = [
        kind for kind, fault in FAULTS.items() for _ in range(max(1, round(count * fault.share)))
    ]
    fates += [FaultKind.NORMAL] * (count - len(fates))
    # A generator of its own, so that other draws from the same seed do not change the recipients.
    random.Random(f"{seed}/recipients").shuffle(fates)
    return [f"{kind}-{number:04}@example.org" for number, kind in enumerate(fates, 1)]


def draw_events(seed: str, *, mails: int, kills: int, outages: set[Disturbance]) -> list[Event]:
    """Return `kills` and `outages`, spread over the delivery, in order."""
    chance = random.Random(f"{seed}/events")
    shares = [
        (share + chance.uniform(-MARGIN, MARGIN), act) for share, act in OUTAGES if act in outages
    ]
    # One kill at a random time in each of equal steps.
    step = (LAST - FIRST) / max(kills, 1)
    shares += [
        (FIRST + step * (number + chance.random()), Disturbance.KILL) for number in range(kills)
    ]
    return sorted(Event(max(1, round(share * mails)), act) for share, act in shares)
