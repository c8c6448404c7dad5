"""What a run learns of the limits, and how the next one starts with it."""

from __future__ import annotations

from typing import Any

import orjson

from tests.runner.running import LOGS, run_on, sandbox, write_rows


def learned() -> dict[str, Any]:
    organisations = orjson.loads((LOGS / "pace.json").read_bytes())["organisations"]
    (entry,) = organisations.values()
    families: dict[str, Any] = entry["families"]
    return families


async def test_the_next_run_starts_at_the_pace_that_was_learned() -> None:
    write_rows(400)
    async with sandbox("throttle=20/s", "latency=100ms") as served:
        cold = await run_on(served)
        pace = learned()["people/features"]["pace_per_s"]
        warm = await run_on(served)
    assert 17 <= pace <= 22
    assert warm.report["requests"]["throttled"] < cold.report["requests"]["throttled"]


async def test_a_run_that_met_no_limit_leaves_nothing_for_the_next() -> None:
    write_rows(3)
    async with sandbox() as served:
        await run_on(served)
    assert not (LOGS / "pace.json").exists()
