"""Power that goes and disks that take no more: the run ends in one line at most, and what goes on from it is right."""

from __future__ import annotations

import errno
import os
import random
import re
import threading
from pathlib import Path

import pytest

from odt_async.errors import OutputFailed
from odt_async.sinks.appender import Appender
from tests.runner.lives import (
    CASES,
    Case,
    check_that_the_rows_are_done,
    live,
    named,
    runs,
    start,
    write_rows_of,
)
from tests.runner.mortality import BrokenDisk, Death, MortalSandbox, at_the_system
from tests.runner.running import LOGS, Leavings


class Synced:
    """How much of each file a run itself has brought to the disk, the once-a-second group aside."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}
        self._real = os.fdatasync

    def __call__(self, descriptor: int) -> None:
        if threading.current_thread().name != "group-sync":
            path = Path(f"/dev/fd/{descriptor}").readlink()
            self.sizes[path.name] = os.fstat(descriptor).st_size
        self._real(descriptor)


def cut_power(case: Case, synced: Synced, chance: random.Random) -> None:
    """Let each file lose of its end what may not have been on the disk yet, each for itself, or have it NUL."""
    (run,) = runs(case)
    for name in ("ok.csv", "error.jsonl", "rejected.csv", "skipped.csv", "changes.jsonl"):
        path = LOGS / f"{run}_{name}"
        if not path.exists():
            continue
        content = path.read_bytes()
        floor = synced.sizes.get(path.name, 0)
        kept = max(floor, chance.choice([0, len(content), chance.randint(0, len(content))]))
        nul = chance.choice([0, 0, len(content) - kept, (len(content) - kept) // 2])
        path.write_bytes(content[:kept] + b"\0" * nul)


@pytest.mark.parametrize("seed", range(8))
@named(*CASES)
async def test_whatever_a_power_cut_takes_every_row_is_done_once(
    case: Case, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(f"{case.action} {seed}")  # noqa: S311 - repeatable, not secret
    write_rows_of(case)
    synced = Synced()
    async with start(case) as served:
        with monkeypatch.context() as watched:
            watched.setattr(os, "fdatasync", synced)
            watched.setattr(Appender, "close", lambda appender: os.close(appender._descriptor))
            await live(served, case, Death(chance.randint(25, 90)))
        cut_power(case, synced, chance)
        left = await live(served, case)
    assert left is not None
    check_that_the_rows_are_done(case, served, left)


full_or_read_only = pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS], ids=["full", "read-only"])


@full_or_read_only
@named(CASES[0], CASES[3])
async def test_a_disk_that_takes_no_more_at_any_moment_ends_the_run_in_one_line(
    case: Case, error: int
) -> None:
    write_rows_of(case)
    at = 0
    while await fails_and_is_mended(case, BrokenDisk(at, error, lasting=at % 2 == 0)):
        at += 5


@pytest.mark.slow
@full_or_read_only
@named(*CASES)
async def test_the_same_at_every_moment_for_a_moment_or_for_good(case: Case, error: int) -> None:
    write_rows_of(case)
    at = 0
    while await fails_and_is_mended(case, BrokenDisk(at, error, lasting=True)):
        assert await fails_and_is_mended(case, BrokenDisk(at, error, lasting=False))
        at += 1


async def fails_and_is_mended(case: Case, disk: BrokenDisk) -> bool:
    """Return whether the run came as far as the disk's failure; all is well then, once it is gone on with."""
    async with start(case) as served:
        with at_the_system(disk.meet):
            stopped, left = await outcome_of(served, case)
        assert stopped is None or re.fullmatch(r"\S+ cannot be (written|made): .+", stopped)
        assert left is None or sum(left.counts.values()) == case.rows
        again = await live(served, case)
    assert again is not None
    check_that_the_rows_are_done(case, served, again)
    return disk.calls > disk.at


async def outcome_of(served: MortalSandbox, case: Case) -> tuple[str | None, Leavings | None]:
    """Return the line that the run ended with, if any, and what it left, if it began."""
    try:
        left = await live(served, case)
    except OutputFailed as failed:
        return str(failed), None
    assert left is not None
    by = left.result.stopped_by
    assert by is None or isinstance(by, OutputFailed)
    return None if by is None else str(by), left
