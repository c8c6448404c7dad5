"""Lets calls go one after another: under the operator's ceiling, and at the pace that each family bears."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiolimiter import AsyncLimiter

from odt_async.model import Verdict, VerdictKind
from odt_async.runner.pacer import Pacer, PacerSettings

__all__ = ["FamilyState", "Limiter", "ceiling", "interval"]

_BURST_S = (
    0.1  # of the ceiling: aiolimiter's bucket starts full, and a full second would double the first one
)


def ceiling(rate_per_s: float) -> AsyncLimiter:
    """Return a bucket of *rate_per_s* calls a second that never lets more than a tenth of a second's go at once."""
    burst = max(1.0, rate_per_s * _BURST_S)
    return AsyncLimiter(burst, burst / rate_per_s)


def interval(seconds: float) -> AsyncLimiter:
    """Return a bucket that lets one call go every *seconds*, never two at once."""
    return AsyncLimiter(1, seconds)


@dataclass(frozen=True, slots=True)
class FamilyState:
    """How one family stands, for heartbeat and report."""

    family: str
    pace_per_s: float | None  # None: no limit has shown itself
    held_s: float  # seconds until the end of the hold; 0 when nothing holds it
    throttled: int  # 429s so far


class _Lane:
    """The queue of one family: only its head waits for the pacer, so a cut acts on everybody at once."""

    def __init__(self, settings: PacerSettings, sleep: Callable[[float], Awaitable[None]]) -> None:
        self.pacer = Pacer(settings)
        self.throttled = 0
        self._sleep = sleep
        self._turn = asyncio.Lock()  # wakes its waiters in their order
        self._news = asyncio.Event()  # the probe is answered

    async def admit(self, now: Callable[[], float]) -> None:
        if not self._turn.locked() and self.pacer.wait_s(now()) == 0:
            self.pacer.take(now())
            return
        async with self._turn:
            while (wait_s := self.pacer.wait_s(now())) != 0:
                if wait_s is None:
                    self._news.clear()
                    await self._news.wait()
                else:
                    await self._sleep(wait_s)
            self.pacer.take(now())

    def held(self, now: float) -> bool:
        return now < self.pacer.hold_until

    def answered(self) -> None:
        self._news.set()


class Limiter:
    """The pace of every family, and the operator's ceilings over them all.

    sleep: waits for a pace or a hold; may raise to end the wait.
    on_hold: called with the family and the seconds when a 429 that is news holds it.
    """

    def __init__(
        self,
        *,
        ceilings: tuple[AsyncLimiter, ...] = (),
        settings: PacerSettings | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        on_hold: Callable[[str, float], None] = lambda _family, _seconds: None,
    ) -> None:
        self._ceilings = ceilings
        self._settings = settings or PacerSettings()
        self._sleep = sleep
        self._on_hold = on_hold
        self._lanes: dict[str, _Lane] = {}
        self._now = asyncio.get_running_loop().time

    async def admit(self, family: str) -> None:
        """Return when a call of *family* may go."""
        for bucket in self._ceilings:
            await bucket.acquire()
        await self._lane(family).admit(self._now)

    def held(self, family: str) -> bool:
        """Return whether a Retry-After holds *family* now."""
        return self._lane(family).held(self._now())

    def withdraw(self, family: str) -> None:
        """Note that a call which was let go is not sent after all; others may be waiting for its answer."""
        lane = self._lane(family)
        lane.pacer.unanswered()
        lane.answered()

    def learn(self, family: str, sent_at: float, verdict: Verdict | None) -> None:
        """Note the answer to a call sent at loop time *sent_at*; None when it was cancelled."""
        lane = self._lane(family)
        if verdict is None or verdict.kind in {VerdictKind.TRANSIENT, VerdictKind.AMBIGUOUS}:
            self.withdraw(family)  # a gateway's word, not the limiter's
            return
        now, is_news = self._now(), False
        if verdict.kind is VerdictKind.THROTTLED:
            lane.throttled += 1
            is_news = lane.pacer.throttled(now, sent_at, verdict.retry_after_s)
        else:
            lane.pacer.accepted()
        lane.answered()
        if is_news:  # last: it may raise, and nobody must go on waiting for the answer
            self._on_hold(family, lane.pacer.hold_until - now)

    def states(self) -> list[FamilyState]:
        """Return how every family stands, in the order of their first calls."""
        now = self._now()
        return [
            FamilyState(
                family=family,
                pace_per_s=lane.pacer.pace(now),
                held_s=max(0.0, lane.pacer.hold_until - now),
                throttled=lane.throttled,
            )
            for family, lane in self._lanes.items()
        ]

    def _lane(self, family: str) -> _Lane:
        lane = self._lanes.get(family)
        if lane is None:
            lane = self._lanes[family] = _Lane(self._settings, self._sleep)
        return lane
