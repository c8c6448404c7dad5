"""The virtual clock: it jumps over waits, and never over what is on its way."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
import pytest
from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

from tests.virtual_time import VirtualTimeLoop, run_virtual

DAY_S = 86_400.0


async def test_a_day_of_sleep_moves_the_clock_by_a_day() -> None:
    loop = asyncio.get_running_loop()
    start = loop.time()

    await asyncio.sleep(DAY_S)

    assert loop.time() - start == DAY_S


async def test_timers_fire_in_the_order_of_their_deadlines() -> None:
    fired: list[tuple[str, float]] = []

    async def fire(name: str, after_s: float) -> None:
        await anyio.sleep(after_s)
        fired.append((name, asyncio.get_running_loop().time()))

    async with anyio.create_task_group() as group:
        group.start_soon(fire, "late", 3600.0)
        group.start_soon(fire, "early", 0.25)
        group.start_soon(fire, "middle", 60.0)

    assert fired == [("early", 0.25), ("middle", 60.0), ("late", 3600.0)]


async def test_a_slow_handler_answers_a_client_that_is_patient_enough() -> None:
    async with (
        serve(sleep_then_answer(30.0)) as url,
        ClientSession(timeout=ClientTimeout(total=60)) as session,
    ):
        start = asyncio.get_running_loop().time()
        async with session.get(url) as answer:
            seen = await answer.text(), asyncio.get_running_loop().time() - start

    assert seen == ("done", 30.0)


async def test_a_slow_handler_times_out_a_client_that_is_not() -> None:
    async with (
        serve(sleep_then_answer(30.0)) as url,
        ClientSession(timeout=ClientTimeout(total=10)) as session,
    ):
        with pytest.raises(TimeoutError):
            await session.get(url)


async def test_two_hundred_requests_at_once_take_the_time_of_one() -> None:
    async with (
        serve(sleep_then_answer(0.05)) as url,
        ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(total=60)) as session,
    ):

        async def ask() -> tuple[str, float]:
            async with session.get(url) as answer:
                return await answer.text(), asyncio.get_running_loop().time()

        answers = await asyncio.gather(*(ask() for _ in range(200)))

    assert answers == [("done", 0.05)] * 200


async def test_the_clock_waits_for_a_worker_thread_of_anyio() -> None:
    await assert_clock_waits_for(lambda: anyio.to_thread.run_sync(time.sleep, 0.01))


async def test_the_clock_waits_for_a_worker_thread_of_asyncio() -> None:
    await assert_clock_waits_for(lambda: asyncio.to_thread(time.sleep, 0.01))


def test_with_nothing_scheduled_a_bare_thread_can_still_wake_the_loop() -> None:
    async def woken() -> float:
        event, loop = asyncio.Event(), asyncio.get_running_loop()
        threading.Timer(0.01, loop.call_soon_threadsafe, [event.set]).start()
        await event.wait()
        return loop.time()

    assert run_virtual(woken()) == 0.0


async def test_async_tests_run_in_virtual_time() -> None:
    assert isinstance(asyncio.get_running_loop(), VirtualTimeLoop)


@pytest.mark.real_time
async def test_a_marked_test_runs_in_real_time() -> None:
    assert type(asyncio.get_running_loop()) is asyncio.SelectorEventLoop


async def assert_clock_waits_for(thread: Callable[[], Awaitable[object]]) -> None:
    """Fail when a deadline far shorter than the thread's own time passes while it works."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    async with asyncio.timeout(0.001):
        await thread()
    assert loop.time() == start


def sleep_then_answer(seconds: float) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(_request: web.Request) -> web.Response:
        await asyncio.sleep(seconds)
        return web.Response(text="done")

    return handler


@asynccontextmanager
async def serve(handler: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    """Serve *handler* on a free loopback port of this loop; yield its address."""
    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=256)  # holds all clients of a test
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/"
    finally:
        await runner.cleanup()
