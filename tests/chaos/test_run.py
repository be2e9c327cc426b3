"""The short form of `make chaos`, run by the same code, and what the command prints."""

import json

import pytest

from scripts.chaos import __main__ as command
from scripts.chaos.run import ChaosRun, Options, RunFailed
from scripts.chaos.servers import missing_programs
from scripts.chaos.stacks import embedded_stack, full_stack, own_folder
from scripts.chaos.verdict import Verdict

FIGURES = {
    "mails": 200,
    "kills": 3,
    "lost": 0,
    "duplicates": 1,
    "failed_visible": 5,
    "stuck": 0,
    "seconds": 9.9,
}


@pytest.mark.stack
def test_full_stack_keeps_its_promises_in_a_short_run(story_of):
    if missing := missing_programs():
        pytest.skip(missing)
    with own_folder() as folder, full_stack(folder, workers=4) as stack:
        verdict = story_of(stack, mails=200, kills=3)

    assert verdict.broken == []
    assert {
        name: verdict.figures[name]
        for name in ("mails", "kills", "lost", "failed_visible", "stuck")
    } == {
        "mails": 200,
        "kills": 3,
        "lost": 0,
        "failed_visible": 5,
        "stuck": 0,
    }
    assert verdict.figures["duplicates"] <= 3


@pytest.mark.embedded
@pytest.mark.slow
def test_embedded_stack_loses_nothing_when_its_one_worker_is_killed(story_of, migrated):
    with own_folder() as folder:
        migrated(folder / "var")
        with embedded_stack(folder) as stack:
            verdict = story_of(stack, mails=50, kills=2)

    assert verdict.broken == []
    assert {
        name: verdict.figures[name]
        for name in ("mails", "kills", "lost", "failed_visible", "stuck")
    } == {
        "mails": 50,
        "kills": 2,
        "lost": 0,
        "failed_visible": 2,
        "stuck": 0,
    }


@pytest.fixture
def story_of(capsys):
    """Yield a function that performs one run; pytest shows its output when the test fails."""

    def run(stack, *, mails: int, kills: int) -> Verdict:
        options = Options(mails=mails, kills=kills, seed="short", longest_seconds=300)
        return ChaosRun(stack, options, command.make_say()).run()

    return run


@pytest.fixture
def verdicts(monkeypatch, tmp_path):
    """Let the command run without a stack; each run returns the next verdict in this list."""
    waiting = []
    monkeypatch.setattr(command, "missing_programs", lambda: "")
    monkeypatch.setattr(command, "full_stack", lambda folder, workers: own_folder())
    monkeypatch.setattr(command, "embedded_stack", lambda folder: own_folder())
    monkeypatch.setattr(command, "run", lambda stack, options, say: waiting.pop(0))
    monkeypatch.setattr(command.signal, "signal", lambda number, handler: None)
    monkeypatch.setenv("CHAOS_SEED", "abc")
    return waiting


@pytest.mark.embedded
def test_kept_promises_print_one_line_of_json_and_exit_with_0(verdicts, capsys):
    verdicts += [Verdict(FIGURES, []), Verdict({"lost": 0}, [])]

    code = command.main()

    *_others, words, last = capsys.readouterr().out.splitlines()
    assert code == 0
    assert words == "Every promise was kept."
    assert json.loads(last) == FIGURES | {
        "seconds": json.loads(last)["seconds"],
        "seed": "abc",
        "broken": [],
        "embedded": {"lost": 0},
    }


@pytest.mark.embedded
def test_broken_promise_is_reported_and_exits_with_1(verdicts, capsys):
    verdicts += [
        Verdict(FIGURES | {"lost": 2}, ["2 mails were lost"]),
        Verdict({}, ["1 mails are stuck"]),
    ]

    code = command.main()

    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert lines[-4:-1] == [
        "BROKEN: 2 mails were lost",
        "BROKEN: embedded: 1 mails are stuck",
        "2 promises were broken.",
    ]
    assert json.loads(lines[-1])["lost"] == 2


@pytest.mark.embedded
def test_impossible_run_says_why_and_exits_with_2(verdicts, capsys, monkeypatch):
    def fail(stack, options, say):
        raise RunFailed("the invitations could not be released: no such table")

    monkeypatch.setattr(command, "run", fail)
    assert command.main() == 2
    monkeypatch.setattr(
        command, "missing_programs", lambda: "redis-server is not installed (Debian: redis-server)"
    )
    assert command.main() == 2

    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == [
        "The run could not be played: the invitations could not be released: no such table",
        "The run is not possible: redis-server is not installed (Debian: redis-server).",
    ]
