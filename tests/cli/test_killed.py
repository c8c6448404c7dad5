"""Processes that are killed for good, and disks that are full, as an operator meets them."""

from __future__ import annotations

import errno
import os
import random
import subprocess
import time

import pytest

from odt_async.sandbox import Sandbox
from odt_async.sinks.ok_csv import read_ok
from tests.cli.command_line import ACTION, LOGS, PROGRAM, odt, served, write_samples
from tests.runner.full_disk import full_disk

ROWS = 60
BULK = ("bulk", ACTION, "--concurrency", "4")
PATIENCE_S = 30  # for a machine under load


def kill_behind(sandbox: Sandbox, requests: int, *words: str) -> None:
    """Start a run in a process of its own and kill it when it has sent so many requests."""
    due = sandbox.journal.total + requests
    until = time.monotonic() + PATIENCE_S
    with subprocess.Popen([*PROGRAM, *BULK, *words], stderr=subprocess.DEVNULL) as process:
        while sandbox.journal.total < due and process.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.001)
        process.kill()


@pytest.mark.real_time
@pytest.mark.parametrize("seed", range(2))
def test_killed_again_and_again_and_gone_on_with_every_row_is_written_once(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    write_samples(ROWS)
    with served("latency=20ms~50%") as sandbox:
        monkeypatch.setenv("WEBEX_BASE_URL", sandbox.url)
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", sandbox.token)
        kill_behind(sandbox, chance.randint(1, 40))
        kill_behind(sandbox, chance.randint(1, 40), "--resume")
        last = odt(*BULK, "--resume")
    done = [ok["payload_hash"] for path in LOGS.glob("*_ok.csv") for ok in read_ok(path)]
    assert (last.exit_code, len(done), len(set(done))) == (0, ROWS, ROWS), last.stderr
    assert (sandbox.journal.changed_writes, sandbox.journal.double_applies) == (ROWS, 0)
    assert last.stderr.startswith(f"resuming {ACTION}_")
    assert " rows done, 0 failed" in last.stderr.splitlines()[0]


@pytest.mark.real_time
def test_a_second_run_of_the_action_is_refused_with_the_pid_of_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_samples(3)
    with served("latency=30s") as sandbox:
        monkeypatch.setenv("WEBEX_BASE_URL", sandbox.url)
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", sandbox.token)
        with subprocess.Popen([*PROGRAM, *BULK], stderr=subprocess.PIPE, text=True) as first:
            assert first.stderr is not None
            first.stderr.readline()
            second = odt(*BULK)
            first.kill()
    assert (second.exit_code, sandbox.journal.changed_writes) == (2, 0)
    assert f"odt: {ACTION} is running already (pid {first.pid})" in second.stderr


@pytest.mark.parametrize("free", [0, 700, 5_000, 20_000])
def test_a_full_disk_ends_the_run_with_3_and_one_clear_line_and_it_can_be_gone_on_with(
    free: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_samples(ROWS)
    with served() as sandbox:
        monkeypatch.setenv("WEBEX_BASE_URL", sandbox.url)
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", sandbox.token)
        with full_disk(free):
            stopped = odt(*BULK)
        begun = any(LOGS.glob("*_run.json"))
        (LOGS / f"{ACTION}.log").unlink(missing_ok=True)  # as an operator makes room
        again = odt(*BULK, *(["--resume"] if begun else []))
    (line,) = (line for line in stopped.stderr.splitlines() if line.endswith(os.strerror(errno.EFBIG)))
    assert "cannot be written" in line
    assert (stopped.exit_code, again.exit_code) == (3, 0), stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert (sandbox.journal.changed_writes, sandbox.journal.double_applies) == (ROWS, 0)
