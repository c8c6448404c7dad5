"""An event loop whose clock jumps to the next timer when nothing else can happen.

A test that waits for a `Retry-After` of an hour, a backoff or a heartbeat ends at once, and
`loop.time()` moves by exactly what was waited. Sockets are real: a server and its client in the
same loop talk over the loopback interface, and the clock stands still while anything of theirs is
on its way.

The clock waits for threads that were started through the loop or anyio, so such a thread must not
itself wait for a timer of the loop. It cannot know of another process (mark such a test
`real_time`), of a bare `threading.Thread`, nor of code that reads `time.monotonic()` instead of
`loop.time()`; aiohttp's client does so for the age of its idle connections, which therefore never
grow old here. A listener's backlog must hold all connections that are opened at once: the kernel
offers a refused one again after a second of real time, and the clock will not wait for that.
"""

from __future__ import annotations

import asyncio
import os
import selectors
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

import anyio.to_thread

__all__ = ["VirtualTimeLoop", "run_virtual"]

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

LONG_WAIT_S = 1.0  # longer ones are deadlines: they must not fire while an answer is on its way
GRACE_S = 0.001  # of real time for that answer
THREAD_POLL_S = 0.05  # a busy thread wakes the loop when it is done; this only bounds one wait


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A selector loop in virtual time, which starts at 0.0 s.

    With nothing scheduled it blocks like any other loop: only a real event can wake it then.
    """

    def __init__(self) -> None:
        self._now = 0.0
        self._executor_jobs = 0
        super().__init__(_JumpingSelector(self._advance, self._threads_busy))

    def time(self) -> float:
        return self._now

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[*Arguments], Result],
        *args: *Arguments,
    ) -> asyncio.Future[Result]:
        future = super().run_in_executor(executor, func, *args)
        self._executor_jobs += 1
        future.add_done_callback(self._executor_job_done)
        return future

    async def shutdown_default_executor(self, *_limit: float | None) -> None:
        # a bare thread joins the workers; a limit in virtual time would be over before it is done
        await super().shutdown_default_executor()

    def _executor_job_done(self, _future: asyncio.Future[Any]) -> None:
        self._executor_jobs -= 1

    def _advance(self, seconds: float) -> None:
        self._now += seconds

    def _threads_busy(self) -> bool:
        return self._executor_jobs > 0 or anyio.to_thread.current_default_thread_limiter().borrowed_tokens > 0


class _JumpingSelector(selectors.BaseSelector):
    """The real selector, but for waits: one that would be in vain advances the clock instead."""

    def __init__(self, advance: Callable[[float], None], threads_busy: Callable[[], bool]) -> None:
        self._real = selectors.DefaultSelector()
        self._advance = advance
        self._threads_busy = threads_busy

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return self._real.select(timeout)
        events = self._events_now(GRACE_S if timeout >= LONG_WAIT_S else 0)
        if not events:
            self._advance(timeout)
        return events

    def _events_now(self, grace_s: float) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what has happened or is just about to; an empty list when all is quiet.

        The kernel hands loopback bytes over within the call that sends them, so one look is enough,
        and *grace_s* is for a kernel too busy to do so.
        """
        events = self._real.select(0)
        while not events and self._threads_busy():
            events = self._real.select(THREAD_POLL_S)
        if not events and self._has_sockets():
            os.sched_yield()
            events = self._real.select(grace_s)
        return events

    def _has_sockets(self) -> bool:
        return len(self._real.get_map()) > 1  # the first is the loop's own wake-up pipe

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.get_key(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


def run_virtual(main: Coroutine[Any, Any, Result]) -> Result:
    """Run *main* to its end in a virtual-time loop of its own, for tests that are not async."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
