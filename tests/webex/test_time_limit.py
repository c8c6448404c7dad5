from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from odt_async.webex.time_limit import TimeLimits


async def test_what_ends_in_time_is_left_alone() -> None:
    with TimeLimits().limit(10.0):
        await asyncio.sleep(9.0)
    await asyncio.sleep(9.0)


async def test_what_takes_longer_ends_in_a_timeout_on_time() -> None:
    now = asyncio.get_running_loop().time
    started = now()
    with pytest.raises(TimeoutError), TimeLimits().limit(10.0):
        await asyncio.sleep(20.0)
    task = asyncio.current_task()
    assert task is not None
    assert (now() - started, task.cancelling()) == (10.0, 0)


async def test_an_error_of_its_own_passes_through() -> None:
    with pytest.raises(ZeroDivisionError), TimeLimits().limit(10.0):
        raise ZeroDivisionError


async def test_the_cancellation_of_the_task_passes_through() -> None:
    async def limited() -> None:
        with TimeLimits().limit(10.0):
            await asyncio.sleep(20.0)

    task = asyncio.create_task(limited())
    await asyncio.sleep(1.0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_a_cancellation_in_the_moment_in_which_it_expires_wins() -> None:
    async def limited() -> None:
        with TimeLimits().limit(10.0):
            await asyncio.sleep(20.0)

    task = asyncio.create_task(limited())
    await asyncio.sleep(0)  # it has begun
    asyncio.get_running_loop().call_later(10.0, task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_of_two_the_shorter_one_expires() -> None:
    limits = TimeLimits()
    with pytest.raises(TimeoutError), limits.limit(20.0), limits.limit(10.0):
        await asyncio.sleep(15.0)
    with pytest.raises(TimeoutError), limits.limit(10.0), limits.limit(20.0):
        await asyncio.sleep(15.0)


async def test_each_of_many_expires_in_its_own_time() -> None:
    limits = TimeLimits()
    now = asyncio.get_running_loop().time
    ended: dict[float, float] = {}

    async def limited(seconds: float) -> None:
        with suppress(TimeoutError), limits.limit(seconds):
            await asyncio.sleep(seconds if seconds == 2.0 else 20.0)
        ended[seconds] = now()

    async with asyncio.TaskGroup() as group:
        for seconds in (5.0, 1.0, 2.0, 5.0, 3.0):
            group.create_task(limited(seconds))
    with limits.limit(1.0):
        await asyncio.sleep(0.5)
    assert ended == {1.0: 1.0, 2.0: 2.0, 3.0: 3.0, 5.0: 5.0}


async def test_what_does_not_end_at_its_limit_is_not_cancelled_twice() -> None:
    limits = TimeLimits()

    async def reluctant() -> None:
        try:
            await asyncio.sleep(9.0)
        except asyncio.CancelledError:
            with suppress(TimeoutError), limits.limit(1.0):
                await asyncio.sleep(9.0)
            await asyncio.sleep(9.0)
            raise

    with pytest.raises(TimeoutError), limits.limit(1.0):
        await reluctant()
    assert asyncio.get_running_loop().time() == 11.0
