"""What will go wrong, drawn from a seed: the same seed makes the same plan."""

import math
import random
from enum import StrEnum
from typing import NamedTuple


class Fate(StrEnum):
    """What awaits the mails to one recipient; the word stands before the number in the address."""

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
    """What the mail server does instead of accepting: at which command, with which answer, how many
    times a mail.
    """

    command: str
    answer: str
    times: float
    share: float  # of all recipients


HANG = "hang"
DROP = "drop"
FAULTS = {
    Fate.UNKNOWN: Fault("RCPT", "550 5.1.1 no such mailbox", math.inf, 0.015),
    Fate.REFUSED: Fault("DATA", "554 5.7.1 refused by policy", math.inf, 0.01),
    Fate.GREYLISTED: Fault("RCPT", "451 4.7.1 greylisted, come back later", 2, 0.03),
    Fate.FULL: Fault("DATA", "452 4.3.1 insufficient system storage", 1, 0.02),
    Fate.THROTTLED: Fault("DATA", "432 4.3.2 concurrent connections limit exceeded", 1, 0.005),
    Fate.CLOSING: Fault("RCPT", "421 4.3.2 service shutting down", 1, 0.003),
    Fate.HANGING: Fault("DATA", HANG, 1, 0.003),
    Fate.DROPPED: Fault("DATA", DROP, 1, 0.015),
}


class Act(StrEnum):
    """What befalls the portal while it sends."""

    KILL = "kill"
    REDIS = "redis"
    POSTGRESQL = "postgresql"
    REFUSE = "refuse"


class Event(NamedTuple):
    """`act` happens as soon as the mail server has kept `kept` messages."""

    kept: int
    act: Act


# Where in the sending each outage falls, as a share of the mails, give or take MARGIN.
OUTAGES = (
    (0.25, Act.REDIS),
    (0.35, Act.REFUSE),
    (0.45, Act.POSTGRESQL),
    (0.6, Act.REDIS),
    (0.75, Act.REFUSE),
)
MARGIN = 0.04
FIRST, LAST = 0.02, 0.8  # kills fall between these shares of the mails


def fate_of(address: str) -> Fate:
    """Return the fate that `address` tells; whoever is not of the plan is served normally."""
    word = address.partition("@")[0].rpartition("-")[0]
    return Fate(word) if word in set(Fate) else Fate.NORMAL


def is_permanent(fate: Fate) -> bool:
    """Say whether no mail to a recipient of this fate is ever accepted."""
    return fate in FAULTS and FAULTS[fate].times == math.inf


def draw_recipients(seed: str, count: int) -> list[str]:
    """Return `count` addresses in an order of their own; each fault falls on its share of them, on
    one at least.
    """
    fates = [
        fate for fate, fault in FAULTS.items() for _ in range(max(1, round(count * fault.share)))
    ]
    fates += [Fate.NORMAL] * (count - len(fates))
    random.Random(f"{seed}/recipients").shuffle(fates)
    return [f"{fate}-{number:04}@example.org" for number, fate in enumerate(fates, 1)]


def draw_events(seed: str, *, mails: int, kills: int, outages: set[Act]) -> list[Event]:
    """Return what happens, in order: `kills` spread over the sending, and the outages of the kinds
    in `outages`.
    """
    chance = random.Random(f"{seed}/events")
    shares = [
        (share + chance.uniform(-MARGIN, MARGIN), act) for share, act in OUTAGES if act in outages
    ]
    step = (LAST - FIRST) / max(kills, 1)
    shares += [(FIRST + step * (number + chance.random()), Act.KILL) for number in range(kills)]
    return sorted(Event(max(1, round(share * mails)), act) for share, act in shares)
