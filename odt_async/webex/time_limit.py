"""A time limit for every call, with one timer for all of them; hardly any of them is ever reached."""

from __future__ import annotations

import asyncio
import math
from typing import Protocol

__all__ = ["Limited", "TimeLimits"]


class Limited(Protocol):
    """What can be given a time limit, one at a time."""

    ends_at: float  # loop time

    def expire(self) -> None:
        """End, as its time is up."""
        ...


class TimeLimits:
    """The time limits of one event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._running: dict[Limited, None] = {}
        self._looks_at = math.inf  # when it next looks whether one has been reached

    def start(self, what: Limited, ends_at: float) -> None:
        """Let *what* expire at *ends_at*, in loop time, unless it is stopped before."""
        what.ends_at = ends_at
        self._running[what] = None
        if ends_at < self._looks_at:
            self._look_at(ends_at)

    def stop(self, what: Limited) -> None:
        """Take the limit of *what* away, whether it has been reached or not."""
        self._running.pop(what, None)

    def _look_at(self, when: float) -> None:
        self._looks_at = when
        self._loop.call_at(when, self._look, when)

    def _look(self, due: float) -> None:
        if due != self._looks_at:
            return  # one that was shorter has taken its place
        self._looks_at = math.inf
        for what in [what for what in self._running if what.ends_at <= due]:
            self.stop(what)
            what.expire()
        if self._running:
            self._look_at(min(what.ends_at for what in self._running))
