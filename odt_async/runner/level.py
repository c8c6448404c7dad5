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

from odt_async.runner.epoch import LONG_HOLD_S, Epoch, Window
from odt_async.runner.growth import BORNE, PLATEAU, Course, growth

__all__ = ["Level"]

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
    5.0,
    12.0,
    25.0,
    60.0,
)  # units without growth
_AFTER_A_FALL = 1.03  # times the plateau, each time that more was refused: the fall may be for good
# at least, for each call refused, before more are provoked
_CALLS_A_REFUSAL, _CALLS_WHEN_FALLEN = 220.0, 100.0
_RARELY = 6.0  # times the plateau, when a share is left to others
_SAFE = 0.985  # of what was accepted: less than the limit, or the next refusal would come as soon
_FEW = 3  # calls tell nothing
_FEW_TO_SETTLE = 30  # calls: too rough a measure to stay with for long
# so few calls, nearly all of them accepted, may be refused by chance: lowered by so much, once
_CHANCE_CALLS, _NEARLY_ALL, _STRUCK = 16, 0.9, 0.96
_LEAST_LEFT = 0.5  # of the level, after a refusal that came too soon to measure anything
_CALLS_A_WINDOW = 60  # at least, for each call that is refused at its end
_EARLY = 0.99  # of the window: the Retry-After in whole seconds hides its end
_BUSY, _LIKE, _FAR, _RISEN_FROM = 0.7, 0.06, 0.1, 1.25
_FREE_WITHIN = 1.12  # times the level the pace was refused, after it had held: the level is about right


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
        self._goodput_before = start or floor
        self._hold_s = 0.0  # the last one
        self._refused = 1.0  # calls that one refusal costs, of late
        self._likeness = 0  # epochs whose goodput was that of the epoch before
        self._guessed = False  # the first level, for want of anything accepted
        self._previous: Epoch | None = None
        self._window: Window | None = None  # where it is one that refuses
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
            if self._stage is Course.SEARCH and self._previous and self._previous.hold_s >= LONG_HOLD_S:
                return max(flat_s, self._previous.whole_s)  # perhaps a window: once through it
            if self._window:
                calls_s = _CALLS_A_REFUSAL * self._refused / (self._level or 1.0)
                return max(flat_s, calls_s, self._window.period_s)
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
        goodput = epoch.accepted / (epoch.whole_s or 1.0)
        goodput = min(_HIGHEST, max(self._floor, goodput))
        refused = min(_HIGHEST, max(self._floor, epoch.refused_pace))
        self._hold_s = epoch.hold_s
        held = epoch.sending_s >= self.plateau_s
        previous, self._previous = self._previous, epoch
        if self._level is None:
            # what was sent while free says nothing of the limit; what was accepted does, and where the refusals
            # came before any acceptance, one call a hold is little enough to grow from
            self._level = self._goodput_before = max(goodput, 1.0 / max(1.0, epoch.hold_s))
            self._guessed = not epoch.accepted
            return
        if epoch.whole_s < 1.0:
            goodput = max(goodput, _LEAST_LEFT * self._level)
        self._catch_up_now = True
        if epoch.sending_s >= _QUICK_UNITS * self._unit_s:
            self._struck = False
        if self._share < 1.0 and not self.settled and self._is_like_before(goodput):
            # the least that it can be: others have the benefit of doubt
            self._settle(goodput, _SHORT_PLATEAU)
        elif self._is_windowed(previous, epoch) and self._window is not None:
            self._spread_over(self._window, held=held)
        else:
            self._judge(epoch, goodput, refused)
        self._level = max(self._floor, self._level)
        self._refused += 0.5 * (epoch.refused - self._refused)
        self._plan_catch_up(epoch)
        self._goodput_before = goodput

    def _judge(self, epoch: Epoch, goodput: float, refused: float) -> None:
        level = self._level or 0.0
        if self._stage is Course.SEARCH:
            self._level = max(goodput, math.sqrt(goodput * refused))
            self._stage = Course.FAST
        elif epoch.sending_s < self._catch_up_s:
            self._learn_what_is_saved(epoch, goodput)
        elif self._was_free(epoch, goodput, refused):
            self._follow(goodput)
        elif epoch.sending_s < min(_QUICK_UNITS * self._unit_s, self.plateau_s):
            self._fall(epoch, goodput, refused)
        elif epoch.sending_s < self.plateau_s:
            self._ease(epoch, max(_SAFE * goodput, min(refused, level)))
        else:
            self._refine(goodput, refused, epoch)

    def spared(self) -> None:
        """Begin another epoch after a refusal that was not the rate's."""
        self._catch_up_s = 0.0

    def tells_nothing(self, accepted: int, seconds: float) -> bool:
        """Return whether an epoch of so many *seconds* was too short to learn a rate from."""
        return self._level is not None and (not accepted or (accepted < _FEW and seconds < self._unit_s))

    @property
    def _course(self) -> Course:
        if not self.settled:
            return self._stage
        return Course.FALLEN if self._asks_quickly else Course.FREE if self._is_free else Course.SLOW

    @property
    def _asks_quickly(self) -> bool:
        """Whether a rise is short and steep: often after a fall, rarely where others are to have a share."""
        return self._fallen or self._share < 1.0

    @property
    def _shortest_plateau(self) -> float:
        return _FALLEN_PLATEAU if self._fallen else _SHORT_PLATEAU

    @property
    def _unit_s(self) -> float:
        calls = 0.0 if self._guessed and self._stage is Course.SEARCH else _CALLS_A_UNIT
        return max(1.0, calls / (self._level or 1.0), _HOLDS_A_UNIT * self._hold_s)

    def _is_windowed(self, previous: Epoch | None, epoch: Epoch) -> bool:
        """Return whether *epoch* was ended by a window that is known now."""
        if self._window is None or not self._window.ended(epoch):
            self._window = None if previous is None else Window.shown_by(previous, epoch)
        return self._window is not None

    def _spread_over(self, window: Window, *, held: bool) -> None:
        """Set the level so that *window* is used up as it ends: a refusal costs no time then."""
        if self._share == 1.0 and window.calls >= _CALLS_A_WINDOW * self._refused:  # each may end with one
            self._level = window.calls / (_EARLY * window.period_s)
            self._most_saved, self._catch_up_now = math.inf, True
            self._stage = Course.MEDIUM
            return
        level = (window.calls - 0.5) / window.period_s
        if not held and self.settled and self._level is not None:
            level = min(level, (1.0 - _LEAST_EASE) * self._level)
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

    def _learn_what_is_saved(self, epoch: Epoch, goodput: float) -> None:
        level = self._level or 0.0
        if self.settled:
            used = epoch.accepted - level * epoch.sending_s
            self._most_saved = max(0.0, 0.8 * used - 1.0) if used > 0.5 * level * epoch.hold_s else 0.0
            self._is_free = False
        elif self._is_like_before(goodput):
            # the same whatever the pace: all that is saved is used, sooner or later
            self._likeness += 1
            if epoch.accepted < _FEW_TO_SETTLE:
                self._level = goodput
                self._stage = Course.MEDIUM
            elif self._likeness > 1 or level < 1.05 * goodput:
                self._settle(_SAFE * goodput, _SHORT_PLATEAU)
            else:
                self._level = math.sqrt(goodput * level)
        else:
            self._likeness = 0
            self._catch_up_now = False

    def _follow(self, goodput: float) -> None:
        self._is_free = self.settled
        self._was_ever_free |= self._is_free
        self._settle(goodput, self._shortest_plateau)

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
        self._level = max(
            _SAFE * goodput, _LEAST_LEFT * level, min(0.9 * level, math.sqrt(goodput * refused))
        )
        self._stage = Course.FAST
        self._is_free = self._raised = False
        self._fallen = True
        self._plateau = self._shortest_plateau
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
            self._plateau = self._shortest_plateau
            self._raised = self._level > level
        elif refused > (_RISEN if self._asks_quickly else _RISEN_FROM) * level:
            self._level = max(_SAFE * goodput, BORNE[Course.FAST] * refused)
            self._stage = Course.MEDIUM
            self._raised = True
            self._fallen = False
        elif self._asks_quickly:
            self._settle(max(_SAFE * goodput, level), _AFTER_A_FALL * self._plateau)
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
