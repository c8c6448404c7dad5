from __future__ import annotations

import asyncio
import re

import anyio
import pytest

from odt_async.model import Status, Verdict, VerdictKind
from odt_async.runner.heartbeat import clock, heartbeat_line, keep_beating
from odt_async.runner.tally import Progress
from tests.runner.building import make_policy


def make_progress(total: int = 400, *, left_s: float | None = 3725.4, **counts: int) -> Progress:
    return Progress(
        total=total,
        counts={status: counts.get(status.value, 0) for status in Status},
        elapsed_s=60.0,
        rows_per_s=12.34,
        left_s=left_s,
    )


def without_timestamp(line: str) -> str:
    stamped = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (.*)", line)
    assert stamped is not None
    return stamped[1]


async def test_a_line_says_how_far_the_run_is() -> None:
    policy = make_policy()
    await policy.admit("people")
    progress = make_progress(applied=80, unchanged=10, error=5, skipped=5)
    line = heartbeat_line("run-1", "running", progress, policy)
    assert without_timestamp(line) == (
        "run-1 running: 100/400 (25.0 %), 12.3 rows/s, ok 80, unchanged 10, errors 5, skipped 5, "
        "throttled 0, in flight 1, ETA 1:02:05"
    )


async def test_a_line_says_what_holds_the_run_up() -> None:
    policy = make_policy()
    await policy.admit("people")
    policy.release("GET", "people", 0.0, Verdict(VerdictKind.THROTTLED, "HTTP 429", 42.0))
    policy.gate.close("Webex refuses the token")
    line = heartbeat_line("run-1", "paused", make_progress(left_s=None), policy)
    assert without_timestamp(line) == (
        "run-1 paused: 0/400 (0.0 %), 12.3 rows/s, ok 0, unchanged 0, errors 0, skipped 0, "
        "throttled 1, in flight 0, ETA -:--:--, people held 42 s, PAUSED: Webex refuses the token"
    )


async def test_a_dry_run_shows_what_it_plans() -> None:
    line = heartbeat_line("run-1", "running", make_progress(planned=7), make_policy())
    assert "12.3 rows/s, planned 7, ok 0, " in line


async def test_a_run_without_rows_is_complete() -> None:
    assert "0/0 (100.0 %)" in heartbeat_line("run-1", "finished", make_progress(0), make_policy())


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-:--:--"), (0.0, "0:00:00"), (59.6, "0:01:00"), (90_061.0, "1 day, 1:01:01")],
)
def test_time_left_as_a_clock_shows_it(seconds: float | None, text: str) -> None:
    assert clock(seconds) == text


async def test_a_heart_beats_every_so_many_seconds_until_it_is_stopped() -> None:
    beats: list[float] = []
    now = asyncio.get_running_loop().time
    with anyio.move_on_after(200):
        await keep_beating(60, lambda: beats.append(now()))
    assert beats == [60.0, 120.0, 180.0]
