from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from odt_async.runner.timeline import read_timeline
from tests.runner.running import Leavings, Watcher, run_on, sandbox, write_rows


def lines_of(left: Leavings) -> list[dict[str, Any]]:
    return list(read_timeline(left.path("timeline.jsonl")))


async def test_a_run_is_charted_every_second_of_its_first_minute_and_every_10_s_later() -> None:
    write_rows(100)
    async with sandbox("latency=1s") as served:
        lines = lines_of(await run_on(served, concurrency=2))
    seconds = [line["elapsed_s"] for line in lines]
    assert seconds[0] == 0
    apart = [later - earlier for earlier, later in pairwise(seconds[:-1])]
    assert [gap for gap in apart[:50] if not 1 <= gap <= 1.5] == []
    assert [gap for gap in apart[62:] if not 10 <= gap <= 10.5] == []
    assert len(apart) > 62


async def test_it_is_charted_from_nothing_done_to_all_done() -> None:
    write_rows(20)
    async with sandbox("latency=1s", "throttle=5/s") as served:
        left = await run_on(served, concurrency=2)
    first, *_, last = lines_of(left)
    assert (first["state"], first["done"], first["by_status"], first["p50_ms"]) == ("running", 0, {}, None)
    assert (last["state"], last["done"], last["by_status"]) == ("finished", 20, {"applied": 20})
    report = left.report
    assert (last["requests"], last["throttled"]) == (
        report["requests"]["total"],
        report["requests"]["throttled"],
    )
    assert sum(last["requests_by_s"].values()) == report["requests"]["total"]


async def test_rates_and_times_are_those_since_the_line_before() -> None:
    write_rows(100)
    async with sandbox("latency=1s") as served:
        lines = lines_of(await run_on(served, concurrency=2))
    rows = [
        line["rate_per_s"] * (line["elapsed_s"] - before["elapsed_s"]) for before, line in pairwise(lines)
    ]
    assert sum(rows) == pytest.approx(100, abs=1)
    busy = [line for line in lines if line["p50_ms"] is not None]
    assert {750 <= line["p50_ms"] <= 1500 for line in busy} == {True}


async def test_a_pause_is_charted_when_it_begins_and_when_it_ends() -> None:
    write_rows(40)
    async with sandbox("latency=1s", "outage=30s-70s") as served:
        lines = lines_of(await run_on(served, watcher=Watcher(), concurrency=2))
    states = [line["state"] for line in lines]
    changes = [(before, state) for before, state in pairwise(states) if before != state]
    assert changes == [("running", "paused"), ("paused", "running"), ("running", "finished")]
    reasons = {line["reason"] is not None for line in lines if line["state"] == "paused"}
    assert reasons == {True}
