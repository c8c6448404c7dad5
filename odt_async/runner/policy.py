"""The HTTP policy of a run: what the session asks before and after every request."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable

from odt_async import events
from odt_async.errors import NotAuthorised
from odt_async.model import Verdict, VerdictKind
from odt_async.runner.backoff import BackoffPolicy, wait_before_retry
from odt_async.runner.gate import Gate
from odt_async.runner.limiter import Limiter, ceiling, interval
from odt_async.runner.pacer import PacerSettings
from odt_async.runner.slots import Slots
from odt_async.settings import Settings
from odt_async.webex.tokens import TokenSource

__all__ = ["RunPolicy", "policy_for"]

_TROUBLE = (VerdictKind.TRANSIENT, VerdictKind.AMBIGUOUS)
_TOKEN_POLL_S = 5.0  # how often a paused run looks for a new token


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
        uniform: Callable[[], float] = random.random,
    ) -> None:
        self.gate = gate
        self.limiter = limiter
        self.slots = slots
        self.verdicts: Counter[VerdictKind] = Counter()
        self.last_trouble = ""  # why the last call got no proper answer: "HTTP 503", "ClientConnectorError"
        self._backoff = backoff
        self._tokens = tokens
        self._log = log
        self._uniform = uniform
        self._renewal = asyncio.Lock()

    async def admit(self, family: str) -> None:
        """Wait for gate, pace and slot; hold the slot only if gate and family are still open then."""
        while True:
            await self.gate.passed()
            await self.limiter.admit(family)
            sent = False
            try:
                await self.slots.take()
                sent = self.gate.reason is None and not self.limiter.held(family)
            finally:
                if not sent:
                    self.limiter.withdraw(family)
            if sent:
                return
            self.slots.give_back()

    def release(self, family: str, sent_at: float, verdict: Verdict | None) -> None:
        """Give the slot back and tell the limiter what came of the call."""
        self.slots.give_back()
        self.limiter.learn(family, sent_at, verdict)
        if verdict is not None:
            self.verdicts[verdict.kind] += 1
            if verdict.kind in _TROUBLE:
                self.last_trouble = verdict.reason

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

    async def renew_token(self, refused: str) -> None:
        """Return when there is another token than *refused*: renewed once for all who ask, or awaited.

        While there is none and its source may bring one, the run is paused; the first token of a run is not
        waited for.

        Raises NotAuthorised when there will be no other.
        """
        async with self._renewal:
            if self._tokens.access_token != refused:
                return  # somebody who was refused before us has renewed it
            if await self._tokens.renew():
                self._log.info(events.HTTP_TOKEN_RENEWED, source=self._tokens.name)
                return
            if not (self._tokens.may_change and self.verdicts[VerdictKind.OK]):
                raise NotAuthorised(
                    f"Webex refuses the token of {self._tokens.name} (401): {self._tokens.cure}"
                )
            await self._await_token()

    async def _await_token(self) -> None:
        reason = f"Webex refuses the token of {self._tokens.name} (401): {self._tokens.cure}"
        self.gate.close(reason)
        self._log.warning(events.RUN_PAUSED, reason=reason)
        try:
            while not await self._tokens.renew():
                await self.gate.pause(_TOKEN_POLL_S)
        finally:
            self.gate.open(reason)
        self._log.info(events.RUN_RESUMED, reason="there is a new token")


def policy_for(settings: Settings, tokens: TokenSource, log: events.Logger) -> RunPolicy:
    """Return the policy that *settings* ask for."""
    ceilings = [ceiling(settings.rate)] if settings.rate else []
    if settings.min_interval_ms:
        ceilings.append(interval(settings.min_interval_ms / 1000.0))

    def log_hold(family: str, seconds: float) -> None:
        log.warning(events.HTTP_FAMILY_HELD, family=family, held_s=round(seconds, 3))

    gate = Gate()
    return RunPolicy(
        gate=gate,
        limiter=Limiter(
            ceilings=tuple(ceilings),
            settings=PacerSettings(max_hold_s=settings.max_sleep_seconds),
            sleep=gate.sleep,
            on_hold=log_hold,
        ),
        slots=Slots(settings.concurrency),
        backoff=BackoffPolicy(
            max_retries=settings.max_retries_per_call, max_sleep_s=settings.max_sleep_seconds
        ),
        tokens=tokens,
        log=log,
    )
