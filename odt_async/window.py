"""The hours in which a run may work: `22:00-06:00` on the clocks of one place, through all changes of summer time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odt_async.errors import InputError

__all__ = ["Window"]

_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_LONGEST_CLOSED = 8  # days to look ahead: once a year a short window falls into the hour that is left out


@dataclass(frozen=True, slots=True)
class Window:
    """From *start* to *end* on the clock of *zone*, over midnight where *end* is the earlier.

    It is open whenever a clock there shows a time in it: an hour that is shown twice counts twice, and one that
    is left out does not count.
    """

    start: time
    end: time
    zone: tzinfo | None  # None: that of this machine

    @classmethod
    def parse(cls, text: str, zone: str | None) -> Window:
        """Return the window that *text* and the IANA name of a zone describe.

        Raises InputError for what is no such thing.
        """
        match = _HOURS.fullmatch(text.strip())
        if match is None:
            raise InputError("--window {text}: write it as 22:00-06:00", text=text)
        start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
        if start == end:
            raise InputError(
                "--window {text}: it begins where it ends: leave it out to work at any hour", text=text
            )
        return cls(start, end, None if zone is None else _zone(zone))

    def is_open(self, at: datetime) -> bool:
        """Return whether *at*, an aware time, is in it."""
        clock = at.astimezone(self.zone).time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def next_change(self, at: datetime) -> datetime:
        """Return when it next opens or closes after *at*, in UTC."""
        at = at.astimezone(UTC)
        is_open = self.is_open(at)
        moments = sorted(moment for moment in self._moments(at) if moment > at)
        return next(moment for moment in moments if self.is_open(moment) is not is_open)

    def opens_in_words(self, at: datetime) -> str:
        """Return when it opens next on the clock there, *at* being outside; the day too when that is far."""
        opening = self.next_change(at)
        form = "%H:%M" if opening - at <= _DAY else "%Y-%m-%d %H:%M"
        return opening.astimezone(self.zone).strftime(form)

    def _moments(self, at: datetime) -> Iterator[datetime]:
        """Yield all moments of the next days, in UTC, at which it may open or close; some where nothing happens."""
        today = at.astimezone(self.zone).date()
        for days in range(-1, _LONGEST_CLOSED):
            day = today + timedelta(days=days)
            yield from self._on_the_clock(day, self.start)
            yield from self._on_the_clock(day, self.end)
            if (jump := self._jump(day)) is not None:
                yield jump

    def _on_the_clock(self, day: date, clock: time) -> Iterator[datetime]:
        """Yield when the clock there shows *clock* on *day*: once, twice, or (about a jump) wrongly."""
        for fold in (0, 1):
            shown = datetime.combine(day, clock.replace(fold=fold), tzinfo=self.zone)
            yield shown.astimezone(UTC)

    def _jump(self, day: date) -> datetime | None:
        """Return when the clock there is put forward or back in the day from noon of *day*; else None."""
        before = datetime.combine(day, time(12), tzinfo=UTC)
        after = before + _DAY
        old = self._offset(before)
        if self._offset(after) == old:
            return None
        while after - before > _SECOND:
            middle = before + (after - before) // 2
            if self._offset(middle) == old:
                before = middle
            else:
                after = middle
        return after.replace(microsecond=0)  # they are made on the second

    def _offset(self, at: datetime) -> timedelta | None:
        return at.astimezone(self.zone).utcoffset()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # of a folder of zones it is an OSError
        raise InputError(
            "--tz {name}: there is no such time zone; write it as Europe/Madrid", name=name
        ) from None
