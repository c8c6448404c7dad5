"""A run through an outage of Webex: real HTTP, and minutes that pass at once."""

from __future__ import annotations

import asyncio

import pytest

from odt_async import events
from odt_async.errors import RunInterrupted, RunStopped
from odt_async.model import Verdict, VerdictKind
from odt_async.runner.breaker import CallClass
from odt_async.runner.gate import Gate
from odt_async.runner.outages import Outages
from odt_async.sandbox import Faults
from tests.runner.building import make_log
from tests.runner.running import (
    Watcher,
    check_that_the_files_add_up,
    edit_rows,
    run_on,
    sandbox,
    write_rows,
)

WRITES = CallClass("people", writes=True)
OUT = Verdict(VerdictKind.TRANSIENT, "HTTP 503")


@pytest.mark.parametrize("outage", ["outage=2s-1800s", "outage=2s-1800s,drop", "outage=0s-1800s"])
@pytest.mark.parametrize("concurrency", [1, 4, 32])
async def test_half_an_hour_of_outage_fails_no_row_and_the_run_goes_on_by_itself(
    outage: str, concurrency: int
) -> None:
    write_rows(200)
    watcher = Watcher()
    async with sandbox("latency=200ms", outage) as served:
        left = await run_on(served, watcher=watcher, concurrency=concurrency)
    assert left.counts == {"applied": 200}
    check_that_the_files_add_up(left)
    assert left.report["outages"][0]["lasted_s"] > 1700
    assert watcher.pauses[-1] is None
    assert all(str(reason).startswith("outage: ") for reason in watcher.pauses if reason)


async def test_an_outage_takes_nobodys_attempts_and_few_requests() -> None:
    write_rows(200)
    async with sandbox("latency=200ms", "outage=2s-900s") as served:
        left = await run_on(served, max_retries_per_call=3)
    assert left.counts == {"applied": 200}
    assert (
        left.report["requests"]["by_verdict"]["transient"] < 16 + 16 + 40
    )  # it took a look every half minute


@pytest.mark.parametrize("concurrency", [2, 8])
async def test_an_outage_fails_no_row_however_few_repeats_are_allowed(concurrency: int) -> None:
    write_rows(100)
    async with sandbox("latency=200ms", "outage=2s-900s") as served:
        left = await run_on(served, concurrency=concurrency, max_retries_per_call=1)
    assert left.counts == {"applied": 100}


async def test_an_outage_of_the_look_up_is_waited_for_too() -> None:
    write_rows(20)
    edit_rows(lambda rows: [{**row, "person_id": ""} for row in rows])
    async with sandbox("outage=0s-1800s") as served:
        left = await run_on(served)
    assert left.counts == {"applied": 20}


async def test_an_outage_longer_than_allowed_ends_the_run_and_leaves_its_rows_to_the_next() -> None:
    write_rows(60)
    async with sandbox("latency=200ms", "outage=1s-7200s") as served:
        left = await run_on(served, max_outage=600)
        assert isinstance(left.result.stopped_by, RunStopped)
        assert str(left.result.stopped_by).startswith("--max-outage: 600 s without an answer: outage: ")
        assert left.counts.keys() == {"applied", "pending"}
        check_that_the_files_add_up(left)
        served.replace_faults(Faults())
        rest = await run_on(served, resume="latest")
    assert rest.counts == {"applied": left.counts["pending"], "skipped": left.counts["applied"]}


async def test_a_run_that_is_not_to_wait_uses_up_its_attempts() -> None:
    write_rows(60)
    async with sandbox("5xx=100%") as served:
        left = await run_on(served, max_outage=0, max_retries_per_call=2)
    assert (left.counts, left.report["outages"]) == ({"error": 60}, [])


async def test_sporadic_trouble_is_no_outage() -> None:
    write_rows(200)
    async with sandbox("5xx=20%", "reset-after=5%") as served:
        left = await run_on(served)
    assert (left.counts, left.report["outages"]) == ({"applied": 200}, [])


async def test_twenty_refusals_alike_end_the_run_rather_than_burn_all_rows() -> None:
    write_rows(300)
    async with sandbox("no-calling=100%") as served:
        left = await run_on(served)
    assert str(left.result.stopped_by).startswith("--max-same-error 20: ")
    assert 20 <= left.counts["error"] < 50
    assert left.counts["pending"] == 300 - left.counts["error"]
    check_that_the_files_add_up(left)


async def test_a_run_may_be_told_to_go_through_all_the_same() -> None:
    write_rows(60)
    async with sandbox("no-calling=100%") as served:
        left = await run_on(served, max_same_error=0)
    assert left.counts == {"error": 60}


async def test_a_run_ends_when_its_error_budget_is_spent() -> None:
    write_rows(200)
    async with sandbox("no-calling=50%") as served:
        left = await run_on(served, max_errors="5%")
    assert str(left.result.stopped_by) == "--max-errors 5%: 10 rows have failed"
    assert 10 <= left.counts["error"] < 30
    check_that_the_files_add_up(left)


def begin(outages: Outages) -> None:
    for row in range(8):
        outages.learn(row, WRITES, OUT)


async def test_who_waits_in_an_outage_is_sent_home_when_the_run_ends() -> None:
    gate = Gate()
    outages = Outages(gate, make_log(), longest_s=3600)
    begin(outages)
    asyncio.get_running_loop().call_later(0.5, gate.abandon)
    with pytest.raises(RunInterrupted, match=r"paused: outage: writes to people get no answer \(HTTP 503\)"):
        await outages.passed("a row")


async def test_a_canary_waits_for_what_else_closes_the_gate() -> None:
    gate = Gate()
    outages = Outages(gate, make_log(), longest_s=3600)
    begin(outages)
    gate.close("by the operator")
    loop = asyncio.get_running_loop()
    loop.call_later(100, gate.open, "by the operator")
    await outages.passed(3)
    assert loop.time() == 100.0
    assert outages.lets_pass(3)
    assert not outages.lets_pass(4)


async def test_beginning_and_end_are_in_the_log() -> None:
    lines: list[bytes] = []
    outages = Outages(Gate(), make_log(lines), longest_s=3600)
    begin(outages)
    await outages.passed(3)
    outages.learn(3, WRITES, Verdict(VerdictKind.OK))
    told = b"".join(lines).decode()
    assert [name in told for name in (events.RUN_PAUSED, events.RUN_RESUMED)] == [True, True]
    assert [(seen["what"], seen["lasted_s"], seen["probes"]) for seen in outages.seen] == [
        ("writes to people", 1.0, 1)
    ]
