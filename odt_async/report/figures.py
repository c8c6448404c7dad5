"""Numbers, shares, times and durations as they are written in the language that is spoken."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odt_async.language import language, tr

__all__ = ["amount", "clock_zone", "decimal", "duration", "moment", "separators", "share"]

_MINUTE, _HOUR = 60, 3600
_SPACE = "\N{NO-BREAK SPACE}"  # between a number and its unit


def separators() -> tuple[str, str]:
    """Return what stands between thousands, and ahead of decimals."""
    return (".", ",") if language() == "es" else (",", ".")


def amount(count: int) -> str:
    """Return a whole number, its thousands apart: `20.000`."""
    return f"{count:,}".replace(",", separators()[0])


def decimal(value: float, places: int = 1) -> str:
    """Return *value* with so many decimals, fewer where they say nothing: `1.234,5`, `12`."""
    text = f"{value:,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    thousands, point = separators()
    return text.translate({ord(","): thousands, ord("."): point})


def share(part: float, whole: float) -> str:
    """Return the percentage that *part* is of *whole*; a little is never said to be nothing, nor nearly all all."""
    if not whole:
        return f"0{_SPACE}%"
    percent = 100 * part / whole
    shown = min(max(round(percent, 1), 0.1 if part else 0.0), 100.0 if part >= whole else 99.9)
    return f"{decimal(shown)}{_SPACE}%"


def duration(seconds: float) -> str:
    """Return a time span as people say it: `2 h 05 min`, `3 min 20 s`, `1,4 s`, `85 ms`."""
    if seconds < 1:
        return f"{round(seconds * 1000)}{_SPACE}ms"
    if seconds < 10:  # noqa: PLR2004 - below, the decimal is worth reading
        return f"{decimal(seconds)}{_SPACE}s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole}{_SPACE}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}{_SPACE}min{_SPACE}{whole % _MINUTE:02}{_SPACE}s"
    return f"{amount(whole // _HOUR)}{_SPACE}h{_SPACE}{whole % _HOUR // _MINUTE:02}{_SPACE}min"


def clock_zone(name: str | None, begun: datetime) -> tzinfo:
    """Return the zone that times are shown in, its offset that of *begun*: that called *name*, else this machine's."""
    try:
        here = begun.astimezone(ZoneInfo(name)) if name else begun.astimezone()
    except (ZoneInfoNotFoundError, ValueError):
        here = begun.astimezone()
    return timezone(here.utcoffset() or timedelta())


def moment(at: datetime, zone: tzinfo) -> str:
    """Return date and time to the second: `22/11/2026 23:05:10` in Spanish, as ISO 8601 writes it in English."""
    order = tr("%Y-%m-%d %H:%M:%S")
    return at.astimezone(zone).strftime(order)
