"""Figures as text: bars, curves, times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from odt_async.runner.heartbeat import clock

__all__ = ["bar", "clock", "curve", "day_and_time", "in_one_line", "milliseconds", "time_of_day"]

_HEIGHTS = "▁▂▃▄▅▆▇█"
_FULL, _EMPTY = "█", "░"
_MS_IN_S = 1000
_DAY = timedelta(days=1)


def bar(share: float, width: int) -> str:
    """Return a bar of *width* columns that is full to *share* (0-1); only the whole is shown as full."""
    full = width if share >= 1 else min(width - 1, int(max(share, 0.0) * width))
    return _FULL * full + _EMPTY * (width - full)


def curve(samples: Sequence[float], width: int) -> str:
    """Return the last *width* of *samples* as one column each, the highest of them as high as a line."""
    shown = samples[-width:] if width > 0 else ()
    top = max(shown, default=0.0)
    if top <= 0:
        return _HEIGHTS[0] * len(shown)
    return "".join(_HEIGHTS[round(max(sample, 0.0) / top * (len(_HEIGHTS) - 1))] for sample in shown)


def milliseconds(value: float | None) -> str:
    """Return *value*, in milliseconds, as `43 ms` or `12.3 s`; `-` for None."""
    if value is None:
        return "-"
    return f"{value:.0f} ms" if value < _MS_IN_S else f"{value / _MS_IN_S:.1f} s"


def time_of_day(at: datetime, *, seconds: bool = False) -> str:
    """Return what a clock here shows at *at*; with the day too when that is not within a day of now."""
    far = abs(at - datetime.now(UTC)) >= _DAY
    form = ("%m-%d " if far else "") + ("%H:%M:%S" if seconds else "%H:%M")
    return at.astimezone().strftime(form)


def day_and_time(at: datetime) -> str:
    """Return *at* as clock and calendar here show it."""
    return at.astimezone().strftime("%m-%d %H:%M")


def in_one_line(text: str) -> str:
    """Return *text* without what would move a cursor or change a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
