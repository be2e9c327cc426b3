"""`make test`: run everything this machine can run, and say what was left out and why."""

import os
import subprocess
import sys
import time

import pytest

from scripts import machine

HALVES = (
    ("SQLite", "not stack", {"TEST_STACK": ""}),
    ("PostgreSQL and Redis", "stack or not (browser or embedded)", {"TEST_STACK": "postgresql"}),
)


def main(arguments: list[str]) -> int:
    """Run both halves; return 0 when all passed and nothing required was left out."""
    began, results, left_out = time.monotonic(), {}, []
    for name, selection, environment in HALVES:
        if environment["TEST_STACK"] and machine.missing_servers():
            left_out.append(f"tests on PostgreSQL and Redis: {machine.missing_servers()}")
            continue
        say(f"== Tests on {name} ==")
        results[name] = run_pytest(selection, environment, arguments)
    if machine.missing_browser():
        left_out.append(f"tests in a browser: {machine.missing_browser()}")
    say(f"== Summary after {time.monotonic() - began:.0f} s ==")
    for name, code in results.items():
        say(f"{name}: {'passed' if code == 0 else f'FAILED (pytest ended with {code})'}")
    for line in left_out:
        say(f"NOT RUN: {line}")
    if not left_out:
        say("Nothing was left out.")
    elif machine.REQUIRE_ALL:
        say("REQUIRE_ALL=1: what was left out counts as a failure.")
    return int(any(results.values()) or (bool(left_out) and machine.REQUIRE_ALL))


def run_pytest(selection: str, environment: dict[str, str], arguments: list[str]) -> int:
    """Run the tests that the marker expression `selection` names; return pytest's exit code.

    With `arguments` a half may hold no tests at all.
    """
    # One process more than cores, as some tests only wait.
    processes = str(min(4, os.cpu_count() or 1) + 1)
    # Tests of one file stay together: they share what they loaded.
    spread = ["-n", processes, "--dist", "loadscope", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", "-q", "-rs", *spread, "-m", selection, *arguments]
    code = subprocess.run(command, env=os.environ | environment).returncode
    return 0 if arguments and code == pytest.ExitCode.NO_TESTS_COLLECTED else code


def say(line: str) -> None:
    """Print at once, so that lines keep their order among pytest's own."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
