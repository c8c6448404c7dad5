from __future__ import annotations

import asyncio

import pytest

from odt_async.webex.time_limit import TimeLimit


async def test_what_ends_in_time_is_left_alone() -> None:
    with TimeLimit(10.0):
        await asyncio.sleep(9.0)
    await asyncio.sleep(9.0)


async def test_what_takes_longer_ends_in_a_timeout_on_time() -> None:
    now = asyncio.get_running_loop().time
    started = now()
    with pytest.raises(TimeoutError), TimeLimit(10.0):
        await asyncio.sleep(20.0)
    task = asyncio.current_task()
    assert task is not None
    assert (now() - started, task.cancelling()) == (10.0, 0)


async def test_an_error_of_its_own_passes_through() -> None:
    with pytest.raises(ZeroDivisionError), TimeLimit(10.0):
        raise ZeroDivisionError


async def test_the_cancellation_of_the_task_passes_through() -> None:
    async def limited() -> None:
        with TimeLimit(10.0):
            await asyncio.sleep(20.0)

    task = asyncio.create_task(limited())
    await asyncio.sleep(1.0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_a_cancellation_in_the_moment_in_which_it_expires_wins() -> None:
    async def limited() -> None:
        with TimeLimit(10.0):
            await asyncio.sleep(20.0)

    task = asyncio.create_task(limited())
    await asyncio.sleep(0)  # it has begun
    asyncio.get_running_loop().call_later(10.0, task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_of_two_the_shorter_one_expires() -> None:
    with pytest.raises(TimeoutError), TimeLimit(20.0), TimeLimit(10.0):
        await asyncio.sleep(15.0)
    with pytest.raises(TimeoutError), TimeLimit(10.0), TimeLimit(20.0):
        await asyncio.sleep(15.0)
