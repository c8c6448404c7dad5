"""Signals to a run in a process of its own: what it finishes, how it ends, how it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cli.command_line import ACTION, LOGS, PROGRAM, counts_of, follow_up, odt, write_samples

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
