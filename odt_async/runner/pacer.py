"""How fast one endpoint family may be called, found out from its answers.

Webex publishes no rate ("limits are dynamic", its rate-limiting blog of April 2025): the pacer runs free
until the first 429, holds the family for the Retry-After, paces it at what was accepted until then, and
creeps upwards again. It is a pure state machine: *now* is an argument, nothing here waits.

The numbers are those of the measured prototype (the project's performance reference, section 4): 95-100 %
of an unknown budget at 0.1-1 % throttled answers on buckets and windows alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Pacer", "PacerSettings"]


@dataclass(frozen=True, slots=True)
class PacerSettings:
    """How the pace moves; times in seconds."""

    max_hold_s: float = 300.0  # longest hold, whatever the Retry-After says
    unasked_hold_s: float = 1.0  # first hold for a 429 without Retry-After; doubles while nothing is accepted
    discovery_growth: float = 1.4  # a second, between the first 429 and the second
    cut: float = 0.90  # of the refused pace
    quick_cut: float = 0.75  # when it was refused again within quick_s: the limit itself has fallen
    quick_s: float = 3.0
    recovered: float = 0.965  # of the refused pace, reached again after recovery_s
    recovery_s: float = 6.0
    plateau_s: float = 20.0  # no growth for so long after a cut
    plateau_calls: float = 150.0  # nor for so many calls: slow families are not asked too often
    longest_plateau_s: float = 90.0
    creep: float = 0.02  # growth 10 s after the plateau; quadratic: four times this after 20 s
    stride_from: float = 1.06  # grown this far unrefused, the limit must have risen:
    stride: float = 1.1  # from there, growth a second
    floor: float = 0.1  # slowest pace, calls a second: a family that refuses everything is still asked
    recent_s: float = 1.0  # the span in which the real sending rate is measured


class Pacer:
    """The pace of one family: free, paced or held."""

    def __init__(self, settings: PacerSettings | None = None) -> None:
        self._settings = settings or PacerSettings()
        self._pace: float | None = None  # calls a second at the end of the hold; None: free
        self._target = 0.0  # and where it comes back to
        self._cuts = 0
        self._cut_at = float("-inf")  # answers to calls sent before this are the same event
        self._hold_until = float("-inf")
        self._next_at = float("-inf")
        self._epoch_start: float | None = None
        self._accepted = 0  # in this epoch
        self._barren_cuts = 0  # cuts in a row with nothing accepted between them
        self._probe_out = False  # one call is asking whether the family answers again
        self._sent_before = (0.0, 0)  # the span before this one: seconds, calls
        self._span_start = float("-inf")
        self._span_sent = 0

    @property
    def hold_until(self) -> float:
        """The time until which nothing may be sent; in the past when nothing holds it."""
        return self._hold_until

    def pace(self, now: float) -> float | None:
        """Return the pace in calls a second; None while no limit has shown itself."""
        if self._pace is None:
            return None
        settings = self._settings
        clean_s = max(0.0, now - self._hold_until)
        if self._cuts == 1:
            return self._pace * math.pow(settings.discovery_growth, min(clean_s, 60.0))
        missing = max(0.0, 1.0 - clean_s / settings.recovery_s)
        recovered = self._target - (self._target - self._pace) * missing * missing
        plateau_s = min(
            settings.longest_plateau_s, max(settings.plateau_s, settings.plateau_calls / self._target)
        )
        beyond_s = max(0.0, clean_s - plateau_s)
        creep_s = 10.0 * math.sqrt((settings.stride_from - 1.0) / settings.creep)
        crept = 1.0 + settings.creep * (min(beyond_s, creep_s) / 10.0) ** 2
        return recovered * crept * math.pow(settings.stride, min(60.0, max(0.0, beyond_s - creep_s)))

    def wait_s(self, now: float) -> float | None:
        """Return the seconds until the next call may go: 0 = now, None = when the probe is answered."""
        if now < self._hold_until:
            return self._hold_until - now
        if self._probe_out:
            return None
        return max(0.0, self._next_at - now)

    def take(self, now: float) -> None:
        """Note that a call goes now; only after `wait_s` said 0."""
        if self._epoch_start is None:
            self._epoch_start = now
        self._count_sent(now)
        self._probe_out = self._barren_cuts > 1
        pace = self.pace(now)
        if pace is not None:
            self._next_at = max(self._next_at, now - 1.0 / pace) + 1.0 / pace

    def accepted(self) -> None:
        """Note an answer that was not a refusal."""
        self._accepted += 1
        self._barren_cuts = 0
        self._probe_out = False

    def unanswered(self) -> None:
        """Note a call that ended without telling anything of the limit (cancelled, connection lost)."""
        self._probe_out = False

    def throttled(self, now: float, sent_at: float, retry_after_s: float | None) -> bool:
        """Note a 429; return True if it is news, False if it belongs to a cut already made."""
        self._probe_out = False
        if sent_at <= self._cut_at:
            if retry_after_s is not None:
                self._hold(now, retry_after_s)
            return False
        self._barren_cuts = 0 if self._accepted else self._barren_cuts
        self._barren_cuts += 1
        clean_s = now - max(self._hold_until, self._epoch_start or now)
        current = self._current_rate(now)
        self._hold(now, self._unasked_hold_s() if retry_after_s is None else retry_after_s)
        self._lower(current, clean_s, self._hold_until - now)
        self._cuts += 1
        self._cut_at = now
        self._epoch_start = self._hold_until
        self._next_at = self._hold_until
        self._accepted = 0
        self._sent_before, self._span_start, self._span_sent = (0.0, 0), self._hold_until, 0
        return True

    def _hold(self, now: float, seconds: float) -> None:
        self._hold_until = max(self._hold_until, now + min(seconds, self._settings.max_hold_s))

    def _unasked_hold_s(self) -> float:
        return self._settings.unasked_hold_s * 2.0 ** min(self._barren_cuts - 1, 16)

    def _goodput(self) -> float:
        """Return what was accepted a second in this epoch, the hold that ends it included."""
        span_s = self._hold_until - (self._epoch_start or 0.0)
        return self._accepted / span_s if span_s > 0 else 0.0

    def _lower(self, refused: float, clean_s: float, hold_s: float) -> None:
        """Set the pace after *refused* was too fast, after *clean_s* without a 429 and before *hold_s*."""
        settings = self._settings
        goodput = max(settings.floor, self._goodput())
        if self._cuts == 0:
            # what was sent while free says nothing of the limit; what was accepted does, and where the refusals
            # came before any acceptance, one call a hold is little enough to grow from
            self._pace = self._target = max(goodput, 1.0 / max(1.0, hold_s))
            return
        if self._cuts > 1 and hold_s > clean_s:
            # a window used up early: spread its calls over the whole of it, a step at a time
            refused = math.sqrt(goodput * refused)
        self._target = max(goodput, settings.recovered * refused)
        self._pace = max(
            goodput, (settings.quick_cut if clean_s < settings.quick_s else settings.cut) * refused
        )

    def _current_rate(self, now: float) -> float:
        """Return the pace, or the rate really sent where too few calls were there to use it."""
        seconds, calls = self._sent_before
        seconds += now - self._span_start
        sent = (calls + self._span_sent) / seconds if seconds > 0 else 0.0
        pace = self.pace(now)
        return sent if pace is None else min(pace, sent) if seconds >= 1.0 else pace

    def _count_sent(self, now: float) -> None:
        if now - self._span_start >= self._settings.recent_s:
            started = self._span_start != float("-inf")
            self._sent_before = (now - self._span_start, self._span_sent) if started else (0.0, 0)
            self._span_start, self._span_sent = now, 0
        self._span_sent += 1
