"""What a run does while Webex is out: it waits behind the gate, lets one row at a time try, and goes on by itself."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from odt_async import events
from odt_async.errors import RunStopped
from odt_async.language import written
from odt_async.model import Verdict
from odt_async.runner.breaker import Breaker, BreakerSettings, CallClass
from odt_async.runner.gate import Gate

__all__ = ["Outages"]

_MOST_KEPT = 100  # outages for the report: the newest


class Outages:
    """The gate in front of every call, closed by the breaker but for its canary.

    longest_s: an outage that lasts longer ends the run (`--max-outage`); 0: there is none, whatever fails.
    """

    def __init__(
        self, gate: Gate, log: events.Logger, *, longest_s: float, settings: BreakerSettings | None = None
    ) -> None:
        self._gate = gate
        self._log = log
        self._longest_s = longest_s
        self._settings = settings or BreakerSettings()
        self._breaker = Breaker(self._settings)
        self._reason: str | None = None  # why the gate is closed by us
        self._too_long = False  # it has lasted too long
        self._now = asyncio.get_running_loop().time
        self._seen: deque[dict[str, Any]] = deque(maxlen=_MOST_KEPT)

    @property
    def excused(self) -> int:
        """A number that grows when it is known that what failed until now was not the rows' fault."""
        return self._breaker.excused

    def is_quiet(self) -> bool:
        """Return whether everybody may call: there is no outage, and the gate is open."""
        return self._reason is None and self._gate.is_open()

    @property
    def undecided(self) -> bool:
        """Whether what failed last may turn out to be an outage's fault."""
        return self._breaker.undecided

    @property
    def seen(self) -> list[dict[str, Any]]:
        """The newest hundred: `began`, `what`, `because`, `lasted_s` (None: it is not over), `probes`."""
        return list(self._seen)

    async def passed(self, row: object) -> None:
        """Return when *row* may call: the gate is open, or closed by an outage alone, in which it is the canary.

        Raises RunInterrupted when the run ends meanwhile, RunStopped when the outage has lasted too long.
        """
        while True:
            reason = self._reason
            if reason is None:
                await self._gate.passed()
            elif self._too_long:
                raise RunStopped(
                    "--max-outage: {longest_s:.0f} s without an answer: {reason}",
                    longest_s=self._longest_s,
                    reason=reason,
                )
            elif (wait_s := self._breaker.wait_s(row, self._now())) > 0:
                await self._gate.changed(wait_s)
                continue
            else:
                self._breaker.take(row, self._now())
                await self._gate.passed(ignoring=reason)
            if self.lets_pass(row):
                return

    def lets_pass(self, row: object) -> bool:
        """Return whether *row*, which has passed and then waited for its turn, may still call."""
        if self._reason is None:
            return self._gate.is_open()
        return self._breaker.wait_s(row, self._now()) == 0 and self._gate.is_open(ignoring=self._reason)

    def withdraw(self, row: object) -> None:
        """Note that a call of *row* is not sent after all, or was cancelled."""
        self._breaker.unanswered(row)

    def answered(self, calls: CallClass) -> bool:
        """Note that one of *calls* was answered properly, if that is nothing new; else return False: `learn` it."""
        return not self._longest_s or self._breaker.answered(calls)

    def learn(
        self,
        row: object,
        calls: CallClass,
        verdict: Verdict,
        *,
        personal: bool = True,
        rows: int | None = None,
    ) -> None:
        """Note what came of a call; the arguments are those of `Breaker.learn`."""
        if not self._longest_s:
            return
        now = self._now()
        if self._breaker.learn(row, calls, verdict, now, personal=personal, rows=rows):
            if self._breaker.down is not None:
                self._begin(calls, verdict)
            else:
                self._end()
        elif self._breaker.down is not None:
            self._note()
            if self._breaker.probes and self._breaker.lasted_s(now) > self._longest_s:
                self._too_long = True

    def _begin(self, calls: CallClass, verdict: Verdict) -> None:
        self._reason = written(
            "outage: {calls} get no answer ({reason}); one row tries again, every {longest_probe_s:.0f} "
            "s at most",
            calls=calls,
            reason=verdict.reason,
            longest_probe_s=self._settings.longest_probe_s,
        )
        self._gate.close(self._reason)
        self._seen.append(
            {
                "began": events.timestamp(),
                "what": str(calls),
                "because": verdict.reason,
                "lasted_s": None,
                "probes": 0,
            }
        )
        self._log.warning(events.RUN_PAUSED, reason=self._reason)

    def _end(self) -> None:
        assert self._reason is not None  # noqa: S101 - what ends has begun
        self._note(lasted_s=round(self._breaker.lasted_s(self._now()), 1))
        self._gate.open(self._reason)
        self._reason = None
        self._log.info(events.RUN_RESUMED, reason=written("Webex answers again"), outage=self._seen[-1])

    def _note(self, **facts: Any) -> None:
        self._seen[-1].update(probes=self._breaker.probes, **facts)
