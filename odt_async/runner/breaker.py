"""When calls fail because Webex is out, not because of their rows; pure: *now* (seconds) is an argument.

One class of calls (those of one endpoint family that read, or that write) is in an outage when nearly all its
latest answers were none: of several rows, as one row may have a trouble of its own. Then one row at a time, the
canary, may try, at growing intervals, until one call of that class is answered.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from odt_async.language import written
from odt_async.model import Verdict, VerdictKind

__all__ = ["Breaker", "BreakerSettings", "CallClass"]

_ANSWERS = (
    VerdictKind.OK,
    VerdictKind.PERMANENT,
)  # a 429 or a 401 says neither that it works nor that it does not
_TROUBLE = (VerdictKind.TRANSIENT, VerdictKind.AMBIGUOUS)
_GRACE_S = 1.0  # that a row which cannot tell us much leaves to one that can


class CallClass(NamedTuple):
    """What goes down together."""

    family: str
    writes: bool

    def __str__(self) -> str:
        if self.writes:
            return written("writes to {family}", family=self.family)
        return written("reads of {family}", family=self.family)


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """When it opens and how often it is tried then; times in seconds."""

    window: int = 16  # latest answers of a class that are looked at
    least: int = 8  # and no fewer
    share: float = 0.9  # of them without a proper answer
    rows: int = 5  # that these belong to, at least; a call that found no connection speaks for everybody's
    first_probe_s: float = 1.0
    longest_probe_s: float = 30.0  # the interval doubles up to here


class _Failure(NamedTuple):
    row: object
    personal: bool  # perhaps the row's own trouble


class Breaker:
    """Closed while calls are answered; open in an outage. A *row* is whatever identifies one."""

    def __init__(self, settings: BreakerSettings | None = None) -> None:
        self._settings = settings or BreakerSettings()
        self._recent: dict[CallClass, deque[_Failure | None]] = {}
        self._down: CallClass | None = None
        self._suspects: set[object] = set()  # the rows whose calls showed it: they will call there again
        self._since = 0.0
        self._canary: object | None = None
        self._canary_out = False  # a call of it is under way
        self._probed_last: object | None = None
        self._interval_s = 0.0
        self._next_probe_at = math.inf
        self.probes = 0  # of this outage
        self.excused = 0  # grows when it is known that what failed until now was not the rows' fault
        # the latest calls, of several rows, got no answer: too few to show an outage, and yet it may be one
        self.undecided = False

    @property
    def down(self) -> CallClass | None:
        """What does not answer; None when all does."""
        return self._down

    def lasted_s(self, now: float) -> float:
        """Return how long this outage has lasted."""
        return now - self._since

    def wait_s(self, row: object, now: float) -> float:
        """Return 0 when *row* may call now, else the seconds until it is worth asking again."""
        if self._down is None or row is self._canary:
            return 0.0
        if self._canary_out:
            return self._settings.first_probe_s
        tells_little = row not in self._suspects or row is self._probed_last
        return max(0.0, self._next_probe_at + (_GRACE_S if tells_little else 0.0) - now)

    def take(self, row: object, now: float) -> None:
        """Note that *row* calls now; only after `wait_s` said 0. In an outage it is the canary."""
        if self._down is None:
            return
        if row is not self._canary:
            self.probes += 1
            self._canary = row
            self._interval_s = min(self._settings.longest_probe_s, 2 * self._interval_s)
            self._next_probe_at = now + self._interval_s
        self._canary_out = True

    def unanswered(self, row: object) -> None:
        """Note a call that was not sent after all, or was cancelled."""
        if row is self._canary:
            self._canary_out = False

    def answered(self, calls: CallClass) -> bool:
        """Do what `learn` does for a proper answer where nothing is in an outage; else return False."""
        recent = self._recent.get(calls)
        if recent is None or self._down is not None:
            return False
        recent.append(None)
        self.undecided = False
        return True

    def learn(
        self,
        row: object,
        calls: CallClass,
        verdict: Verdict,
        now: float,
        *,
        personal: bool = True,
        rows: int | None = None,
    ) -> bool:
        """Note an answer, or none; return whether an outage begins or ends with it.

        personal: False for a call that was made for several rows.
        rows: how many there can be to show an outage, where these are few.
        """
        self.unanswered(row)
        failed = verdict.kind in _TROUBLE
        if not failed and verdict.kind not in _ANSWERS:
            return False
        recent = self._recent.get(calls)
        if recent is None:
            recent = self._recent[calls] = deque(maxlen=self._settings.window)
        if self._down is None:
            recent.append(_Failure(row, personal and verdict.sent) if failed else None)
            enough = min(self._settings.rows, rows or self._settings.rows)
            opens = failed and self._opens(calls, recent, now, enough)
            self.undecided = failed and not opens and self._may_be_one(recent)
            return opens
        return row is self._canary and self._probed(calls, now, failed=failed)

    def _opens(self, calls: CallClass, recent: deque[_Failure | None], now: float, enough: int) -> bool:
        settings = self._settings
        failures = [entry for entry in recent if entry is not None]
        if len(recent) < settings.least or len(failures) < settings.share * len(recent):
            return False
        rows = {failure.row for failure in failures}
        if len(rows) < enough and any(failure.personal for failure in failures):
            return False
        self._down, self._since, self._suspects = calls, now, rows
        self._canary = self._probed_last = None
        self._interval_s = settings.first_probe_s / 2
        self._next_probe_at = now + settings.first_probe_s
        self.probes = 0
        self.excused += 1
        return True

    def _may_be_one(self, recent: deque[_Failure | None]) -> bool:
        unbroken = [entry for entry in takewhile(lambda entry: entry is not None, reversed(recent)) if entry]
        if not 1 < len(unbroken) < self._settings.window:
            return False
        # a call that was made for several rows, and failed again, speaks for as many
        return len({entry.row for entry in unbroken}) > 1 or any(not entry.personal for entry in unbroken)

    def _probed(self, calls: CallClass, now: float, *, failed: bool) -> bool:
        if failed:
            self.excused += 1
            self._probed_last, self._canary = self._canary, None
            self._next_probe_at = max(self._next_probe_at, now + self._interval_s)
            return False
        if calls != self._down:
            return False  # this much works; the canary goes on to what did not
        self._recent.clear()
        self._down = self._canary = self._probed_last = None
        self._suspects = set()
        return True
