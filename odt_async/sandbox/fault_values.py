"""What a fault can be given: durations, shares, people, limits and periods, from the operator's text."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Literal

from odt_async.language import written

__all__ = [
    "Latency",
    "Outage",
    "Selection",
    "StrikeRule",
    "ThrottleRule",
    "parse_duration_s",
    "parse_latency",
    "parse_lifetime_s",
    "parse_outage",
    "parse_selection",
    "parse_share",
    "parse_strike",
    "parse_throttle",
]

_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d*\.?\d+)(ms|s|min|m|h)")
_PERCENTAGE = re.compile(r"(\d*\.?\d+)%")
_NUMBER = re.compile(r"\d*\.?\d+")
_RATE = re.compile(r"(\d*\.?\d+)/((?:\d*\.?\d+)?)(ms|s|min|m|h)")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_WHOLE = 100.0  # per cent


@dataclass(frozen=True, slots=True)
class Latency:
    """How long every answer takes: *seconds*, give or take *spread* (0.2 = 20 %)."""

    seconds: float = 0.0
    spread: float = 0.0


@dataclass(frozen=True, slots=True)
class Selection:
    """Some people or workspaces: a *share* of all (0 to 1), and those named by id or e-mail."""

    share: float = 0.0
    names: frozenset[str] = frozenset()

    def __or__(self, other: Selection) -> Selection:
        return Selection(max(self.share, other.share), self.names | other.names)


@dataclass(frozen=True, slots=True)
class StrikeRule:
    """Which requests are struck: a *share* of them (0 to 1), of all methods or of one."""

    share: float
    method: str | None = None


@dataclass(frozen=True, slots=True)
class ThrottleRule:
    """One limit: `bucket` and `window` allow *count* in *period_s*, `concurrent` allows *count* at once."""

    kind: Literal["bucket", "window", "concurrent"]
    count: float
    period_s: float = 1.0
    burst: float = 1.0  # of a bucket
    family: str | None = None  # None: all requests share the limit
    retry_after: str = "seconds"  # seconds, fraction, date, none, or the number to announce
    charge_refused: bool = False  # whether a refused request costs a token too
    halved_s: tuple[float, float] | None = (
        None  # a bucket's rate is half between these, from its first request
    )

    def halved_within_s(self, start_s: float, end_s: float) -> float:
        """Return for how much of that span the rate is half."""
        from_s, to_s = self.halved_s or (0.0, 0.0)
        return max(0.0, min(end_s, to_s) - max(start_s, from_s))


@dataclass(frozen=True, slots=True)
class Outage:
    """Nothing is processed from *start_s* until *end_s*, counted from when the faults were given."""

    start_s: float
    end_s: float = math.inf
    dropped: bool = False  # False: everything is answered 503


def parse_duration_s(text: str) -> float:
    """Return the seconds of `500ms`, `2s`, `5m` or `1h`. Raises ValueError, as all here do."""
    number, unit = _matched(_DURATION, text).groups()
    return float(number) * _UNITS_S[unit]


def parse_lifetime_s(text: str) -> float:
    """Return the seconds of a duration that is not 0."""
    return _positive(parse_duration_s(text))


def parse_share(text: str) -> float:
    """Return the share, 0 to 1, of `2%`."""
    percentage = float(_matched(_PERCENTAGE, text)[1])
    if percentage > _WHOLE:
        raise ValueError(written("more than 100 %"))
    return percentage / _WHOLE


def parse_strike(text: str) -> StrikeRule:
    """Return the requests of `1%`, or of `1%,PUT`."""
    share, comma, method = (part.strip() for part in text.partition(","))
    if comma and method not in _METHODS:
        raise ValueError(
            written("{method!r} is none of {methods}", method=method, methods=", ".join(_METHODS))
        )
    return StrikeRule(parse_share(share), method or None)


def parse_latency(text: str) -> Latency:
    """Return the latency of `50ms` or `50ms~20%`."""
    duration, tilde, spread = text.partition("~")
    return Latency(parse_duration_s(duration), parse_share(spread) if tilde else 0.0)


def parse_selection(text: str) -> Selection:
    """Return the people of `1%`, of an id or e-mail, or of several of them between `|`."""
    shares = [part for part in text.split("|") if part.endswith("%")]
    names = frozenset(part.strip() for part in text.split("|") if not part.endswith("%"))
    if len(shares) > 1 or "" in names:
        raise ValueError
    return Selection(parse_share(shares[0]) if shares else 0.0, names)


def parse_outage(text: str) -> Outage:
    """Return the period of `30s-90s`, `30s-` (it does not end) or `30s-90s,drop`."""
    period, comma, how = text.partition(",")
    start, _, end = (part.strip() for part in period.partition("-"))
    if comma and how.strip() not in {"503", "drop"}:
        raise ValueError(written("{how!r} is neither 503 nor drop", how=how.strip()))
    outage = Outage(
        parse_duration_s(start), parse_duration_s(end) if end else math.inf, dropped=how.strip() == "drop"
    )
    if outage.end_s <= outage.start_s or "-" not in period:
        raise ValueError(written("it must end after it starts"))
    return outage


def parse_throttle(text: str) -> ThrottleRule:
    """Return the limit of `50/s`, `300/60s,window` or `concurrent:16`, with options behind commas."""
    limit, *options = (part.strip() for part in text.split(","))
    if limit.startswith("concurrent:"):
        count = _positive(float(_matched(_NUMBER, limit.removeprefix("concurrent:"))[0]) // 1)
        rule = ThrottleRule("concurrent", count)
    else:
        count_text, period, unit = _matched(_RATE, limit).groups()
        count = _positive(float(count_text))
        period_s = _positive(float(period or 1) * _UNITS_S[unit])
        rule = ThrottleRule("bucket", count, period_s, burst=max(count, 1.0))
    for option in options:
        rule = _with_option(rule, option)
    return rule


def _with_option(rule: ThrottleRule, option: str) -> ThrottleRule:
    name, equals, value = option.partition("=")
    if rule.kind == "bucket" and option == "window":
        return replace(rule, kind="window", count=max(rule.count // 1, 1.0))
    if option == "charge-refused":
        return replace(rule, charge_refused=True)
    if rule.kind == "bucket" and name == "burst":
        return replace(rule, burst=max(float(_matched(_NUMBER, value)[0]), 1.0))
    if rule.kind == "bucket" and name == "halved":
        outage = parse_outage(value)
        return replace(rule, halved_s=(outage.start_s, outage.end_s))
    if name == "family" and value:
        return replace(rule, family=value.strip("/"))
    if name == "retry-after":
        if value not in {"seconds", "fraction", "date", "none"}:
            _matched(_NUMBER, value)
        return replace(rule, retry_after=value)
    raise ValueError(
        written("{option!r} is no option of this limit", option=option)
        if equals
        else written("unknown option {option!r}", option=option)
    )


def _matched(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    match = pattern.fullmatch(text)
    if match is None:
        raise ValueError
    return match


def _positive(number: float) -> float:
    if number <= 0:
        raise ValueError(written("it must be more than 0"))
    return number
