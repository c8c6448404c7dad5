"""What a family's limit granted between two refusals, and the window of calls that several such epochs may show.

However fast it is asked for them, a window takes so many calls, and its Retry-After says when it ends: two epochs
that it ended tell its size and length, and the next one can be spread over it.

Pure: it reads no clock.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Epoch", "Window"]

LONG_HOLD_S = 2.5  # a bucket is seldom so long in refilling: this may be a window that was used up early
_LEAST_CALLS = 8  # fewer are the same number by chance
_LIKE = 0.01  # of the calls
_LAG_S = 1.0  # a Retry-After is in whole seconds: so much later than its end the next one may begin
_SURELY_COUNTED = 4  # windows; more cannot be told from one more


@dataclass(frozen=True, slots=True)
class Epoch:
    """From the end of one hold to the end of the next."""

    accepted: int
    sending_s: float  # until the refusal
    hold_s: float  # after it
    refused_pace: float  # calls a second that were really sent at the refusal
    refused: int = 1  # calls

    @property
    def whole_s(self) -> float:
        """The length, hold included."""
        return self.sending_s + self.hold_s


@dataclass(slots=True)
class Window:
    """*calls* are taken in each period, of which *passed* were seen; they lasted *seconds* together."""

    calls: int
    passed: int
    seconds: float

    @classmethod
    def shown_by(cls, previous: Epoch, epoch: Epoch) -> Window | None:
        """Return the window that ended both epochs, the first of which was in one alone; None: no window did."""
        long_enough = max(previous.hold_s, epoch.hold_s) >= LONG_HOLD_S
        if (
            not long_enough
            or previous.accepted < _LEAST_CALLS
            or min(previous.whole_s, epoch.whole_s) < _LAG_S
        ):
            return None
        if abs(epoch.accepted - previous.accepted) <= _LIKE * epoch.accepted:
            return cls(previous.accepted, 1, epoch.whole_s)
        passed = round(epoch.whole_s / previous.whole_s)
        if not 1 <= passed <= _SURELY_COUNTED:
            return None
        most = passed * previous.accepted
        alike = 0.9 * most <= epoch.accepted <= (1.0 + _LIKE) * most
        in_time = abs(epoch.whole_s / passed - previous.whole_s) <= _LAG_S
        # what always asks for the same hold tells of no end
        other_hold = abs(epoch.hold_s - previous.hold_s) > 1.5 * _LAG_S
        return cls(previous.accepted, passed, epoch.whole_s) if alike and in_time and other_hold else None

    @property
    def period_s(self) -> float:
        """Its length, as far as is known."""
        return self.seconds / self.passed

    def ended(self, epoch: Epoch) -> bool:
        """Return whether it still explains how *epoch* ended, and learn its length from that."""
        passed = max(1, round(epoch.whole_s / self.period_s))
        least = (1.0 - 2.0 * _LIKE) * self.calls if passed == 1 else 0.0
        if not least <= epoch.accepted <= (1.0 + _LIKE) * passed * self.calls + 1.0:
            return False
        if passed <= _SURELY_COUNTED:
            self.passed += passed
            self.seconds += epoch.whole_s
        return True
