"""How many calls one endpoint family lets be under way at once, told apart from a limit of their rate.

A cap takes no call while so many are under way, and every one while there are fewer: what it refuses was sent into
a larger crowd than what it accepts. A limit of the rate does not look at the crowd. So a refusal is a cap's only if
hardly a call sent into as large a crowd has been accepted lately.

Pure: *now* is an argument, in seconds.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter

__all__ = ["Crowd"]

# so many calls, or half as many as the cap, accepted from as large a crowd: it is not the crowd that was refused
_TOO_MANY_ACCEPTED = 3
_FORGET_S = 45.0  # evidence older than one or two of these is dropped
_DOUBT_S = 5.0  # so long a refusal may still show that what was accepted proves nothing
_FIRST_PATIENCE_S = 3.0  # full and unrefused for so long, half as many more are tried
_PATIENCE_S = 10.0  # once that was refused, a few more; doubles when those are refused
_LONGEST_PATIENCE_S = 160.0
_FULL_AGAIN_S = 1.0  # full so often, it counts as full in between
_SPACED = 1.3  # times the rate at which the crowd turns over: calls come one by one, not all at once
_KEPT = 4096  # calls whose crowd is known; more are never under way


class Crowd:
    """The calls under way, and the most that there may be.

    limit: known from an earlier run; None: unknown.
    share: of the limit, that is really used.
    """

    def __init__(self, limit: int | None = None, *, share: float = 1.0) -> None:
        self.under_way = 0
        self._share = share
        self._limit = limit
        # in arrays, as a fast run sends twenty thousand calls within the time of a doubt
        self._sent_at = array("d")
        self._others = array("i")  # under way when it was sent
        self._doubtful_at = array("d")  # accepted lately: when sent ...
        self._doubtful = array("i")  # ... and among how many others
        self._settled = 0  # so many of the first are beyond doubt
        self._accepted: Counter[int] = Counter()  # others -> calls accepted
        self._accepted_before: Counter[int] = Counter()
        self._turned_at = 0.0
        self._latency_s = 0.0
        self._full_since: float | None = None
        self._full_at = 0.0
        self._patience_s = _FIRST_PATIENCE_S if limit is None else _PATIENCE_S
        self._trial_from: int | None = None  # the limit before the trial of a larger one

    @property
    def found(self) -> int | None:
        """The most that are borne, as far as is known; None while no cap has shown itself."""
        return self._limit if self._trial_from is None else self._trial_from

    @property
    def is_full(self) -> bool:
        """Whether one more must wait until another has ended."""
        return self._limit is not None and self.under_way >= max(1, int(self._limit * self._share))

    @property
    def pace(self) -> float | None:
        """Calls a second that fill a crowd on trial without a burst, which would be no cap's to refuse; else None."""
        if self._limit is None or self._trial_from is None or not self._latency_s:
            return None
        return _SPACED * self._limit / self._latency_s

    def enter(self, now: float) -> None:
        """Count a call that goes now."""
        if len(self._sent_at) >= 2 * _KEPT:
            del self._sent_at[:_KEPT], self._others[:_KEPT]
        self._sent_at.append(now)
        self._others.append(self.under_way)
        self.under_way += 1
        if self._limit is not None:
            self._widen(now)

    def leave(self) -> None:
        """Count a call that has ended."""
        self.under_way -= 1

    def accepted(self, now: float, sent_at: float) -> None:
        """Learn from a call that was not refused."""
        self._latency_s += 0.1 * (now - sent_at - self._latency_s) if self._latency_s else now - sent_at
        if now - self._turned_at >= _FORGET_S:
            self._accepted_before, self._accepted, self._turned_at = self._accepted, Counter(), now
        at = bisect_right(self._sent_at, sent_at) - 1
        if at >= 0:
            if at and self._sent_at[at - 1] == self._sent_at[at]:
                # of those sent in one moment, it may be the first
                at = bisect_left(self._sent_at, self._sent_at[at])
            self._doubtful_at.append(sent_at)
            self._doubtful.append(self._others[at])
        while self._settled < len(self._doubtful) and now - self._doubtful_at[self._settled] > _DOUBT_S:
            self._accepted[self._doubtful[self._settled]] += 1
            self._settled += 1
        if self._settled >= _KEPT:
            self._forget_settled()

    def others_at(self, sent_at: float) -> int:
        """Return how many others were under way when the call sent at *sent_at* went."""
        at = bisect_right(self._sent_at, sent_at) - 1
        return self._others[at] if at >= 0 else 0

    def explains(self, most: int, refused_from: float) -> bool:
        """Return whether a cap of *most* can be why calls were refused, the first of them sent at *refused_from*.

        From then on the crowd was partly of calls that were being refused, so what was accepted proves nothing.
        """
        self._forget_settled()
        for sent_at, others in zip(self._doubtful_at, self._doubtful, strict=True):
            if sent_at < refused_from:
                self._accepted[others] += 1
        del self._doubtful_at[:], self._doubtful[:]
        if most < 1:
            return False
        seen = (*self._accepted.items(), *self._accepted_before.items())
        return sum(count for others, count in seen if others >= most) < max(most // 2, _TOO_MANY_ACCEPTED)

    def shrink(self, most: int) -> None:
        """Let no more than *most* be under way from now on."""
        if self._limit is None:
            self._limit = most
        elif self._trial_from is not None:
            self._limit = min(self._trial_from, most)
            self._patience_s = min(_LONGEST_PATIENCE_S, max(_PATIENCE_S, 2.0 * self._patience_s))
        else:
            self._limit = max(1, min(most, self._limit - 1))
        self._trial_from = self._full_since = None

    def acquit(self, others: int) -> None:
        """Note that it was not the crowd of *others* that was refused."""
        if self._limit is not None and others + 1 >= self._limit:
            self._limit = self._trial_from = self._full_since = None
            self._patience_s = _FIRST_PATIENCE_S

    def _forget_settled(self) -> None:
        del self._doubtful_at[: self._settled], self._doubtful[: self._settled]
        self._settled = 0

    def _widen(self, now: float) -> None:
        """Try more when as many as may be have been under way for long."""
        if not self.is_full or self._limit is None:
            return
        if self._full_since is None or now - self._full_at > max(_FULL_AGAIN_S, 2.0 * self._latency_s):
            self._full_since = now
        self._full_at = now
        if now - self._full_since >= self._patience_s:
            self._trial_from = self._limit
            self._limit += max(1, self._limit // (2 if self._patience_s < _PATIENCE_S else 16))
            self._full_since = None
