"""What rate one endpoint family bears, estimated from when it refused.

Between two refusals a limit has accepted *n* calls in *t* seconds of sending and *h* seconds of hold before them.
Whatever its shape, its rate is no less than n / (t + h), and no more than the pace that was refused at last. Where
what was saved up during the hold can be used up afterwards (a bucket of a second or more, a window), the first of
the two is exact and a refusal costs nothing; elsewhere every refusal costs its Retry-After, and asking for more
must be rare. `Level` finds out which of both it has to do with.

Pure: it reads no clock; times are seconds since the end of the last hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from odt_async.runner.growth import BORNE, PLATEAU, Course, growth

__all__ = ["Epoch", "Level"]

_CALLS_A_UNIT = 10.0  # a unit of time is a second, or so many calls of a slow family
_HOLDS_A_UNIT = 0.1  # or so much of the last hold: a window that is used up early is long
_HIGHEST = 1e6  # calls a second: what is measured over next to no time is no rate
_CATCH_UP = 1.5  # times the level: the pace at which what was saved up is used
_LONGEST_CATCH_UP_S = 2.0  # of hold, that are caught up
# of the level, when it was refused as it stood: at least, and in each unit that it had lasted
_LEAST_EASE, _EASE = 0.01, 0.15
_QUICK_UNITS = 2.0  # refused so soon, the limit has fallen or the level was a bad guess
_HARDLY_ABOVE = 1.015  # times the level: it was the level itself that was too high
_RISEN = 1.8  # times the fallen level, unrefused: it has
_FALLEN_PLATEAU, _SHORT_PLATEAU, _LONG_PLATEAU, _LONGEST_PLATEAU = (
    8.0,
    12.0,
    25.0,
    60.0,
)  # units without growth
# at least, for each call refused, before more are provoked
_CALLS_A_REFUSAL, _CALLS_WHEN_FALLEN = 220.0, 60.0
_RARELY = 6.0  # times the plateau, when a share is left to others
_SAFE = 0.985  # of what was accepted: less than the limit, or the next refusal would come as soon
_FEW = 3  # calls tell nothing
# so few calls, nearly all of them accepted, may be refused by chance: lowered by so much, once
_CHANCE_CALLS, _NEARLY_ALL, _STRUCK = 16, 0.9, 0.96
_BLAME = 1.5  # times its length: so long the catching up may be what was refused
_DEEP = 0.7  # of what it was: it may rise again, and to that
_LEAST_LEFT = 0.5  # of the level, after a refusal that came too soon to measure anything
_LONG_HOLD_S, _WINDOW_CALLS = 2.5, 8  # what a window shows that is used up early
_SURELY_COUNTED = 4  # windows
_CALLS_A_WINDOW = 100  # at least, for each call refused at its end
_BUSY, _LIKE, _FAR, _RISEN_FROM = 0.7, 0.06, 0.1, 1.25
_FREE_WITHIN = 1.12  # times the level the pace was refused, after it had held: the level is about right


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
        """From the end of one hold to the end of the next."""
        return self.sending_s + self.hold_s

    def passes_windows_of(self, previous: Epoch) -> int:
        """Return how many windows it lasted if *previous* used up one of them; 0: it is no window that refuses.

        However fast they are asked for, a window takes the same number, and is over when it is over.
        """
        if abs(self.accepted - previous.accepted) <= 0.01 * self.accepted:
            return 1
        passed = round(self.whole_s / previous.whole_s)
        fits = abs(self.whole_s / passed - previous.whole_s) <= 1.0 if passed else False
        differs = abs(self.hold_s - previous.hold_s) > 1.5
        full = 0.9 * passed * previous.accepted <= self.accepted <= 1.01 * passed * previous.accepted
        return passed if fits and differs and full and passed <= _SURELY_COUNTED else 0


class Level:
    """The estimate, and the pace that follows from it.

    start: a level known from an earlier run; None: nothing is known.
    floor: the slowest level, calls a second.
    share: of the level, that is really used once it is known; it is asked about rarely then.
    """

    def __init__(self, start: float | None = None, *, floor: float = 0.1, share: float = 1.0) -> None:
        self._floor = floor
        self._share = share
        self._level = start
        self._proven = start or 0.0  # the last level that held for long
        self._stage = Course.SEARCH if start is None else Course.SLOW
        self._raised = False  # it was set higher than what is proven
        self._most_saved = math.inf  # calls that can be caught up at most after a hold
        self._is_free = False  # a refusal costs nothing here
        self._was_ever_free = False
        self._struck = False  # refused quickly, at a level that had held
        self._fallen = False  # from a level that was borne before
        self._fell_from = 0.0
        self._goodput_before = start or floor
        self._hold_s = 0.0  # the last one
        self._refused = 1.0  # calls that one refusal costs, of late
        self._likeness = 0  # epochs whose goodput was that of the epoch before
        self._failed = 0  # times that catching up was refused
        self._guessed = False  # the first level, for want of anything accepted
        self._previous: Epoch | None = None
        self._window: int | None = None  # calls that each window takes, where it is one
        self._windows, self._windows_s = 0, 0.0  # that were seen to pass
        self._catch_up_now = True
        self._catch_up_s = 0.0  # the epoch begins with so many seconds of catching up
        self._plateau = _SHORT_PLATEAU if start is None else _LONG_PLATEAU

    @property
    def level(self) -> float | None:
        """Calls a second that are borne, as far as is known; None while nothing was refused."""
        return self._level

    @property
    def settled(self) -> bool:
        """Whether the level is more than a first guess."""
        return self._stage is Course.SLOW

    @property
    def plateau_s(self) -> float:
        """How long this epoch stays at its level."""
        if not self.settled:
            flat_s = PLATEAU[self._stage] * self._unit_s
            if self._stage is Course.SEARCH and self._previous and self._previous.hold_s >= _LONG_HOLD_S:
                return max(flat_s, self._previous.whole_s)  # perhaps a window: once through it
            if self._window:
                calls_s = _CALLS_A_REFUSAL * self._refused / (self._level or 1.0)
                return max(flat_s, calls_s, self._windows_s / self._windows)
            return flat_s
        rare = _RARELY if self._share < 1.0 else 1.0
        return max(
            self._plateau * self._unit_s * rare,
            (_CALLS_WHEN_FALLEN if self._fallen else _CALLS_A_REFUSAL) * self._refused / (self._level or 1.0),
        )

    def pace(self, since_s: float) -> float | None:
        """Return the pace *since_s* seconds after the hold, if nothing is refused until then."""
        if self._level is None:
            return None
        if since_s < self._catch_up_s:
            return self._level * _CATCH_UP
        rising_s = since_s - self.plateau_s
        if rising_s <= 0:
            return self._level * (self._share if self.settled else 1.0)
        return self._level * growth(self._course, rising_s / self._unit_s)

    def refused(self, epoch: Epoch) -> None:
        """Set the level and the course of the next epoch after a refusal ended *epoch*."""
        goodput = epoch.accepted / (epoch.sending_s + epoch.hold_s or 1.0)
        goodput = min(_HIGHEST, max(self._floor, goodput))
        refused = min(_HIGHEST, max(self._floor, epoch.refused_pace))
        self._hold_s = epoch.hold_s
        stood = epoch.sending_s < self.plateau_s
        previous, self._previous = self._previous, epoch
        if self._level is None:
            # what was sent while free says nothing of the limit; what was accepted does, and where the refusals
            # came before any acceptance, one call a hold is little enough to grow from
            self._level = self._goodput_before = max(goodput, 1.0 / max(1.0, epoch.hold_s))
            self._guessed = not epoch.accepted
            return
        if epoch.sending_s + epoch.hold_s < 1.0:
            goodput = max(goodput, _LEAST_LEFT * self._level)
        self._catch_up_now = True
        if epoch.sending_s >= _QUICK_UNITS * self._unit_s:
            self._struck = False
        if self._share < 1.0 and not self.settled and self._is_like_before(goodput):
            self._settle(
                goodput, _SHORT_PLATEAU
            )  # the least that it can be: others have the benefit of doubt
        elif self._is_of_window(epoch) or self._shows_window(epoch, previous):
            self._spread_over_window(as_it_stood=stood)
        elif self._stage is Course.SEARCH:
            self._level = max(goodput, math.sqrt(goodput * refused))
            self._stage = Course.FAST
        elif epoch.sending_s < _BLAME * self._catch_up_s:
            self._learn_what_is_saved(epoch, goodput)
        elif self._was_free(epoch, goodput, refused):
            self._follow(goodput)
        elif epoch.sending_s < min(_QUICK_UNITS * self._unit_s, self.plateau_s):
            self._fall(epoch, goodput, refused)
        elif epoch.sending_s < self.plateau_s:
            self._ease(epoch, max(_SAFE * goodput, min(refused, self._level)))
        else:
            self._refine(goodput, refused, epoch)
        self._level = max(self._floor, self._level)
        self._refused += 0.5 * (epoch.refused - self._refused)
        self._plan_catch_up(epoch)
        self._goodput_before = goodput

    def spared(self) -> None:
        """Begin another epoch after a refusal that was not the rate's."""
        self._catch_up_s = 0.0

    def tells_nothing(self, accepted: int, seconds: float) -> bool:
        """Return whether an epoch of so many *seconds* was too short to learn a rate from."""
        return self._level is not None and (not accepted or (accepted < _FEW and seconds < self._unit_s))

    @property
    def _course(self) -> Course:
        if not self.settled:
            deep = self._fallen and (self._level or 0.0) < _DEEP * self._fell_from
            return Course.FAST if deep and self._stage is Course.MEDIUM else self._stage
        return Course.FALLEN if self._asks_quickly else Course.FREE if self._is_free else Course.SLOW

    @property
    def _asks_quickly(self) -> bool:
        """Whether a rise is short and steep: often after a fall, rarely where others are to have a share."""
        return self._fallen or self._share < 1.0

    @property
    def _unit_s(self) -> float:
        calls = 0.0 if self._guessed and self._stage is Course.SEARCH else _CALLS_A_UNIT
        return max(1.0, calls / (self._level or 1.0), _HOLDS_A_UNIT * self._hold_s)

    def _shows_window(self, epoch: Epoch, previous: Epoch | None) -> bool:
        if previous is None or max(epoch.hold_s, previous.hold_s) < _LONG_HOLD_S or previous.accepted < _WINDOW_CALLS:
            return False
        passed = epoch.passes_windows_of(previous)
        if passed:
            self._window, self._windows, self._windows_s = previous.accepted, passed, epoch.whole_s
        return passed > 0

    def _is_of_window(self, epoch: Epoch) -> bool:
        """Return whether *epoch* was ended by the window that is known; else it is known no more."""
        if self._window is None:
            return False
        passed = max(1, round(epoch.whole_s * self._windows / self._windows_s))
        least = 0.98 * self._window if passed == 1 else 0.0
        if not least <= epoch.accepted <= 1.01 * passed * self._window + 1:
            self._window = None
            return False
        if passed <= _SURELY_COUNTED:
            self._windows += passed
            self._windows_s += epoch.whole_s
        return True

    def _spread_over_window(self, *, as_it_stood: bool) -> None:
        """Set the level so that a window is used up as it ends: a refusal then costs no time."""
        window, period_s = self._window or 0, self._windows_s / self._windows
        if window >= _CALLS_A_WINDOW * self._refused:  # each may end with a refusal
            self._level = window / period_s
            self._most_saved, self._stage = math.inf, Course.MEDIUM
            return
        level = (window - 0.5) / period_s
        if as_it_stood and self.settled and self._level is not None:
            level = min(level, 0.99 * self._level)
        self._most_saved = 0.0
        self._settle(level, min(_LONGEST_PLATEAU, max(_SHORT_PLATEAU, 2.0 * self._plateau)))

    def _was_free(self, epoch: Epoch, goodput: float, refused: float) -> bool:
        """Return whether all that the last hold had saved was used: then the goodput is the limit's rate."""
        level = self._level or 0.0
        caught_up = self._catch_up_s > 0 and self._most_saved == math.inf
        busy = epoch.accepted >= _BUSY * level * epoch.sending_s
        if not (caught_up and busy and epoch.hold_s <= _LONGEST_CATCH_UP_S):
            return False
        return abs(goodput / level - 1.0) < _FAR if self._is_free else refused <= _FREE_WITHIN * level

    def _is_like_before(self, goodput: float) -> bool:
        return abs(goodput / self._goodput_before - 1.0) < _LIKE

    def _was_little(self, epoch: Epoch) -> bool:
        level = self._level or 0.0
        return epoch.accepted - level * epoch.sending_s < 0.5 * level * epoch.hold_s

    def _learn_what_is_saved(self, epoch: Epoch, goodput: float) -> None:
        level = self._level or 0.0
        if self.settled:
            used = epoch.accepted - level * epoch.sending_s
            self._most_saved = max(0.0, 0.8 * used - 1.0) if used > 0.5 * level * epoch.hold_s else 0.0
            self._is_free = False
        elif self._is_like_before(goodput) and not self._was_little(epoch):
            # the same whatever the pace: all that is saved is used, sooner or later
            self._likeness += 1
            if epoch.accepted < 30:
                self._level = goodput
                self._stage = Course.MEDIUM
            elif self._likeness > 1 or level < 1.05 * goodput:
                self._settle(_SAFE * goodput, _SHORT_PLATEAU)
            else:
                self._level = math.sqrt(goodput * level)
        else:
            self._likeness = 0
            self._catch_up_now = False
            self._failed += 1
            if self._failed > 1 and self._was_little(epoch):
                self._most_saved = 0.0

    def _follow(self, goodput: float) -> None:
        self._is_free = self.settled
        self._was_ever_free |= self._is_free
        self._settle(goodput, _SHORT_PLATEAU)

    def _fall(self, epoch: Epoch, goodput: float, refused: float) -> None:
        level = self._level or 0.0
        if self._raised and goodput <= self._proven:
            self._raised = self._proven < 0.97 * level
            self._level = math.sqrt(self._proven * level) if self._raised else self._proven
            return
        few = epoch.accepted < _CHANCE_CALLS
        if (
            few
            and self.settled
            and not self._struck
            and epoch.accepted >= _NEARLY_ALL * level * epoch.sending_s
        ):
            self._struck = True  # once may be chance: a jitter in a window of a second
            self._settle(_STRUCK * level, self._plateau)
            return
        self._level = max(_SAFE * goodput, _LEAST_LEFT * level, min(0.9 * level, math.sqrt(goodput * refused)))
        self._stage = Course.FAST
        self._is_free = self._raised = False
        self._fell_from = level if not self._fallen else max(level, self._fell_from)
        self._fallen = True
        if self._was_ever_free:
            self._most_saved = math.inf

    def _ease(self, epoch: Epoch, level: float) -> None:
        lasted = epoch.sending_s / self._unit_s
        self._proven = level * (1.0 - max(_LEAST_EASE, _EASE / lasted))
        self._settle(self._proven, self._plateau)

    def _settle(self, level: float, plateau: float) -> None:
        self._raised = level > self._proven
        self._level = level
        self._stage = Course.SLOW
        self._plateau = plateau

    def _refine(self, goodput: float, refused: float, epoch: Epoch) -> None:
        """The level has held, and a higher pace was refused."""
        level = self._level or 0.0
        self._is_free = False
        self._proven = level
        if epoch.hold_s > epoch.sending_s:
            # a window used up early: spread its calls over the whole of it, a step at a time
            self._level = max(_SAFE * goodput, math.sqrt(goodput * min(refused, level)))
        elif refused < _HARDLY_ABOVE * level:
            self._ease(epoch, max(_SAFE * goodput, level))
        elif not self.settled:
            self._level = max(_SAFE * goodput, level, BORNE[self._stage] * refused)
            self._stage = Course(self._stage + 1)
            self._plateau = _FALLEN_PLATEAU if self._fallen else _SHORT_PLATEAU
            self._raised = self._level > level
        elif refused > (_RISEN if self._asks_quickly else _RISEN_FROM) * level:
            self._level = max(_SAFE * goodput, BORNE[Course.FAST] * refused)
            self._stage = Course.MEDIUM
            self._raised = True
            self._fallen = False
        elif self._asks_quickly:
            self._settle(max(_SAFE * goodput, level), 1.1 * self._plateau)
            self._fallen = self._plateau < _LONG_PLATEAU
        else:
            longer = min(_LONGEST_PLATEAU, max(_LONG_PLATEAU, 1.5 * self._plateau))
            self._settle(max(_SAFE * goodput, level, BORNE[Course.SLOW] * refused), longer)

    def _plan_catch_up(self, epoch: Epoch) -> None:
        level = self._level or 0.0
        saved = min(self._most_saved, level * epoch.hold_s)
        worth_it = (
            self._catch_up_now and self._share == 1.0 and saved >= 1 and epoch.hold_s <= _LONGEST_CATCH_UP_S
        )
        self._catch_up_s = saved / (level * (_CATCH_UP - 1.0)) if worth_it else 0.0
