"""Lets calls go one after another: at the pace that each family bears, and under the operator's ceilings.

Only the head of a family's queue asks: the family's pacer, then for a slot, then the ceilings, and goes at once if
the family is not held by then. So nobody sits on a ceiling's leave, and calls that queued during a hold keep the
distance that the operator asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aiolimiter import AsyncLimiter

from odt_async.model import Verdict, VerdictKind
from odt_async.runner.pacer import Known, Pacer, PacerSettings
from odt_async.runner.slots import Slots

__all__ = ["Ceiling", "FamilyState", "Limiter", "ceiling", "interval"]

_BURST_S = (
    0.1  # of the ceiling: aiolimiter's bucket starts full, and a full second would double the first one
)

_NO_ANSWER = (VerdictKind.TRANSIENT, VerdictKind.AMBIGUOUS)


class Ceiling(Protocol):
    """What the operator allows, over all families."""

    async def acquire(self) -> None:
        """Return when a call may go."""
        ...


def ceiling(rate_per_s: float) -> AsyncLimiter:
    """Return a bucket of *rate_per_s* calls a second that never lets more than a tenth of a second's go at once."""
    burst = max(1.0, rate_per_s * _BURST_S)
    return AsyncLimiter(burst, burst / rate_per_s)


def interval(seconds: float) -> AsyncLimiter:
    """Return a bucket that lets one call go every *seconds*, never two at once."""
    return AsyncLimiter(1, seconds)


def _is_on(bucket: Ceiling) -> bool:
    return getattr(bucket, "rate_per_s", 0.0) is not None  # an operator's may be off for now


@dataclass(frozen=True, slots=True)
class FamilyState:
    """How one family stands, for heartbeat and report."""

    family: str
    pace_per_s: (
        float | None
    )  # found to be borne: what is tried beyond it is more; None: no limit has shown itself
    held_s: float  # seconds until the end of the hold; 0 when nothing holds it
    throttled: int  # 429s so far
    under_way: int = 0  # calls sent and not answered
    most_under_way: int | None = None  # that it bears; None: no cap has shown itself


class _Lane:
    """The queue of one family: only its head waits for the pacer, so a cut acts on everybody at once."""

    def __init__(
        self, settings: PacerSettings, known: Known | None, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self.pacer = Pacer(settings, known)
        self.throttled = 0
        self._sleep = sleep
        self._turn = asyncio.Lock()  # wakes its waiters in their order
        self._news = asyncio.Event()  # a call has ended

    async def admit(self, now: Callable[[], float], ceilings: Sequence[Ceiling], slots: Slots | None) -> None:
        # a queue hands over once in a turn of the loop, which many slots are too fast for: while nothing sets a
        # pace, all wait for the slots themselves
        while self.is_open(now()) and not any(map(_is_on, ceilings)):
            if await self._went(now, ceilings, slots):
                return
        async with self._turn:
            while True:
                await self._paced(now)
                if await self._went(now, ceilings, slots):
                    return

    def is_free(self) -> bool:
        """Return whether nobody queues here, and no limit has shown itself."""
        return self.pacer.is_free and not self._turn.locked()

    def is_open(self, now: float) -> bool:
        """Return whether nobody queues here, and nothing sets a pace."""
        return not self._turn.locked() and self.pacer.wait_s(now) == 0 and self.pacer.pace(now) is None

    async def _went(self, now: Callable[[], float], ceilings: Sequence[Ceiling], slots: Slots | None) -> bool:
        if slots is not None:
            await slots.take()
        going = False
        try:
            for bucket in ceilings:
                await bucket.acquire()
            going = self.pacer.wait_s(now()) == 0  # a hold may have come meanwhile
        finally:
            if slots is not None and not going:
                slots.give_back()
        if going:
            self.pacer.take(now())
        return going

    async def _paced(self, now: Callable[[], float]) -> None:
        while (wait_s := self.pacer.wait_s(now())) != 0:
            if wait_s is None:
                self._news.clear()
                await self._news.wait()
            else:
                await self._sleep(wait_s)

    def held(self, now: float) -> bool:
        return now < self.pacer.hold_until

    def answered(self) -> None:
        self._news.set()


class Limiter:
    """The pace of every family, and the operator's ceilings over them all.

    sleep: waits for a pace or a hold; may raise to end the wait.
    on_hold: called with the family and the seconds when a 429 that is news holds it.
    known: what an earlier run learned of the families; they start with it.
    """

    def __init__(
        self,
        *,
        ceilings: Sequence[Ceiling] = (),
        settings: PacerSettings | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        on_hold: Callable[[str, float], None] = lambda _family, _seconds: None,
        known: Mapping[str, Known] | None = None,
    ) -> None:
        self._ceilings = list(ceilings)
        self._known = known or {}
        self._settings = settings or PacerSettings()
        self._sleep = sleep
        self._on_hold = on_hold
        self._lanes: dict[str, _Lane] = {}
        self._now = asyncio.get_running_loop().time

    def put_under(self, bucket: Ceiling) -> None:
        """Let all calls pass one more ceiling."""
        self._ceilings.append(bucket)

    async def admit(self, family: str, slots: Slots | None = None) -> None:
        """Return when a call of *family* may go, with one of *slots* taken for it."""
        await self._lane(family).admit(self._now, self._ceilings, slots)

    def free_pacer(self, family: str) -> Pacer | None:
        """Return the pacer of *family* if it need not be asked: no queue, no limit that is known, no ceiling.

        Until it is throttled, or a ceiling is set, it need only be told of each call.
        """
        lane = self._lane(family)
        return lane.pacer if lane.is_free() and not any(map(_is_on, self._ceilings)) else None

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
        if verdict is None or verdict.kind in _NO_ANSWER:
            self.withdraw(family)  # a gateway's word, not the limiter's
            return
        now, is_news = self._now(), False
        if verdict.kind is VerdictKind.THROTTLED:
            lane.throttled += 1
            is_news = lane.pacer.throttled(now, sent_at, verdict.retry_after_s)
        else:
            lane.pacer.accepted(now, sent_at)
        lane.answered()
        if is_news:  # last: it may raise, and nobody must go on waiting for the answer
            self._on_hold(family, lane.pacer.hold_until - now)

    def states(self) -> list[FamilyState]:
        """Return how every family stands, in the order of their first calls."""
        now = self._now()
        return [
            FamilyState(
                family=family,
                pace_per_s=lane.pacer.known.pace_per_s,
                held_s=max(0.0, lane.pacer.hold_until - now),
                throttled=lane.throttled,
                under_way=lane.pacer.under_way,
                most_under_way=lane.pacer.known.under_way,
            )
            for family, lane in self._lanes.items()
        ]

    def known(self) -> dict[str, Known]:
        """Return what was learned of the families that have shown a limit, and what was known of the others."""
        learned = {family: lane.pacer.known for family, lane in self._lanes.items()}
        return {**self._known, **{family: known for family, known in learned.items() if known != Known()}}

    def _lane(self, family: str) -> _Lane:
        lane = self._lanes.get(family)
        if lane is None:
            lane = self._lanes[family] = _Lane(self._settings, self._known.get(family), self._sleep)
        return lane
