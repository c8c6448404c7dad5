"""`asyncio.timeout` for every call, at a fraction of its price: no coroutine, and one timer for all of them."""

from __future__ import annotations

import asyncio
import math
from types import TracebackType

__all__ = ["TimeLimits"]


class TimeLimits:
    """The time limits of one event loop; hardly any of them is ever reached."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._running: dict[_Limit, None] = {}
        self._looks_at = math.inf  # when it next looks whether one has been reached

    def limit(self, seconds: float) -> _Limit:
        """Return what cancels the task in `with` when *seconds* have passed, and raises TimeoutError in its place.

        A cancellation from elsewhere passes through, as it does with `asyncio.timeout` (Python 3.11).
        """
        return _Limit(self, seconds)

    def enter(self, limit: _Limit, seconds: float) -> float:
        """Count *limit* as running; return when it ends, in loop time."""
        ends_at = self._loop.time() + seconds
        self._running[limit] = None
        if ends_at < self._looks_at:
            self._look_at(ends_at)
        return ends_at

    def leave(self, limit: _Limit) -> None:
        """Count *limit* no more."""
        self._running.pop(limit, None)  # one that has been reached is not there any more

    def _look_at(self, when: float) -> None:
        self._looks_at = when
        self._loop.call_at(when, self._look, when)

    def _look(self, due: float) -> None:
        if due != self._looks_at:
            return  # one that was shorter has taken its place
        self._looks_at = math.inf
        for limit in [limit for limit in self._running if limit.ends_at <= due]:
            self.leave(limit)
            limit.expire()
        if self._running:
            self._look_at(min(limit.ends_at for limit in self._running))


class _Limit:
    __slots__ = ("_cancelled_before", "_expired", "_limits", "_seconds", "_task", "ends_at")

    def __init__(self, limits: TimeLimits, seconds: float) -> None:
        self._limits = limits
        self._seconds = seconds
        self._expired = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in one
        self._task = task
        self._cancelled_before = task.cancelling()
        self.ends_at = self._limits.enter(self, self._seconds)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limits.leave(self)
        if not self._expired:
            return
        ours_alone = self._task.uncancel() <= self._cancelled_before
        if ours_alone and isinstance(error, asyncio.CancelledError):
            raise TimeoutError from error

    def expire(self) -> None:
        """End what is limited."""
        self._expired = True
        self._task.cancel()
