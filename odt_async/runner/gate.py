"""The one gate that every call passes: open, or closed for a stated reason."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import anyio

from odt_async.errors import RunInterrupted

__all__ = ["Gate"]

_SHORT_S = 2.0  # a wait that the end of a run waits for


class Gate:
    """Closed while the run is paused; nobody who waits here holds a slot.

    Several reasons may hold it at once; it opens when the last is gone.
    """

    def __init__(self) -> None:
        self._reasons: dict[str, None] = {}  # in order, and each once
        self._moved = asyncio.Event()  # of those who wait for a reason to come or go; a new one each time
        self._end = asyncio.Event()  # set when the run ends
        self.on_close: Callable[[], None] = lambda: None

    @property
    def reason(self) -> str | None:
        """Why it is closed; None when it is open."""
        return next(iter(self._reasons), None)

    def close(self, reason: str) -> None:
        """Let nobody pass for *reason*."""
        self._reasons[reason] = None
        self.on_close()
        self._move()

    def open(self, reason: str) -> None:
        """Take *reason* back; idempotent."""
        self._reasons.pop(reason, None)
        self._move()

    def abandon(self) -> None:
        """The run ends: whoever waits for a closed gate, now or later, gives up."""
        self._end.set()
        self._move()

    def is_open(self, ignoring: str | None = None) -> bool:
        """Return whether nothing but *ignoring* holds it closed."""
        return not self._reasons or self._reasons.keys() <= {ignoring}

    async def passed(self, ignoring: str | None = None) -> None:
        """Return at once, or when the gate opens; for somebody whom the reason *ignoring* does not hold.

        Raises RunInterrupted when the run ends while it is closed.
        """
        while not self.is_open(ignoring):
            await self.changed()

    async def changed(self, within_s: float | None = None) -> None:
        """Return when a reason comes or goes, or after *within_s*.

        Raises RunInterrupted when the run ends.
        """
        self._raise_if_ended()
        with anyio.move_on_after(within_s):
            await self._moved.wait()
        self._raise_if_ended()

    async def pause(self, seconds: float) -> None:
        """Sleep for whoever holds the gate closed, but not beyond the end of the run.

        Raises RunInterrupted when the run ends.
        """
        with anyio.move_on_after(seconds):
            await self._end.wait()
        self._raise_if_ended()

    async def sleep(self, seconds: float) -> None:
        """Sleep; but when the run ends, nobody waits for a row that sleeps long.

        Raises RunInterrupted when more than two seconds are left then.
        """
        if seconds > _SHORT_S:
            with anyio.move_on_after(seconds - _SHORT_S):
                await self._end.wait()
            if self._end.is_set():
                raise RunInterrupted(
                    "the run ended while the row waited for {seconds:.0f} s", seconds=seconds
                )
        await asyncio.sleep(min(seconds, _SHORT_S))

    def _move(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    def _raise_if_ended(self) -> None:
        if self._end.is_set():
            raise RunInterrupted("the run ended while it was paused: {reason}", reason=self.reason)
