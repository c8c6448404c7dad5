from __future__ import annotations

import asyncio
import math

from odt_async.webex.time_limit import TimeLimits


class Wait:
    """Writes down when its time was up."""

    ends_at = math.inf

    def __init__(self) -> None:
        self.expired_at: list[float] = []

    def expire(self) -> None:
        self.expired_at.append(asyncio.get_running_loop().time())


async def test_what_is_stopped_in_time_is_left_alone() -> None:
    limits, wait = TimeLimits(), Wait()
    limits.start(wait, 10.0)
    await asyncio.sleep(9.0)
    limits.stop(wait)
    await asyncio.sleep(9.0)
    assert wait.expired_at == []


async def test_what_takes_longer_expires_on_time_and_once() -> None:
    limits, wait = TimeLimits(), Wait()
    limits.start(wait, 10.0)
    await asyncio.sleep(30.0)
    limits.stop(wait)
    assert wait.expired_at == [10.0]


async def test_each_of_many_expires_in_its_own_time() -> None:
    limits = TimeLimits()
    waits = {ends_at: Wait() for ends_at in (5.0, 1.0, 2.0, 5.5, 3.0)}
    for ends_at, wait in waits.items():
        limits.start(wait, ends_at)
    await asyncio.sleep(1.5)
    limits.stop(waits.pop(2.0))
    await asyncio.sleep(10.0)
    assert {ends_at: wait.expired_at for ends_at, wait in waits.items()} == {
        ends_at: [ends_at] for ends_at in waits
    }


async def test_a_limit_may_be_given_anew() -> None:
    limits, wait = TimeLimits(), Wait()
    for ends_at in (2.0, 3.0, 9.0):
        limits.start(wait, ends_at)
        await asyncio.sleep(1.0)
        limits.stop(wait)
    limits.start(wait, 7.0)
    await asyncio.sleep(10.0)
    assert wait.expired_at == [7.0]
