"""The portal's workers and beat, the supervisor that restarts them, and the killer."""

import random
import time
from collections.abc import Callable

from scripts.chaos.processes import Process

# A younger worker is still loading, so that killing it would prove nothing.
WARM_AFTER_SECONDS = 4
# A container engine takes at least this long to restart a process.
PAUSE_SECONDS = 0.5


class WorkerPool:
    """`workers` may be killed, `others` (beat) run beside them; any that ends is restarted.

    The killer prefers workers that hold a connection to the mail server, which listens at
    `mail_port`.
    """

    def __init__(
        self,
        workers: list[Process],
        others: list[Process],
        *,
        mail_port: int,
        seed: str,
        say: Callable[[str], None],
    ):
        self.workers, self.others, self.mail_port, self.say = workers, others, mail_port, say
        self.chance = random.Random(f"{seed}/killer")
        self.kills: list[float] = []

    def start(self) -> None:
        for process in (*self.workers, *self.others):
            process.start()

    def restart_dead(self) -> None:
        """Restart the processes that have ended."""
        for process in (*self.workers, *self.others):
            code = process.ended()
            if code is not None and process.age > PAUSE_SECONDS:
                # A negative code is a signal: the killer ended it.
                if code >= 0:
                    self.say(f"{process.name} ended by itself ({code}): {process.last_words()}")
                process.start()

    def kill_one(self) -> bool:
        """Kill a random worker, preferably one that sends; False while all are still loading."""
        warm = [
            worker
            for worker in self.workers
            if worker.ended() is None and worker.age > WARM_AFTER_SECONDS
        ]
        if not warm:
            return False
        sending = [worker for worker in warm if worker.is_connected_to(self.mail_port)]
        victim = self.chance.choice(sending or warm)
        self.kills.append(time.time())
        victim.kill()
        self.say(
            f"kill -9 {victim.name}{' as it sends' if sending else ''} (kill {len(self.kills)})"
        )
        return True

    def stop(self) -> None:
        """Stop all: terminate them first, so that they record their work in progress."""
        everybody = (*self.others, *self.workers)
        for process in everybody:
            if process.popen is not None and process.ended() is None:
                process.popen.terminate()
        for process in everybody:
            process.stop()
