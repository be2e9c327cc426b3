"""Compare the two records and say which promises were broken. Pure functions: facts in, figures and
sentences out.
"""

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from scripts.chaos.evidence import OPEN_STATES, KeptMessage, OutboxMail
from scripts.chaos.plan import FAULTS, fault_of, is_permanent

KIND = "invitation"
# A killed worker's message may be kept this long after the kill.
SLACK_SECONDS = 1.0
# The mail server may notice this late that a connection has ended.
OVERLAP_SECONDS = 0.25


class Facts(NamedTuple):
    """What a run was meant to do, and what happened; times in seconds since 1970.

    `duplicates_a_kill` is the number of connections that one worker may hold: each can have one
    mail in transit.
    """

    recipients: list[str]
    rows: list[OutboxMail]
    kept: list[KeptMessage]
    kills: list[float]
    planned_kills: int
    duplicates_a_kill: int
    connections: list[tuple[float, float]]
    connection_limit: int
    seconds: float
    longest_seconds: float


class Verdict(NamedTuple):
    """The figures of a run, and a sentence for each broken promise."""

    figures: dict[str, int | float]
    broken: list[str]


def judge(facts: Facts) -> Verdict:
    """Return the figures of a run and the promises it broke."""
    figures = {
        "mails": len(_invitations(facts)),
        "kills": len(facts.kills),
        "lost": len(lost(facts)),
        "duplicates": len(facts.kept) - len(_kept_ids(facts)),
        "failed_visible": len(_visibly_refused(facts)),
        "stuck": sum(row.state in OPEN_STATES for row in facts.rows),
        "connections": most_at_once(facts.connections),
        "seconds": round(facts.seconds, 1),
    }
    return Verdict(
        figures, [sentence for promise in PROMISES if (sentence := promise(facts, figures))]
    )


def lost(facts: Facts) -> list[str]:
    """Return the recipients who should have got a mail and did not, whatever the outbox says."""
    arrived = {kept.message_id for kept in facts.kept}
    written = {row.recipient for row in _invitations(facts)}
    missing = [recipient for recipient in facts.recipients if recipient not in written]
    missing += [row.recipient for row in facts.rows if row.message_id not in arrived]
    return [recipient for recipient in missing if not is_permanent(fault_of(recipient))]


def unexplained(kept: list[KeptMessage], kills: list[float]) -> int:
    """Return how many duplicates have no kill of their own between the two copies."""
    copies = defaultdict(list)
    for message in kept:
        copies[message.message_id].append(message.at)
    spans = [
        (before - SLACK_SECONDS, after)
        for times in copies.values()
        for before, after in pairwise(sorted(times))
    ]
    # Each kill explains one duplicate. Taking the spans by their end explains as many as possible.
    free, count = sorted(kills), 0
    for begin, end in sorted(spans, key=lambda span: span[1]):
        kill = next((kill for kill in free if begin <= kill <= end), None)
        if kill is None:
            count += 1
        else:
            free.remove(kill)
    return count


def most_at_once(connections: list[tuple[float, float]]) -> int:
    """Return the largest number of connections open at once; overlaps of up to OVERLAP_SECONDS do
    not count.
    """
    changes = [(opened, 1) for opened, _closed in connections]
    changes += [(max(opened, closed - OVERLAP_SECONDS), -1) for opened, closed in connections]
    # Sorted, an end comes before a start at the same time.
    count = most = 0
    for _at, change in sorted(changes):
        count += change
        most = max(most, count)
    return most


def _invitations(facts: Facts) -> list[OutboxMail]:
    return [row for row in facts.rows if row.kind == KIND]


def _kept_ids(facts: Facts) -> set[str]:
    return {row.message_id for row in facts.rows} & {kept.message_id for kept in facts.kept}


def _visibly_refused(facts: Facts) -> list[OutboxMail]:
    return [
        row
        for row in facts.rows
        if is_permanent(kind := fault_of(row.recipient))
        and row.state == "failed"
        and FAULTS[kind].answer in row.last_error
    ]


def _written_once(facts: Facts, figures: dict) -> str:
    if sorted(row.recipient for row in _invitations(facts)) != sorted(facts.recipients):
        count = len(facts.recipients)
        return f"{count} guests were to get one invitation each; {figures['mails']} were written"
    return ""


def _nothing_lost(facts: Facts, figures: dict) -> str:
    return f"{figures['lost']} mails were lost" if figures["lost"] else ""


def _states_are_true(facts: Facts, figures: dict) -> str:
    arrived = {kept.message_id for kept in facts.kept}
    wrong = sum((row.state == "sent") != (row.message_id in arrived) for row in facts.rows)
    return (
        f"{wrong} mails are called sent and were not accepted, or the other way round"
        if wrong
        else ""
    )


def _few_duplicates(facts: Facts, figures: dict) -> str:
    if figures["duplicates"] > figures["kills"] * facts.duplicates_a_kill:
        return f"{figures['duplicates']} duplicates are more than {figures['kills']} kills explain"
    # A list times a number: each kill may explain that many duplicates.
    if count := unexplained(facts.kept, facts.kills * facts.duplicates_a_kill):
        return f"{count} duplicates have no kill of their own between the two copies"
    return ""


def _known_by_message_id(facts: Facts, figures: dict) -> str:
    strangers = {kept.message_id for kept in facts.kept} - {row.message_id for row in facts.rows}
    return (
        f"{len(strangers)} Message-IDs were kept that the outbox does not know" if strangers else ""
    )


def _same_bytes(facts: Facts, figures: dict) -> str:
    versions = defaultdict(set)
    for kept in facts.kept:
        versions[kept.message_id].add((kept.recipient, kept.sha256))
    differing = sum(len(found) > 1 for found in versions.values())
    return f"{differing} mails were sent twice with other words or to others" if differing else ""


def _refusals_are_visible(facts: Facts, figures: dict) -> str:
    refused = sum(is_permanent(fault_of(recipient)) for recipient in facts.recipients)
    if figures["failed_visible"] != refused:
        shown = figures["failed_visible"]
        return f"{refused} mails were refused for good; {shown} show it with the server's words"
    return ""


def _nothing_stuck(facts: Facts, figures: dict) -> str:
    return f"{figures['stuck']} mails are stuck" if figures["stuck"] else ""


def _few_connections(facts: Facts, figures: dict) -> str:
    if figures["connections"] > facts.connection_limit:
        return (
            f"{figures['connections']} connections at a time are more than {facts.connection_limit}"
        )
    return ""


def _was_hard_enough(facts: Facts, figures: dict) -> str:
    if figures["kills"] != facts.planned_kills:
        return f"{facts.planned_kills} kills were planned, {figures['kills']} happened"
    return ""


def _in_time(facts: Facts, figures: dict) -> str:
    if facts.seconds > facts.longest_seconds:
        return f"it took {facts.seconds:.0f} seconds, allowed are {facts.longest_seconds:.0f}"
    return ""


PROMISES: tuple[Callable[[Facts, dict], str], ...] = (
    _written_once,
    _nothing_lost,
    _states_are_true,
    _few_duplicates,
    _known_by_message_id,
    _same_bytes,
    _refusals_are_visible,
    _nothing_stuck,
    _few_connections,
    _was_hard_enough,
    _in_time,
)
