"""A discrete-event simulation: callers who call as fast as a `Pacer` lets them, against a limited server.

Pure and fast: no event loop, no socket, and the same result every time. Three minutes of 50 calls a second
take a tenth of a second.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from odt_async.runner.pacer import Pacer

RETRY_AFTER: dict[str, Callable[[float], float | None]] = {
    "seconds": lambda wait_s: max(1.0, math.ceil(wait_s)),  # whole, as Webex announces it
    "fraction": lambda wait_s: wait_s,
    "absent": lambda _wait_s: None,
}
SPREAD = 0.2  # of the latency, up and down
SEED = 1
NOTHING_ANNOUNCED = -math.inf


class Refusal(NamedTuple):
    """A 429, and what its Retry-After says."""

    retry_after_s: float | None


class Server(Protocol):
    """What limits the calls."""

    def ask(self, now: float) -> Refusal | None:
        """Return None when a call that arrives *now* is accepted."""
        ...

    def done(self) -> None:
        """An accepted call is finished."""
        ...

    def allowed(self, start: float, end: float) -> float:
        """Return how many calls it would have accepted between the two moments."""
        ...


@dataclass
class TokenBucket:
    """*rate* calls a second on average, *burst* at once after a pause."""

    rate: float
    burst: float
    refusal_cost: float = 0.0  # tokens that a refused call takes
    retry_after: str = "seconds"
    halved_from: float = math.inf  # seconds between which the rate is half of *rate*
    halved_to: float = math.inf
    _tokens: float = field(init=False)
    _at: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._tokens = self.burst

    def ask(self, now: float) -> Refusal | None:
        self._tokens = min(self.burst, self._tokens + self.allowed(self._at, now))
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return None
        self._tokens -= self.refusal_cost
        rate = self.rate / 2 if self.halved_from <= now < self.halved_to else self.rate
        return Refusal(RETRY_AFTER[self.retry_after]((1 - self._tokens) / rate))

    def done(self) -> None:
        pass

    def allowed(self, start: float, end: float) -> float:
        halved_s = max(0.0, min(end, self.halved_to) - max(start, self.halved_from))
        return self.rate * (end - start - halved_s / 2)


@dataclass
class FixedWindow:
    """*count* calls in each *period_s*; the windows follow the clock, not the calls."""

    count: int
    period_s: float
    retry_after: str = "seconds"
    _window: int = field(init=False, default=-1)
    _used: int = field(init=False, default=0)

    def ask(self, now: float) -> Refusal | None:
        window = int(now // self.period_s)
        if window != self._window:
            self._window, self._used = window, 0
        if self._used < self.count:
            self._used += 1
            return None
        return Refusal(RETRY_AFTER[self.retry_after]((window + 1) * self.period_s - now))

    def done(self) -> None:
        pass

    def allowed(self, start: float, end: float) -> float:
        return self.count * (end - start) / self.period_s


@dataclass
class ConcurrencyCap:
    """At most *most* calls under way, each of which takes *service_s*; *behind* limits their rate as well."""

    most: int
    service_s: float
    behind: Server
    _under_way: int = field(init=False, default=0)

    def ask(self, now: float) -> Refusal | None:
        if self._under_way >= self.most:
            return Refusal(1.0)
        refusal = self.behind.ask(now)
        self._under_way += refusal is None
        return refusal

    def done(self) -> None:
        self._under_way -= 1

    def allowed(self, start: float, end: float) -> float:
        return min(self.behind.allowed(start, end), self.most / self.service_s * (end - start))


@dataclass(frozen=True)
class Result:
    """What came of a simulation; the shares count from the second that was asked for."""

    utilisation: float  # accepted / allowed
    waste: float  # refused / accepted
    sent_inside_retry_after: int  # in all of it


@dataclass(slots=True)
class _Call:
    sent_at: float
    latency_s: float
    refusal: Refusal | None = None


class Simulation:
    """*callers* in a closed loop: each sends, waits for its answer, and sends again when the pacer lets it.

    latency_s: of a whole call, give or take 20 %.
    way: what of it is the way there and back; the rest is the server's work, which it does not do for a call
        that it refuses.
    """

    def __init__(
        self, server: Server, pacer: Pacer, *, callers: int, latency_s: float, way: float = 0.5
    ) -> None:
        self._server = server
        self._pacer = pacer
        self._idle = callers
        self._latency_s = latency_s
        self._way = way
        self._random = random.Random(SEED)  # noqa: S311 - repeatable, not secret
        self._due: list[tuple[float, int, Callable[[_Call], None], _Call]] = []
        self._scheduled = 0
        self._now = 0.0
        self._wake_at = math.inf
        self._announced_until = NOTHING_ANNOUNCED
        self._accepted_at: list[float] = []
        self._refused_at: list[float] = []
        self._inside = 0

    def run(self, seconds: float, *, from_second: float) -> Result:
        """Simulate *seconds*, and judge them from *from_second* on."""
        self._send_what_may_go()
        while self._due:
            now, _number, happen, call = heapq.heappop(self._due)
            if now > seconds:
                break
            self._now = now
            happen(call)
        accepted = sum(at >= from_second for at in self._accepted_at)
        refused = sum(at >= from_second for at in self._refused_at)
        return Result(
            utilisation=accepted / self._server.allowed(from_second, seconds),
            waste=refused / accepted if accepted else math.inf,
            sent_inside_retry_after=self._inside,
        )

    def _after(self, seconds: float, happen: Callable[[_Call], None], call: _Call) -> None:
        self._scheduled += 1  # first come, first served within one moment
        heapq.heappush(self._due, (self._now + seconds, self._scheduled, happen, call))

    def _send_what_may_go(self) -> None:
        while self._idle:
            wait_s = self._pacer.wait_s(self._now)
            if wait_s is None:
                return  # the answer to the probe comes this way again
            if wait_s > 0:
                self._wake_after(wait_s)
                return
            self._pacer.take(self._now)
            self._inside += self._now < self._announced_until
            self._idle -= 1
            latency_s = self._latency_s * self._random.uniform(1 - SPREAD, 1 + SPREAD)
            call = _Call(self._now, latency_s)
            self._after(latency_s * self._way / 2, self._arrive, call)

    def _wake_after(self, wait_s: float) -> None:
        moment = max(self._now + wait_s, math.nextafter(self._now, math.inf))
        if not self._now < self._wake_at <= moment:
            self._wake_at = moment
            self._after(moment - self._now, self._wake, _Call(self._now, 0.0))

    def _wake(self, _call: _Call) -> None:
        self._send_what_may_go()

    def _arrive(self, call: _Call) -> None:
        call.refusal = self._server.ask(self._now)
        if call.refusal is None:
            self._after(call.latency_s * (1 - self._way), self._finish, call)
        else:
            self._after(call.latency_s * self._way / 2, self._answer, call)

    def _finish(self, call: _Call) -> None:
        self._server.done()
        self._after(call.latency_s * self._way / 2, self._answer, call)

    def _answer(self, call: _Call) -> None:
        if call.refusal is None:
            self._accepted_at.append(self._now)
            self._pacer.accepted(self._now, call.sent_at)
        else:
            self._refused_at.append(self._now)
            self._pacer.throttled(self._now, call.sent_at, call.refusal.retry_after_s)
            self._announced_until = max(
                self._announced_until, self._now + (call.refusal.retry_after_s or 0.0)
            )
        self._idle += 1
        self._send_what_may_go()
