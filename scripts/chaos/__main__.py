"""`make chaos`: one run on the full stack and a short one on the embedded stack.

The last line is one JSON object with the figures and, under `broken`, the promises that were
broken. `CHAOS_MAILS`, `CHAOS_KILLS` and `CHAOS_SEED` change the run.
"""

import json
import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from scripts.chaos.run import ChaosRun, Options, RunFailed, Say
from scripts.chaos.servers import ServerFailed, missing_programs
from scripts.chaos.stacks import Stack, embedded_stack, full_stack, own_folder
from scripts.chaos.verdict import Verdict

# For both stacks together.
WHOLE_SECONDS = 475
# For delivery on the full stack. The embedded stack gets the time that is left, but at least
# EMBEDDED_SECONDS.
FULL_SECONDS = 330
EMBEDDED_SECONDS = 60
# These raise KeyboardInterrupt, so that every `finally` runs and no process is left behind.
STOP_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Return 0 when every promise was kept, 1 when one was broken, 2 when a run failed."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.default_int_handler)
    if missing := missing_programs():
        write(f"The run is not possible: {missing}.")
        return 2
    mails, kills = int(os.environ.get("CHAOS_MAILS", 2000)), int(os.environ.get("CHAOS_KILLS", 20))
    seed = os.environ.get("CHAOS_SEED") or secrets.token_hex(4)
    say = make_say()
    say(f"seed {seed}: {mails} mails, {kills} kills (CHAOS_SEED={seed} plays the same plan again)")
    try:
        return run_both(mails, kills, seed, say)
    except (RunFailed, ServerFailed, AssertionError) as error:
        write(f"The run could not be played: {error}")
        return 2
    except KeyboardInterrupt:
        write("The run was ended before its time.")
        return 2


def run_both(mails: int, kills: int, seed: str, say: Say) -> int:
    """Run on the full stack, then briefly on the embedded one; return the exit code."""
    began = time.monotonic()
    workers = int(os.environ.get("CHAOS_WORKERS", 4))
    with own_folder() as folder, full_stack(folder, workers=workers) as stack:
        full = run(stack, Options(mails, kills, seed, FULL_SECONDS), say)
    say("once more on SQLite, a broker in a folder and one worker")
    with own_folder() as folder, embedded_stack(folder) as stack:
        left = max(EMBEDDED_SECONDS, WHOLE_SECONDS - 10 - (time.monotonic() - began))
        small = run(stack, Options(max(mails // 20, 50), max(kills // 5, 1), seed, left), say)
    seconds = round(time.monotonic() - began, 1)
    broken = full.broken + [f"embedded: {sentence}" for sentence in small.broken]
    if seconds > WHOLE_SECONDS:
        broken.append(f"the whole took {seconds:.0f} seconds, allowed are {WHOLE_SECONDS}")
    for sentence in broken:
        write(f"BROKEN: {sentence}")
    write("Every promise was kept." if not broken else f"{len(broken)} promises were broken.")
    write(
        json.dumps(
            {
                **full.figures,
                "seconds": seconds,
                "seed": seed,
                "broken": broken,
                "embedded": small.figures,
            }
        )
    )
    return int(bool(broken))


def run(stack: Stack, options: Options, say: Say) -> Verdict:
    """Do one run and print its verdict."""
    verdict = ChaosRun(stack, options, say).run()
    say(
        "the mail server's faults: "
        + ", ".join(f"{count} × {name}" for name, count in stack.journal.faults.items())
    )
    say(", ".join(f"{name} {figure}" for name, figure in verdict.figures.items()))
    if verdict.broken:
        say(f"the logs are kept in {keep_logs(stack.folder)}")
    return verdict


def keep_logs(folder: Path) -> Path:
    """Copy the logs to a folder that is not removed; return its path."""
    kept = Path(tempfile.mkdtemp(prefix="masterplan-chaos-logs-"))
    for path in (*folder.glob("*.log"), *folder.glob("*.jsonl")):
        shutil.copy(path, kept)
    return kept


def make_say() -> Say:
    """Return a function that prints a line with the seconds since now."""
    began = time.monotonic()
    return lambda line: write(f"[{time.monotonic() - began:6.1f} s] {line}")


def write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
