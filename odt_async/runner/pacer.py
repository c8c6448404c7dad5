"""How fast, and how many at once, one endpoint family may be called: found out from its answers.

Webex publishes no limit ("limits are dynamic", its rate-limiting blog of April 2025): the pacer runs free until the
first 429 and holds the family for the Retry-After. Then it decides what was refused: the rate (`level.py` sets the
pace) or the number under way (`crowd.py` lowers it). It is a pure state machine: *now* is an argument, nothing here
waits. How well it does on which limit is in docs/limiter.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from odt_async.runner.crowd import Crowd
from odt_async.runner.epoch import Epoch
from odt_async.runner.level import Level

__all__ = ["Known", "Pacer", "PacerSettings"]

NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class PacerSettings:
    """What the operator may set, and what keeps a family alive that refuses everything; times in seconds."""

    max_hold_s: float = 300.0  # longest hold, whatever the Retry-After says
    unasked_hold_s: float = 1.0  # first hold for a 429 without Retry-After; doubles while nothing is accepted
    floor: float = 0.1  # slowest pace, calls a second: a family that refuses everything is still asked
    recent_s: float = 1.0  # the span in which the real sending rate is measured
    catch_up_s: float = 0.02  # a call that went so much too late brings the next one forward, no more
    share: float = 1.0  # of what the family bears, the rest is left to others


@dataclass(frozen=True, slots=True)
class Known:
    """What was learned of a family's limit; None: it has shown none of that kind."""

    pace_per_s: float | None = None
    under_way: int | None = None


@dataclass(slots=True)
class _Refusal:
    """A 429 that is news, and those of calls sent before it came."""

    at: float
    pace: float  # really sent then
    started: float  # when the epoch that it ended began
    others: int  # the largest crowd into which a refused call was sent
    refused_from: float  # when the first of them was sent
    calls: int = 1


class Pacer:
    """The pace of one family: free, paced, crowded or held."""

    def __init__(self, settings: PacerSettings | None = None, known: Known | None = None) -> None:
        self._settings = settings or PacerSettings()
        known = known or Known()
        self.is_free = known == Known()  # it has shown no limit yet: there is nothing to wait for
        self._level = Level(known.pace_per_s, floor=self._settings.floor, share=self._settings.share)
        self._crowd = Crowd(known.under_way, share=self._settings.share)
        self._refusal: _Refusal | None = None  # of which nothing has been learned yet
        self._cut_at = NEVER  # answers to calls sent before this are the same event
        self._hold_until = NEVER
        self._next_at = NEVER
        self._epoch_start: float | None = None
        self._accepted = 0  # of the calls sent in this epoch
        self._barren_cuts = 0  # cuts in a row with nothing accepted between them
        self._carried_calls, self._carried_s = 0, 0.0  # of epochs too short to learn from
        self._probe_out = False  # one call is asking whether the family answers again
        self._sent_before = (0.0, 0)  # the span before this one: seconds, calls
        self._span_start = NEVER
        self._span_sent = 0

    @property
    def hold_until(self) -> float:
        """The time until which nothing may be sent; in the past when nothing holds it."""
        return self._hold_until

    @property
    def under_way(self) -> int:
        """How many calls are under way."""
        return self._crowd.under_way

    @property
    def known(self) -> Known:
        """What has been learned so far, for the next run to start with."""
        return Known(self._level.level, self._crowd.found)

    def pace(self, now: float) -> float | None:
        """Return the pace in calls a second; None while no limit has shown itself."""
        self._learn(now)
        start = self._hold_until if self._epoch_start is None else self._epoch_start
        borne = self._level.pace(max(0.0, now - start) if start != NEVER else 0.0)
        if borne is not None or self._crowd.pace is None:
            return borne
        return max(self._settings.floor, self._crowd.pace)

    def wait_s(self, now: float) -> float | None:
        """Return the seconds until the next call may go: 0 = now, None = not before another call has ended."""
        if now < self._hold_until:
            return self._hold_until - now
        self._learn(now)
        if self._probe_out or self._crowd.is_full:
            return None
        return max(0.0, self._next_at - now)

    def take(self, now: float) -> None:
        """Note that a call goes now; only after `wait_s` said 0."""
        if self._epoch_start is None:
            self._epoch_start = now
        self._count_sent(now)
        self._crowd.enter(now)
        if self.is_free:
            return
        self._probe_out = self._barren_cuts > 1
        pace = self.pace(now)
        if pace is not None:
            late_s = min(1.0 / pace, self._settings.catch_up_s)
            self._next_at = max(self._next_at, now - late_s) + 1.0 / pace

    def accepted(self, now: float, sent_at: float) -> None:
        """Note that a call sent at *sent_at* was not refused."""
        self._crowd.leave()
        self._crowd.accepted(now, sent_at)
        self._barren_cuts = 0
        self._probe_out = False
        if sent_at > self._cut_at or self._refusal is not None:
            self._accepted += 1

    def unanswered(self) -> None:
        """Note a call that ended without telling anything of the limit (cancelled, connection lost)."""
        self._crowd.leave()
        self._probe_out = False

    def throttled(self, now: float, sent_at: float, retry_after_s: float | None) -> bool:
        """Note a 429; return True if it is news, False if it belongs to a hold already made."""
        self._crowd.leave()
        self._probe_out = self.is_free = False
        others = self._crowd.others_at(sent_at)
        if sent_at <= self._cut_at:
            if retry_after_s is not None:
                self._hold(now, retry_after_s)
            if self._refusal is not None:
                self._refusal.calls += 1
                self._refusal.others = max(self._refusal.others, others)
                self._refusal.refused_from = min(self._refusal.refused_from, sent_at)
            return False
        self._learn(now)
        self._barren_cuts = 0 if self._accepted else self._barren_cuts
        self._barren_cuts += 1
        started = now if self._epoch_start is None else self._epoch_start
        self._refusal = _Refusal(now, self._current_rate(now), started, others, sent_at)
        self._hold(now, self._unasked_hold_s() if retry_after_s is None else retry_after_s)
        self._cut_at = now
        return True

    def _hold(self, now: float, seconds: float) -> None:
        self._hold_until = max(self._hold_until, now + min(seconds, self._settings.max_hold_s))

    def _unasked_hold_s(self) -> float:
        return self._settings.unasked_hold_s * 2.0 ** min(self._barren_cuts - 1, 16)

    def _learn(self, now: float) -> None:
        """At the end of a hold, when the calls that were under way have been answered, decide what was refused."""
        refusal = self._refusal
        if refusal is None or now < self._hold_until:
            return
        most = refusal.others + 1 - refusal.calls
        accepted = self._accepted + self._carried_calls
        if self._level.tells_nothing(accepted, self._hold_until - refusal.started + self._carried_s):
            self._carried_calls = accepted
            self._carried_s += self._hold_until - refusal.started
            self._level.spared()
        elif self._accepted and self._crowd.explains(most, refusal.refused_from):
            self._crowd.shrink(most)
            self._level.spared()
        else:
            self._crowd.acquit(refusal.others)
            hold_s = self._hold_until - refusal.at + self._carried_s
            self._level.refused(
                Epoch(accepted, refusal.at - refusal.started, hold_s, refusal.pace, refusal.calls)
            )
            self._carried_calls, self._carried_s = 0, 0.0
        self._refusal = None
        self._accepted = 0
        self._epoch_start = self._next_at = self._hold_until
        if self._carried_s and self._level.level:  # refused as soon as asked again: not at once this time
            self._next_at += 1.0 / self._level.level
        self._sent_before, self._span_start, self._span_sent = (0.0, 0), self._hold_until, 0

    def _current_rate(self, now: float) -> float:
        """Return the pace, or the rate really sent where too few calls were there to use it."""
        seconds, calls = self._sent_before
        seconds += now - self._span_start
        sent = (calls + self._span_sent) / seconds if seconds > 0 else 0.0
        pace = self.pace(now)
        return sent if pace is None else min(pace, sent) if seconds >= 1.0 else pace

    def _count_sent(self, now: float) -> None:
        if now - self._span_start >= self._settings.recent_s:
            started = self._span_start != NEVER
            self._sent_before = (now - self._span_start, self._span_sent) if started else (0.0, 0)
            self._span_start, self._span_sent = now, 0
        self._span_sent += 1
