"""The rate limits in front of every endpoint, and what a refused client is told about them."""

from __future__ import annotations

import math
from email.utils import formatdate
from typing import Any, NamedTuple

from odt_async.sandbox.fault_values import ThrottleRule
from odt_async.sandbox.meter import Meter
from odt_async.sandbox.throttle import ConcurrencyCap, FixedWindow, Limit, TokenBucket

__all__ = ["Gateway", "Throttled", "retry_after"]


class Throttled(NamedTuple):
    """A refusal: the Retry-After header (None: absent) and the seconds it asks a client to wait."""

    header: str | None
    wait_s: float
    dated: bool = False  # a date counts from the moment it was made, a number from when it is received


class Gateway:
    """Admits or refuses requests by every rule that covers their family.

    A rule covers its own family and those below it: `people` covers `people/features`.
    """

    def __init__(self, rules: tuple[ThrottleRule, ...]) -> None:
        self._limits = [(rule, _limit(rule), Meter(rule)) for rule in rules]
        self._of_family: dict[str, list[tuple[ThrottleRule, Limit, Meter]]] = {}

    def admit(self, family: str, now: float, wall_clock: float) -> Throttled | None:
        """Return None when the request passes (then `release` it at its end), else the refusal.

        now: seconds of a steady clock. wall_clock: seconds since 1970, for Retry-After dates.
        """
        limits = self._covering(family)
        if not limits:
            return None
        waits = [(limit.wait_s(now), rule) for rule, limit, _ in limits]
        longest_s, longest = max(waits, key=lambda wait: wait[0])
        if longest_s <= 0:
            for _, limit, meter in limits:
                limit.admit(now)
                meter.count(now, accepted=True)
            return None
        for (wait_s, _), (rule, limit, meter) in zip(waits, limits, strict=True):
            if wait_s > 0:
                meter.count(now, accepted=False)
            if rule.charge_refused:
                limit.refuse(now)
        wait_s = max(limit.wait_s(now) for _, limit, _ in limits)  # again: the refusal may have cost a token
        return retry_after(longest.retry_after, wait_s, wall_clock)

    def release(self, family: str, now: float) -> None:
        """Count the end of a request that was admitted."""
        for _, limit, meter in self._covering(family):
            limit.release()
            meter.end(now)

    def usage(self, now: float) -> list[dict[str, Any]]:
        """Return what every rule allowed, accepted and refused, for `GET /_sandbox/limits`."""
        return [meter.as_json(now) for _, _, meter in self._limits]

    def _covering(self, family: str) -> list[tuple[ThrottleRule, Limit, Meter]]:
        if family not in self._of_family:
            self._of_family[family] = [
                (rule, limit, meter)
                for rule, limit, meter in self._limits
                if rule.family is None or f"{family}/".startswith(f"{rule.family}/")
            ]
        return self._of_family[family]


def retry_after(style: str, wait_s: float, wall_clock: float) -> Throttled:
    """Return how a wait of *wait_s* seconds is announced in *style*, never too short.

    style: `seconds` (whole, at least 1), `fraction` (tenths), `date` (RFC 9110 HTTP-date, rounded up),
    `none`, or the number to announce whatever the truth.
    """
    if style == "seconds":
        seconds = max(math.ceil(wait_s), 1)
        return Throttled(str(seconds), seconds)
    if style == "fraction":
        tenths = max(math.ceil(wait_s * 10), 1)
        return Throttled(f"{tenths / 10:.1f}", tenths / 10)
    if style == "date":
        moment = math.ceil(wall_clock + wait_s)
        return Throttled(formatdate(moment, usegmt=True), moment - wall_clock, dated=True)
    if style == "none":
        return Throttled(None, 0.0)
    return Throttled(style, float(style))


def _limit(rule: ThrottleRule) -> Limit:
    if rule.kind == "concurrent":
        return ConcurrencyCap(int(rule.count))
    if rule.kind == "window":
        return FixedWindow(int(rule.count), rule.period_s)
    return TokenBucket(rule.count / rule.period_s, rule.burst, rule.halved_s)
