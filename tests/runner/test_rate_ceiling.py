from __future__ import annotations

import asyncio

import anyio

from odt_async.runner.rate_ceiling import RateCeiling


async def call(ceiling: RateCeiling, times: int, moments: list[float]) -> None:
    for _ in range(times):
        await ceiling.acquire()
        moments.append(round(asyncio.get_running_loop().time(), 3))


async def test_no_more_calls_go_than_it_says_and_without_one_all_go_at_once() -> None:
    paced: list[float] = []
    free: list[float] = []
    await call(RateCeiling(), 100, free)
    await call(RateCeiling(2.0), 4, paced)
    assert (free, paced) == ([0.0] * 100, [0.0, 0.5, 1.0, 1.5])


async def test_whoever_waits_for_a_slow_rate_goes_at_the_new_one() -> None:
    ceiling = RateCeiling(0.001)
    moments: list[float] = []
    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(call, ceiling, 1, moments)
        await asyncio.sleep(5)
        ceiling.rate_per_s = 4.0
    assert moments == [0.0, 5.0, 5.25, 5.5]


async def test_a_rate_that_is_taken_back_holds_nobody() -> None:
    ceiling = RateCeiling(0.001)
    moments: list[float] = []
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(call, ceiling, 2, moments)
        await asyncio.sleep(5)
        ceiling.rate_per_s = None
    assert moments == [0.0, *[5.0] * 5]


async def test_a_wait_can_be_cancelled() -> None:
    ceiling = RateCeiling(0.001)
    await ceiling.acquire()
    with anyio.move_on_after(3) as gave_up:
        await ceiling.acquire()
    ceiling.rate_per_s = None
    assert (gave_up.cancelled_caught, asyncio.get_running_loop().time()) == (True, 3.0)
