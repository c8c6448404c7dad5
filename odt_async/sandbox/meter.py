"""How much of each limit was used: what it allowed, accepted and refused, minute by minute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from odt_async.sandbox.fault_values import ThrottleRule

__all__ = ["Meter"]

_MINUTE_S = 60.0


@dataclass(slots=True)
class _Minute:
    accepted: int = 0
    refused: int = 0
    busy_s: float = 0.0  # of all requests under way together


class Meter:
    """Counts by one rule, from the first request that it covers on; times are seconds of a steady clock."""

    def __init__(self, rule: ThrottleRule) -> None:
        self._rule = rule
        self._began_at: float | None = None
        self._minutes: list[_Minute] = []
        self._under_way = 0
        self._counted_until = 0.0

    def count(self, now: float, *, accepted: bool) -> None:
        """Count a request that has come in."""
        if self._began_at is None:
            self._began_at = self._counted_until = now
        self._advance(now)
        if accepted:
            self._under_way += 1
            self._minutes[-1].accepted += 1
        else:
            self._minutes[-1].refused += 1

    def end(self, now: float) -> None:
        """Count the end of a request that was accepted."""
        self._advance(now)
        self._under_way -= 1

    def as_json(self, now: float) -> dict[str, Any]:
        """Return the rule and its minutes, the last as far as it has come.

        allowed: requests that could have been accepted. Of `concurrent`, as many as would have kept all its
        places taken at the mean duration of those accepted in that minute; None when there was none.
        """
        if self._began_at is not None:
            self._advance(now)
        return {
            "kind": self._rule.kind,
            "count": self._rule.count,
            "period_s": self._rule.period_s,
            "family": self._rule.family,
            "minutes": [self._minute(number, minute, now) for number, minute in enumerate(self._minutes)],
        }

    def _minute(self, number: int, minute: _Minute, now: float) -> dict[str, Any]:
        start_s = number * _MINUTE_S
        end_s = min(start_s + _MINUTE_S, now - (self._began_at or 0.0))
        allowed = self._allowed(minute, start_s, end_s)
        return {
            "minute": number,
            "allowed": None if allowed is None else round(allowed, 1),
            "accepted": minute.accepted,
            "refused": minute.refused,
        }

    def _allowed(self, minute: _Minute, start_s: float, end_s: float) -> float | None:
        rule = self._rule
        if rule.kind != "concurrent":
            return rule.count / rule.period_s * (end_s - start_s - rule.halved_within_s(start_s, end_s) / 2)
        if not minute.accepted:
            return None
        return rule.count * (end_s - start_s) / (minute.busy_s / minute.accepted)

    def _advance(self, now: float) -> None:
        """Give every minute up to *now* its part of the time in which requests were under way."""
        began_at = self._began_at or 0.0
        while True:
            number = int((self._counted_until - began_at) // _MINUTE_S)
            while len(self._minutes) <= number:
                self._minutes.append(_Minute())
            until = min(now, began_at + (number + 1) * _MINUTE_S)
            self._minutes[number].busy_s += self._under_way * (until - self._counted_until)
            if until <= self._counted_until or until == now:
                self._counted_until = max(self._counted_until, until)
                break
            self._counted_until = until
        while len(self._minutes) <= int((now - began_at) // _MINUTE_S):
            self._minutes.append(_Minute())
