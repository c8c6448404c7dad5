"""The file that whoever watches reads: when it is written, what it says in the end, and what it never costs."""

from __future__ import annotations

import os
import stat
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from odt_async.runner.active import Run
from odt_async.runner.status_file import StatusFile
from odt_async.sinks.whole_file import whole_file
from tests.runner.running import LOGS, Leavings, Watcher, run_on, sandbox, write_rows


def status_in(folder: Path = LOGS) -> dict[str, Any]:
    (path,) = folder.glob("*_status.json")
    status: dict[str, Any] = orjson.loads(path.read_bytes())
    return status


async def test_it_is_written_once_a_second_and_at_the_end() -> None:
    write_rows(40)
    seen: list[float] = []

    def look(run: Run) -> None:
        elapsed_s = status_in()["elapsed_s"]
        if seen[-1:] != [elapsed_s]:
            seen.append(elapsed_s)

    async with sandbox("latency=500ms") as served:
        left = await run_on(served, watcher=Watcher(on_tick=look), concurrency=4)
    assert min(after - before for before, after in pairwise(seen)) >= 1.0
    assert len(seen) == pytest.approx(left.report["elapsed_s"], abs=2)
    assert status_in()["elapsed_s"] > seen[-1]


def ending(left: Leavings) -> dict[str, Any]:
    status = status_in()
    assert status["by_status"] == left.report["by_status"]
    names = ("state", "reason", "stop_reason", "exit_code", "in_flight", "left_s", "slowest")
    return {name: status[name] for name in names}


async def test_its_last_word_is_how_the_run_ended() -> None:
    write_rows(10)
    async with sandbox() as served:
        left = await run_on(served)
    assert ending(left) == {
        "state": "finished",
        "reason": None,
        "stop_reason": None,
        "exit_code": 0,
        "in_flight": 0,
        "left_s": 0,
        "slowest": [],
    }


async def test_a_run_that_was_stopped_says_why() -> None:
    write_rows(40)

    orders = [b'{"command": "stop"}']

    def stop(run: Run) -> None:
        if orders:
            run._answer(orders.pop(), "a test")

    async with sandbox("latency=500ms") as served:
        left = await run_on(served, watcher=Watcher(on_tick=stop))
    told = ending(left)
    assert (told["state"], told["stop_reason"], told["exit_code"]) == ("stopped", "the operator (a test)", 3)
    assert left.report["exit_code"] == 3


async def test_only_the_owner_can_read_it() -> None:
    write_rows(1)
    async with sandbox() as served:
        await run_on(served)
    (path,) = LOGS.glob("*_status.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(LOGS.glob("*.partial")) == []


async def test_a_run_goes_on_where_it_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    write_rows(10)
    monkeypatch.setattr(StatusFile, "_write", in_the_way(StatusFile._write))
    async with sandbox() as served:
        left = await run_on(served)
    assert left.counts == {"applied": 10}
    assert left.result.stopped_by is None


def in_the_way(write: Any) -> Any:
    """Return *write* with a folder where its file is to be."""

    def write_in_vain(self: StatusFile, status: dict[str, Any]) -> None:
        self._path.mkdir(exist_ok=True)
        (self._path / "x").touch()
        write(self, status)

    return write_in_vain


def test_nothing_waits_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[object] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    with whole_file(Path("a.json"), synced=False) as file:
        file.write(b"{}")
    assert (synced, Path("a.json").read_bytes()) == ([], b"{}")
    with whole_file(Path("b.json")) as file:
        file.write(b"{}")
    assert len(synced) == 2  # the file, and its folder


async def test_a_folder_that_was_taken_away_is_not_made_again() -> None:
    write_rows(40)
    there: list[bool] = []

    def look(_run: Run) -> None:
        there.append(LOGS.exists())
        if len(there) == 2:
            LOGS.rename("logs-of-yesterday")

    async with sandbox("latency=500ms") as served:
        left = await run_on(served, watcher=Watcher(on_tick=look), concurrency=4)
    assert set(there[2:-1]) == {False}
    assert left.counts == {"applied": 40}
