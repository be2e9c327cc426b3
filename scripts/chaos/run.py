"""One run: invitations are released, and during delivery everything planned goes wrong."""

import sys
import time
from collections.abc import Callable
from typing import NamedTuple

from scripts.chaos.plan import (
    Disturbance,
    Event,
    draw_events,
    draw_recipients,
    fault_of,
    is_permanent,
)
from scripts.chaos.processes import Process
from scripts.chaos.stacks import CONNECTIONS, SWEEP_SECONDS, Outage, Stack
from scripts.chaos.verdict import Facts, Verdict, judge
from scripts.chaos.workers import WorkerPool

Say = Callable[[str], None]
# Invitations are released in this many batches; each release wakes a worker.
RELEASES = 8
TICK_SECONDS = 0.05
# How often to check whether the outbox is done.
LOOK_SECONDS = 1.0
# A mail sent after the apparent end would be sent by one of the next sweeps.
QUIET_SECONDS = 2 * SWEEP_SECONDS + 1


class RunFailed(Exception):
    """The run could not be completed; the text says why."""


class Options(NamedTuple):
    """How hard a run is. `longest_seconds` limits the delivery, from the start of the workers."""

    mails: int
    kills: int
    seed: str
    longest_seconds: float


class ChaosRun:
    def __init__(self, stack: Stack, options: Options, say: Say):
        self.stack, self.options, self.say = stack, options, say
        self.recipients = draw_recipients(options.seed, options.mails)
        # Events count kept messages, and permanently refused mails are never kept.
        accepted = sum(not is_permanent(fault_of(recipient)) for recipient in self.recipients)
        self.events = draw_events(
            options.seed, mails=accepted, kills=options.kills, outages=set(stack.outages)
        )
        self.pool = WorkerPool(
            stack.workers, [stack.beat], mail_port=stack.mail_port, seed=options.seed, say=say
        )
        self.office = Process(
            "The office",
            [sys.executable, "-m", "scripts.chaos.invitations", *self._office_arguments()],
            stack.folder / "office.log",
            stack.environment,
        )
        # The outages under way, and when each ends.
        self.down: dict[Disturbance, float] = {}
        self.began = self.looked = self.quiet_since = 0.0

    def run(self) -> Verdict:
        """Run until everything has ended or time is up, and return the verdict."""
        self.began = time.monotonic()
        try:
            self.pool.start()
            self.office.start()
            while not self._is_over():
                self.stack.journal.read()
                self.pool.restart_dead()
                self._end_outages()
                self._start_due_events()
                time.sleep(TICK_SECONDS)
        finally:
            self.office.stop()
            self.pool.stop()
        self.stack.journal.read()
        return judge(self._facts())

    def _office_arguments(self) -> list[str]:
        return [
            self.options.seed,
            str(self.options.mails),
            str(max(self.options.mails // RELEASES, 1)),
        ]

    def _start_due_events(self) -> None:
        kept = len(self.stack.journal.kept)
        # An event that cannot happen yet is tried again at the next tick.
        self.events = [
            event for event in self.events if event.kept > kept or not self._happens(event)
        ]

    def _happens(self, event: Event) -> bool:
        if event.act == Disturbance.KILL:
            return self.pool.kill_one()
        if event.act in self.down:
            return False
        outage = self.stack.outages[event.act]
        outage.begin()
        self.down[event.act] = time.monotonic() + outage.seconds
        self.say(f"{outage.words} for {outage.seconds:g} s")
        return True

    def _end_outages(self) -> None:
        for act, until in list(self.down.items()):
            if time.monotonic() >= until:
                outage: Outage = self.stack.outages[act]
                outage.end()
                del self.down[act]
                self.say(f"{outage.process.name} is back")

    def _all_released(self) -> bool:
        code = self.office.ended()
        if code:
            raise RunFailed(f"the invitations could not be released: {self.office.last_words()}")
        return code == 0

    def _is_over(self) -> bool:
        """Return whether everything has ended and stayed so for QUIET_SECONDS, or time is up."""
        now = time.monotonic()
        if now - self.began > self.options.longest_seconds:
            self.say("Time is up.")
            return True
        if now - self.looked < LOOK_SECONDS:
            return False
        self.looked = now
        done = (
            self._all_released()
            and not self.events
            and not self.down
            and self.stack.outbox.open_count() == 0
        )
        self.quiet_since = (self.quiet_since or now) if done else 0.0
        return done and now - self.quiet_since > QUIET_SECONDS

    def _facts(self) -> Facts:
        journal = self.stack.journal
        return Facts(
            recipients=self.recipients,
            rows=self.stack.outbox.rows(),
            kept=journal.kept,
            kills=self.pool.kills,
            planned_kills=self.options.kills,
            duplicates_a_kill=self.stack.connections_a_worker,
            connections=journal.connections,
            # One slot is reserved for account mail, and the run sends none.
            connection_limit=CONNECTIONS - 1,
            seconds=time.monotonic() - self.began,
            longest_seconds=self.options.longest_seconds,
        )
