"""The `--concurrency` slots: how many requests may be in flight."""

from __future__ import annotations

import asyncio
from collections import deque

__all__ = ["Slots"]


class Slots:
    """A first-come-first-served semaphore whose size may change while it is in use."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._in_flight = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def in_flight(self) -> int:
        """How many slots are taken."""
        return self._in_flight

    @property
    def limit(self) -> int:
        """How many slots there are; lowering it lets those in flight finish."""
        return self._limit

    @limit.setter
    def limit(self, limit: int) -> None:
        self._limit = limit
        self._hand_over()

    def take_now(self) -> bool:
        """Take a slot if there is one that nobody waits for; return whether there was."""
        if self._in_flight >= self._limit or self._queue:
            return False
        self._in_flight += 1
        return True

    async def take(self) -> None:
        """Wait for a slot and take it; the holder gives it back with `give_back`."""
        if self.take_now():
            return
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was handed over in the same moment
                self.give_back()
            raise

    def give_back(self) -> None:
        """Return a slot; the first in the queue has it now."""
        self._in_flight -= 1
        if self._queue:
            self._hand_over()

    def _hand_over(self) -> None:
        while self._queue and self._in_flight < self._limit:
            turn = self._queue.popleft()
            if not turn.done():
                self._in_flight += 1
                turn.set_result(None)
