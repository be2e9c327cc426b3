"""The story: invitations are released, and while they go out everything goes wrong that the plan
says.
"""

import sys
import time
from collections.abc import Callable
from typing import NamedTuple

from scripts.chaos.plan import Act, Event, draw_events, draw_recipients, fate_of, is_permanent
from scripts.chaos.processes import Process
from scripts.chaos.stages import CONNECTIONS, SWEEP_SECONDS, Outage, Stage
from scripts.chaos.verdict import Facts, Verdict, judge
from scripts.chaos.workers import Crew

Say = Callable[[str], None]
RELEASES = 8  # as often are invitations released; each release wakes a worker
TICK_SECONDS = 0.05
LOOK_SECONDS = 1.0  # how often the outbox is asked whether all is done
QUIET_SECONDS = (
    2 * SWEEP_SECONDS + 1
)  # what still comes after the end would come with the next sweeps


class RunFailed(Exception):
    """The run could not be played to its end; the text says why."""


class Options(NamedTuple):
    """How hard a run is; `longest_seconds` is for the sending, from the start of the workers."""

    mails: int
    kills: int
    seed: str
    longest_seconds: float


class Story:
    """One run on a stage."""

    def __init__(self, stage: Stage, options: Options, say: Say):
        self.stage, self.options, self.say = stage, options, say
        self.recipients = draw_recipients(options.seed, options.mails)
        accepted = sum(not is_permanent(fate_of(recipient)) for recipient in self.recipients)
        self.events = draw_events(
            options.seed, mails=accepted, kills=options.kills, outages=set(stage.outages)
        )
        self.crew = Crew(
            stage.workers, [stage.beat], mail_port=stage.mail_port, seed=options.seed, say=say
        )
        self.office = Process(
            "The office",
            [sys.executable, "-m", "scripts.chaos.invitations", *self._office_arguments()],
            stage.folder / "office.log",
            stage.environment,
        )
        self.down: dict[Act, float] = {}  # what is away, and until when
        self.began = self.looked = self.quiet_since = 0.0

    def play(self) -> Verdict:
        """Play the story to its end and return the verdict."""
        self.began = time.monotonic()
        try:
            self.crew.start()
            self.office.start()
            while not self._is_over():
                self.stage.journal.read()
                self.crew.tend()
                self._mend()
                self._strike()
                time.sleep(TICK_SECONDS)
        finally:
            self.office.stop()
            self.crew.stop()
        self.stage.journal.read()
        return judge(self._facts())

    def _office_arguments(self) -> list[str]:
        return [
            self.options.seed,
            str(self.options.mails),
            str(max(self.options.mails // RELEASES, 1)),
        ]

    def _strike(self) -> None:
        """Let happen what is due by the number of messages kept; what cannot happen now waits."""
        kept = len(self.stage.journal.kept)
        self.events = [
            event for event in self.events if event.kept > kept or not self._happens(event)
        ]

    def _happens(self, event: Event) -> bool:
        if event.act == Act.KILL:
            return self.crew.kill_one()
        if event.act in self.down:
            return False
        outage = self.stage.outages[event.act]
        outage.begin()
        self.down[event.act] = time.monotonic() + outage.seconds
        self.say(f"{outage.words} for {outage.seconds:g} s")
        return True

    def _mend(self) -> None:
        """Bring back what was away for long enough."""
        for act, until in list(self.down.items()):
            if time.monotonic() >= until:
                outage: Outage = self.stage.outages[act]
                outage.end()
                del self.down[act]
                self.say(f"{outage.process.name} is back")

    def _all_released(self) -> bool:
        code = self.office.ended()
        if code:
            raise RunFailed(f"the invitations could not be released: {self.office.last_words()}")
        return code == 0

    def _is_over(self) -> bool:
        """Say whether all was done and stayed so, or time is up."""
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
            and self.stage.outbox.open_count() == 0
        )
        self.quiet_since = (self.quiet_since or now) if done else 0.0
        return done and now - self.quiet_since > QUIET_SECONDS

    def _facts(self) -> Facts:
        journal = self.stage.journal
        return Facts(
            recipients=self.recipients,
            rows=self.stage.outbox.rows(),
            kept=journal.kept,
            kills=self.crew.kills,
            planned_kills=self.options.kills,
            duplicates_a_kill=self.stage.connections_a_worker,
            connections=journal.connections,
            connection_limit=CONNECTIONS
            - 1,  # one is kept for account mail, and the run sends none
            seconds=time.monotonic() - self.began,
            longest_seconds=self.options.longest_seconds,
        )
