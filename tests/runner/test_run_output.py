"""A disk that is full, a folder that goes away: the run ends, says so, and accounts for what it can."""

from __future__ import annotations

import re
import shutil
from functools import partial
from pathlib import Path

import pytest

from odt_async.errors import OutputFailed
from tests.runner.full_disk import full_disk
from tests.runner.running import (
    ACTION,
    LOGS,
    Leavings,
    Watcher,
    check_that_the_files_add_up,
    interrupt,
    run_on,
    sandbox,
    write_rows,
)


async def run_with_full_disk(free: int, *, watcher: Watcher | None = None) -> tuple[Leavings, int]:
    """Return how a run of 80 rows ended, and how many writes took effect."""
    write_rows(80)
    async with sandbox("latency=50ms~20%") as served:
        with full_disk(free):
            left = await run_on(served, watcher=watcher)
        return left, served.journal.changed_writes


async def test_a_full_disk_ends_the_run_and_the_rows_still_add_up() -> None:
    left, _written = await run_with_full_disk(free=60_000)  # the action log is the first to reach it
    check_that_the_files_add_up(left)
    assert isinstance(left.result.stopped_by, OutputFailed)
    assert left.report["stop_reason"] == f"logs/{ACTION}.log cannot be written: File too large"
    assert left.counts["pending"] > 0
    assert "error" not in left.counts


async def test_what_was_written_when_the_disk_was_full_is_not_written_again() -> None:
    left, written = await run_with_full_disk(free=60_000)
    (LOGS / f"{ACTION}.log").unlink()
    write_rows(80)
    async with sandbox() as served:
        again = await run_on(served, resume="latest")  # another organisation: nothing is there yet
    check_that_the_files_add_up(again)
    assert again.counts["skipped"] == left.counts["applied"] <= written


async def test_a_disk_that_is_full_when_it_is_told_to_stop_gives_no_traceback() -> None:
    watcher = Watcher({20: interrupt})
    watcher.started = lambda run: setattr(run, "_log", FailingLog(run._log))  # type: ignore[method-assign]
    left, _written = await run_with_full_disk(free=10_000_000, watcher=watcher)
    check_that_the_files_add_up(left)
    assert left.report["stop_reason"] == "SIGINT"


async def test_a_course_that_cannot_be_written_leaves_the_log_its_last_word() -> None:
    write_rows(20)

    def fail(_line: bytes) -> None:
        raise OutputFailed("the timeline cannot be written")

    watcher = Watcher()
    watcher.started = lambda run: setattr(run.chronicle._timeline, "_write", fail)  # type: ignore[method-assign]
    async with sandbox() as served:
        left = await run_on(served, watcher=watcher)
    assert left.report["stop_reason"] == "the timeline cannot be written"
    assert b'"event":"run.finished"' in (LOGS / f"{ACTION}.log").read_bytes().splitlines()[-1]


class FailingLog:
    """A log whose warnings cannot be written."""

    def __init__(self, log: object) -> None:
        self._log = log

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    def warning(self, _event: str, **_facts: object) -> None:
        raise OutputFailed("the log cannot be written")


@pytest.mark.parametrize("name", ["heartbeat.log", f"{ACTION}.log"])
async def test_a_file_that_cannot_be_opened_ends_the_run_before_anything_is_sent(name: str) -> None:
    write_rows(5)
    (LOGS / name).mkdir(parents=True)
    async with sandbox() as served:
        with pytest.raises(OutputFailed, match=f"{name} cannot be written"):
            await run_on(served)
    assert served.journal.total == 0


async def test_a_folder_that_goes_away_is_a_failed_output() -> None:
    write_rows(60)
    watcher = Watcher({20: partial(shutil.rmtree, LOGS)})
    async with sandbox("latency=50ms~20%") as served:
        left = await run_on(served, watcher=watcher)
    reason = str(left.result.stopped_by)
    assert re.fullmatch(r"logs/.*_report\.json cannot be written: No such file or directory", reason)
    assert (left.result.report.exists(), left.counts) == (False, {"applied": 60})
    assert served.journal.double_applies == 0


async def test_rows_that_cannot_be_left_in_a_file_end_the_run_all_the_same() -> None:
    write_rows(60)
    watcher = Watcher({20: make_pending_impossible})
    async with sandbox("latency=50ms~20%") as served:
        left = await run_on(served, watcher=watcher)
    assert (left.report["stop_reason"], left.path("pending.csv").is_dir()) == ("SIGINT", True)
    assert sum(left.counts.values()) == 60


def make_pending_impossible() -> None:
    [ok] = LOGS.glob("*_ok.csv")
    Path(str(ok).replace("ok.csv", "pending.csv")).mkdir()
    interrupt()
