"""Rate limits as a server keeps them: a token bucket, a fixed window, a cap on what is under way.

Pure arithmetic: `now` (seconds of any steady clock) is always an argument.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

__all__ = ["ConcurrencyCap", "FixedWindow", "Limit", "TokenBucket"]

_ROUNDING = 1e-9  # a whole token must not be missed by the last bit of a float
_BUSY_S = 1.0


class Limit(Protocol):
    """One limit: asked first, then told what was decided."""

    def wait_s(self, now: float) -> float:
        """Return 0 when a request would pass now, else the seconds until one will."""

    def admit(self, now: float) -> None:
        """Count a request that passes."""

    def refuse(self, now: float) -> None:
        """Count a request that was refused, by a limit whose refusals cost."""

    def release(self) -> None:
        """Count the end of a request that had passed."""


class TokenBucket:
    """*rate* requests a second on average, *burst* at once after a pause.

    halved_s: seconds between which the rate is half, counted from the first request; None: it never is.
    """

    def __init__(self, rate: float, burst: float, halved_s: tuple[float, float] | None = None) -> None:
        self._rate = rate
        self._halved_s = halved_s
        self._began_at: float | None = None
        self._burst = burst
        self._tokens = burst
        self._refilled_at = -math.inf

    def wait_s(self, now: float) -> float:
        """Return the seconds to the next whole token."""
        self._refill(now)
        if self._tokens >= 1 - _ROUNDING:
            return 0.0
        wait_s = (1 - self._tokens) / self._rate
        while (missing := self._tokens + self._refilled(now, now + wait_s) - 1) < -_ROUNDING:
            wait_s -= missing / self._rate
        return wait_s

    def admit(self, now: float) -> None:
        """Spend a token."""
        self._refill(now)
        self._tokens -= 1

    def refuse(self, now: float) -> None:
        """Spend what there is, up to a token."""
        self._refill(now)
        self._tokens = max(self._tokens - 1, 0)

    def release(self) -> None:
        """Nothing: what has been spent is spent."""

    def _refill(self, now: float) -> None:
        if self._began_at is None:
            self._began_at = self._refilled_at = now
        if now > self._refilled_at:
            self._tokens = min(self._burst, self._tokens + self._refilled(self._refilled_at, now))
            self._refilled_at = now

    def _refilled(self, start: float, end: float) -> float:
        full_s = end - start
        if self._halved_s is not None and self._began_at is not None:
            from_s, to_s = self._halved_s
            full_s -= max(0.0, min(end, self._began_at + to_s) - max(start, self._began_at + from_s)) / 2
        return full_s * self._rate


class FixedWindow:
    """*count* requests in each *period_s*; the first request after a window has ended opens the next."""

    def __init__(self, count: int, period_s: float) -> None:
        self._count = count
        self._period_s = period_s
        self._opened_at = -math.inf
        self._used = 0

    def wait_s(self, now: float) -> float:
        """Return the rest of a full window."""
        ends_at = self._opened_at + self._period_s
        return 0.0 if now >= ends_at or self._used < self._count else ends_at - now

    def admit(self, now: float) -> None:
        """Count in the window that is open, or open one."""
        if now >= self._opened_at + self._period_s:
            self._opened_at, self._used = now, 0
        self._used += 1

    def refuse(self, now: float) -> None:
        """Nothing: a full window cannot become fuller."""

    def release(self) -> None:
        """Nothing: what has been spent is spent."""


@dataclass(slots=True)
class ConcurrencyCap:
    """At most *most* requests under way."""

    most: int
    under_way: int = 0

    def wait_s(self, now: float) -> float:  # noqa: ARG002
        """Return a guess: nobody knows when a request under way will end."""
        return 0.0 if self.under_way < self.most else _BUSY_S

    def admit(self, now: float) -> None:  # noqa: ARG002
        """Count one more under way."""
        self.under_way += 1

    def refuse(self, now: float) -> None:
        """Nothing: a refused request is not under way."""

    def release(self) -> None:
        """Count one less under way."""
        self.under_way -= 1
