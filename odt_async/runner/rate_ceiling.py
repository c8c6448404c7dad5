"""The operator's `--rate`, which may change while calls wait for it."""

from __future__ import annotations

from collections.abc import Callable

import anyio

from odt_async.runner.limiter import ceiling

__all__ = ["RateCeiling"]


class RateCeiling:
    """So many calls a second at most; None: as many as come."""

    def __init__(self, rate_per_s: float | None = None) -> None:
        self._waiting: set[anyio.CancelScope] = set()
        self.on_change: Callable[[], None] = lambda: None
        self.rate_per_s = rate_per_s

    @property
    def rate_per_s(self) -> float | None:
        """Calls a second; whoever waits for the old rate is let off, and asks the new one."""
        return self._rate_per_s

    @rate_per_s.setter
    def rate_per_s(self, rate_per_s: float | None) -> None:
        self._rate_per_s = rate_per_s
        self._bucket = ceiling(rate_per_s) if rate_per_s else None
        self.on_change()
        for scope in self._waiting:
            scope.cancel()

    async def acquire(self) -> None:
        """Return when a call may go."""
        while (bucket := self._bucket) is not None:
            if bucket.has_capacity():
                await bucket.acquire()
                return
            with anyio.CancelScope() as scope:
                self._waiting.add(scope)
                try:
                    await bucket.acquire()
                finally:
                    self._waiting.discard(scope)
                return
