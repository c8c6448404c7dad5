"""Signals to a run in a process of its own: what it finishes, how it ends, how it goes on."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from odt_async.cli import main
from tests.cli.command_line import ACTION, LOGS, PROGRAM, counts_of, follow_up, odt, only, write_samples

pytestmark = pytest.mark.real_time

ROWS = 200
PATIENCE_S = 20  # for a machine under load


@contextmanager
def running(**variables: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Yield a run that has taken its first rows, and the lines it has said.

    variables: of its environment; what slows it down is not repeated by the command that goes on.
    """
    with subprocess.Popen(
        [*PROGRAM, "bulk", ACTION, "--sandbox", "--concurrency", "4"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "ODT_HEARTBEAT_SECONDS": "0.05", **variables},
    ) as process:
        said: list[str] = []
        try:
            await_line(process, said, " running: ")
            await_line(process, said, " running: ")  # the second is said by the run under way
            yield process, said
        finally:
            process.kill()


def await_line(process: subprocess.Popen[str], said: list[str], words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        said.append(line)
        if words in line:
            return
    raise AssertionError("".join(said))


def end_of(process: subprocess.Popen[str], said: list[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out, "".join(said) + err


def report() -> dict[str, Any]:
    record: dict[str, Any] = json.loads(only("*_report.json").read_bytes())
    return record


def runs() -> set[str]:
    return {path.name.removesuffix("_run.json") for path in LOGS.glob("*_run.json")}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_in_order_and_the_printed_command_goes_on(
    number: signal.Signals, code: int
) -> None:
    write_samples(ROWS)
    with running(ODT_MIN_INTERVAL_MS="20") as (process, said):
        process.send_signal(number)
        returncode, out, err = end_of(process, said)
    (stopped,) = runs()
    counts = counts_of(stopped)
    assert (returncode, out) == (code, ""), err
    assert "Traceback" not in err
    assert f"\nstopped by {number.name}\n" in err
    assert (
        f": {counts['ok.csv']} applied, 0 unchanged, 0 failed, {counts['pending.csv']} not attempted\n" in err
    )
    assert counts == {"ok.csv": counts["ok.csv"], "pending.csv": ROWS - counts["ok.csv"]}

    command = follow_up(err)
    assert command[:3] == PROGRAM  # the very words by which this run was started
    resumed = odt(*command[3:])
    (completed,) = runs() - {stopped}
    assert resumed.exit_code == 0
    assert counts_of(completed) == {"ok.csv": counts["pending.csv"], "skipped.csv": counts["ok.csv"]}


def test_a_second_signal_aborts_and_the_files_still_add_up() -> None:
    write_samples(ROWS)
    with running(ODT_RATE="0.01") as (process, said):
        process.send_signal(signal.SIGINT)
        await_line(process, said, " draining: ")
        process.send_signal(signal.SIGINT)
        returncode, _out, err = end_of(process, said)
    (aborted,) = runs()
    assert (returncode, counts_of(aborted)) == (130, {"pending.csv": ROWS})
    assert "Traceback" not in err


@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.1, 0.2, 0.4])
def test_impatience_at_any_moment_costs_neither_the_report_nor_the_exit_code(after_s: float) -> None:
    write_samples(60)
    with running(ODT_MIN_INTERVAL_MS="4") as (process, said):
        time.sleep(after_s)  # about as long as the run takes, its end and the end of the program included
        for _ in range(5):
            process.send_signal(signal.SIGINT)
            time.sleep(0.005)
        returncode, _out, err = end_of(process, said)
    assert ("Traceback" in err, "Exception" in err) == (False, False), err
    assert returncode == (0 if report()["state"] == "finished" else 130)
    assert sum(counts_of(runs().pop()).values()) == 60


def test_a_run_is_paused_and_resumed_by_a_signal() -> None:
    write_samples(ROWS)
    with running(ODT_MIN_INTERVAL_MS="5") as (process, said):
        process.send_signal(signal.SIGUSR1)
        await_line(process, said, " paused (operator): ")
        process.send_signal(signal.SIGUSR1)
        await_line(process, said, " running: ")
        returncode, _out, _err = end_of(process, said)
    assert (returncode, counts_of(runs().pop())) == (0, {"ok.csv": ROWS})
    told = [(change["what"], change["by"]) for change in report()["control"]]
    assert told == [("pause", "SIGUSR1"), ("resume", "SIGUSR1")]


def read_until(terminal: int, words: bytes) -> None:
    shown = b""
    while words not in shown:
        shown += os.read(terminal, 65_536)


@pytest.mark.parametrize("kind", ["xterm-256color", "dumb"])
def test_a_run_outlasts_its_terminal(kind: str) -> None:
    write_samples(ROWS)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, "bulk", ACTION, "--sandbox", "--min-interval-ms", "5"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": kind, "ODT_HEARTBEAT_SECONDS": "0.05"},
        start_new_session=True,
        preexec_fn=partial(fcntl.ioctl, theirs, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no thread runs here
    ) as process:
        os.close(theirs)
        read_until(ours, f"{ACTION}_".encode())
        os.close(ours)  # as when ssh drops: SIGHUP, and nothing can be written there any more
        returncode = process.wait(timeout=PATIENCE_S)
    assert (returncode, counts_of(runs().pop())) == (0, {"ok.csv": ROWS})
    assert [(change["what"], change["by"]) for change in report()["control"]] == [("terminal_lost", "SIGHUP")]


def test_signals_are_over_with_when_the_program_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["odt", "--version"])
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        with pytest.raises(SystemExit):
            main()
        assert {signal.getsignal(number) for number in numbers} == {signal.SIG_IGN}
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
