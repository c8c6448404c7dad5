from __future__ import annotations

import asyncio

import anyio
import pytest

from odt_async.errors import RunInterrupted
from odt_async.runner.gate import Gate


class Crowd:
    """Callers at a gate, who note when they pass and when they have to give up."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._now = asyncio.get_running_loop().time
        self.passed_at: list[float] = []
        self.sent_home: list[str] = []

    async def wait(self) -> None:
        try:
            await self._gate.passed()
        except RunInterrupted as interrupted:
            self.sent_home.append(str(interrupted))
        else:
            self.passed_at.append(self._now())


async def test_an_open_gate_is_passed_at_once() -> None:
    gate = Gate()
    crowd = Crowd(gate)
    await crowd.wait()
    assert (crowd.passed_at, gate.reason) == ([0.0], None)


async def test_who_waits_passes_when_the_last_reason_is_gone() -> None:
    gate = Gate()
    crowd = Crowd(gate)
    gate.close("paused by the operator")
    gate.close("no token")
    reasons = [gate.reason]
    async with anyio.create_task_group() as group:
        group.start_soon(crowd.wait)
        group.start_soon(crowd.wait)
        await asyncio.sleep(10)
        gate.open("paused by the operator")
        reasons.append(gate.reason)
        await asyncio.sleep(10)
        gate.open("no token")
        reasons.append(gate.reason)
    assert (crowd.passed_at, reasons) == ([20.0, 20.0], ["paused by the operator", "no token", None])


async def test_a_reason_given_twice_is_taken_back_once() -> None:
    gate = Gate()
    gate.close("no token")
    gate.close("no token")
    gate.open("no token")
    gate.open("no token")
    await gate.passed()
    assert gate.reason is None


async def test_a_gate_closed_again_before_anybody_moved_is_closed() -> None:
    gate = Gate()
    crowd = Crowd(gate)
    gate.close("no token")
    async with anyio.create_task_group() as group:
        group.start_soon(crowd.wait)
        await asyncio.sleep(10)
        gate.open("no token")
        gate.close("outage")
        await asyncio.sleep(10)
        gate.open("outage")
    assert crowd.passed_at == [20.0]


async def test_when_the_run_ends_who_waits_goes_home_and_who_comes_later_too() -> None:
    gate = Gate()
    crowd = Crowd(gate)
    gate.close("no token")
    async with anyio.create_task_group() as group:
        group.start_soon(crowd.wait)
        await asyncio.sleep(10)
        gate.abandon()
    await crowd.wait()
    assert crowd.sent_home == ["the run ended while it was paused: no token"] * 2


async def test_a_gate_closed_after_the_end_holds_nobody() -> None:
    gate = Gate()
    crowd = Crowd(gate)
    gate.abandon()
    gate.close("no token")
    await crowd.wait()
    assert crowd.sent_home == ["the run ended while it was paused: no token"]


async def test_rows_in_flight_at_the_end_pass_an_open_gate() -> None:
    gate = Gate()
    crowd = Crowd(gate)
    gate.abandon()
    await crowd.wait()
    assert crowd.passed_at == [0.0]


async def test_a_pause_lasts_its_time() -> None:
    gate = Gate()
    await gate.pause(5.0)
    assert asyncio.get_running_loop().time() == 5.0


async def test_a_pause_ends_with_the_run() -> None:
    gate = Gate()
    gate.close("no token")
    async with anyio.create_task_group() as group:
        group.start_soon(abandon_later, gate, 2.0)
        with pytest.raises(RunInterrupted):
            await gate.pause(5.0)
    assert asyncio.get_running_loop().time() == 2.0


async def test_a_long_sleep_is_given_up_when_the_run_ends() -> None:
    gate = Gate()
    async with anyio.create_task_group() as group:
        group.start_soon(abandon_later, gate, 20.0)
        with pytest.raises(RunInterrupted, match=r"^the run ended while the row waited for 300 s$"):
            await gate.sleep(300.0)
    assert asyncio.get_running_loop().time() == 20.0


@pytest.mark.parametrize("seconds", [0.5, 2.0, 21.0])
async def test_a_sleep_that_is_nearly_over_is_slept_out(seconds: float) -> None:
    gate = Gate()
    async with anyio.create_task_group() as group:
        group.start_soon(abandon_later, gate, 19.5)
        await gate.sleep(seconds)
    assert asyncio.get_running_loop().time() == max(seconds, 19.5)


async def abandon_later(gate: Gate, after_s: float) -> None:
    await asyncio.sleep(after_s)
    gate.abandon()
