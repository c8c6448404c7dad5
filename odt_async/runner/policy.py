"""The HTTP policy of a run: what the session asks before and after every request."""

from __future__ import annotations

import asyncio
import math
import random
from collections import Counter
from collections.abc import Callable, Mapping

from odt_async import events
from odt_async.model import Verdict, VerdictKind
from odt_async.runner.backoff import BackoffPolicy, wait_before_retry
from odt_async.runner.breaker import CallClass
from odt_async.runner.gate import Gate
from odt_async.runner.limiter import Limiter, interval
from odt_async.runner.outages import Outages
from odt_async.runner.pacer import Known, Pacer, PacerSettings
from odt_async.runner.rate_ceiling import RateCeiling
from odt_async.runner.request_stats import RequestStats
from odt_async.runner.slots import Slots
from odt_async.runner.token_watch import TokenWatch
from odt_async.settings import Settings
from odt_async.webex.calls import current_row
from odt_async.webex.tokens import TokenSource

__all__ = ["RunPolicy", "policy_for"]

_TROUBLE = (VerdictKind.TRANSIENT, VerdictKind.AMBIGUOUS)


class RunPolicy:
    """Gate, then ceiling and pace, then slot; counts what comes back."""

    def __init__(
        self,
        *,
        gate: Gate,
        limiter: Limiter,
        slots: Slots,
        backoff: BackoffPolicy,
        tokens: TokenSource,
        log: events.Logger,
        ceiling: RateCeiling | None = None,
        longest_outage_s: float = math.inf,
        uniform: Callable[[], float] = random.random,
    ) -> None:
        self.gate = gate
        self.limiter = limiter
        self.slots = slots
        self.ceiling = ceiling or RateCeiling()  # over all families, the operator's
        limiter.put_under(self.ceiling)
        self.tokens = TokenWatch(tokens, gate, log)
        self.outages = Outages(gate, log, longest_s=longest_outage_s)
        self.verdicts: Counter[VerdictKind] = Counter()
        self.requests = RequestStats()
        self.last_trouble = ""  # why the last call got no proper answer: "HTTP 503", "ClientConnectorError"
        self._backoff = backoff
        self._log = log
        self._uniform = uniform
        self._now = asyncio.get_running_loop().time
        # the families whose calls have nothing but a slot to wait for; whatever may get in their way empties it
        self._free: dict[str, Pacer] = {}
        self.gate.on_close = self.ceiling.on_change = self._free.clear

    async def admit(self, family: str) -> None:
        """Wait for gate, pace, ceiling and slot; hold the slot only if the gate is still open then."""
        pacer = self._free.get(family) or self._found_free(family)
        if pacer is not None:  # nearly always: spare that call the whole way
            if not self.slots.take_now():
                await self.slots.take()
                pacer = self._free.get(family)
            if pacer is not None:
                pacer.take(self._now())
                return
            self.slots.give_back()
        row = self._row()
        while True:
            await self.outages.passed(row)
            sent = False
            try:
                await self.limiter.admit(family, self.slots)
                sent = self.outages.lets_pass(row)
            finally:
                if not sent:
                    self.outages.withdraw(row)
            if sent:
                return
            self.limiter.withdraw(family)
            self.slots.give_back()

    def _found_free(self, family: str) -> Pacer | None:
        if not self.outages.is_quiet() or (pacer := self.limiter.free_pacer(family)) is None:
            return None
        self._free[family] = pacer
        return pacer

    def release(self, method: str, family: str, sent_at: float, verdict: Verdict | None) -> None:
        """Give the slot back, and tell breaker and limiter what came of the call."""
        now = self._now()
        self.slots.give_back()
        self.requests.learn(family, None if verdict is None else verdict.kind, now - sent_at)
        if verdict is not None:
            self.verdicts[verdict.kind] += 1
            pacer = self._free.get(family) if verdict.kind is VerdictKind.OK else None
            if pacer is not None and self.outages.answered(CallClass(family, method != "GET")):
                pacer.accepted(now, sent_at)
                return
        self._learn(method, family, sent_at, verdict)

    def _learn(self, method: str, family: str, sent_at: float, verdict: Verdict | None) -> None:
        self._free.pop(family, None)
        record = current_row.get()
        row = self._row()
        if verdict is not None and verdict.kind in _TROUBLE:
            self.last_trouble = verdict.reason
        try:
            if verdict is None or (record is not None and record.aside):
                self.outages.withdraw(row)
            else:
                personal = record is not None and record.row_index is not None
                calls = CallClass(family, writes=method != "GET")
                # there are always more rows under way than slots
                self.outages.learn(row, calls, verdict, personal=personal, rows=self.slots.limit + 1)
        finally:  # also when it cannot be logged: nobody must go on waiting for the answer
            self.limiter.learn(family, sent_at, verdict)

    def _row(self) -> object:
        """Return what stands for the row that calls; all calls of no row are as those of one."""
        return current_row.get() or self

    @property
    def excused(self) -> int:
        """A number that grows when what failed until now was an outage's fault, not the rows'."""
        return self.outages.excused

    @property
    def undecided(self) -> bool:
        """Whether what failed last may turn out to be an outage's fault."""
        return self.outages.undecided

    @property
    def unanswered(self) -> int:
        """How many calls got no proper answer and were, or will be, sent again."""
        return sum(self.verdicts[kind] for kind in _TROUBLE)

    def wait_before_retry(self, verdict: Verdict, attempt: int) -> float | None:
        """Return the seconds of `backoff.wait_before_retry` under this run's limits."""
        return wait_before_retry(verdict, attempt, self._backoff, self._uniform)

    async def sleep(self, seconds: float) -> None:
        """Back off. Raises RunInterrupted when the run ends meanwhile."""
        await self.gate.sleep(seconds)

    @property
    def renews_token_itself(self) -> bool:
        """Whether there is another token each time that one is asked for."""
        return self.tokens.renews_itself

    async def renew_token(self, refused: str) -> None:
        """Return when there is another token than *refused*: renewed once for all who ask, or awaited.

        While there is none and its source may bring one, the run is paused; the first token of a run is not
        waited for.

        Raises NotAuthorised when there will be no other.
        """
        await self.tokens.replace(refused, was_good=self.verdicts[VerdictKind.OK] > 0)


def policy_for(
    settings: Settings, tokens: TokenSource, log: events.Logger, known: Mapping[str, Known] | None = None
) -> RunPolicy:
    """Return the policy that *settings* ask for.

    known: what an earlier run learned of the limits of the families.
    """
    ceilings = [interval(settings.min_interval_ms / 1000.0)] if settings.min_interval_ms else []

    def log_hold(family: str, seconds: float) -> None:
        log.warning(events.HTTP_FAMILY_HELD, family=family, held_s=round(seconds, 3))

    gate = Gate()
    return RunPolicy(
        gate=gate,
        limiter=Limiter(
            ceilings=tuple(ceilings),
            settings=PacerSettings(max_hold_s=settings.max_sleep_seconds, share=settings.share),
            sleep=gate.sleep,
            on_hold=log_hold,
            known=known,
        ),
        slots=Slots(settings.concurrency),
        backoff=BackoffPolicy(
            max_retries=settings.max_retries_per_call, max_sleep_s=settings.max_sleep_seconds
        ),
        tokens=tokens,
        log=log,
        ceiling=RateCeiling(settings.rate),
        longest_outage_s=settings.max_outage,
    )
