"""What was asked of the sandbox, in counters whose number does not grow with the requests."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

__all__ = ["Journal"]

_ON_THE_WIRE_S = 0.1  # a request sent before its client had read the 429 is no disobedience
_TIMER_S = 0.01  # event loops wake up a little early


class Journal:
    """Counts requests, writes that changed nothing, and requests sent against an announced Retry-After."""

    def __init__(self) -> None:
        self._holds: dict[str, deque[tuple[float, float]]] = {}  # family -> (announced at, until)
        self.under_way = 0
        self.clear()

    def clear(self) -> None:
        """Start counting again; announced holds stay in force, and requests under way stay under way."""
        self.requests: Counter[tuple[str, str, str]] = Counter()  # (method, route template, result)
        self.changed_writes = 0  # writes processed that stored something new
        self.double_applies = 0  # writes processed although the stored value was already the same
        self.unanswered_writes = 0  # writes processed whose client never got an answer
        self.inside_retry_after: Counter[str] = Counter()  # family -> requests sent too early
        self.most_under_way = self.under_way

    @property
    def total(self) -> int:
        """Requests answered, dropped or left hanging."""
        return self.requests.total()

    def count(self, *, method: str | None = None, route: str | None = None, result: str | None = None) -> int:
        """Return how many requests there were; None stands for any.

        result: a status (`"204"`), or `reset-before`, `reset-after`, `stall-before`, `stall-after`.
        """
        wanted = (method, route, result)
        return sum(
            number
            for key, number in self.requests.items()
            if all(want in (None, have) for want, have in zip(wanted, key, strict=True))
        )

    def arrived(self, family: str, now: float) -> None:
        """Count a request that has come in."""
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        holds = self._holds.get(family)
        if holds is None:
            return
        while holds and holds[0][1] - _TIMER_S <= now:
            holds.popleft()
        if holds and holds[0][0] + _ON_THE_WIRE_S < now:
            self.inside_retry_after[family] += 1

    def finished(self, method: str, route: str, result: str) -> None:
        """Count how a request ended."""
        self.under_way -= 1
        self.requests[method, route, result] += 1

    def wrote(self, *, changed: bool, answered: bool) -> None:
        """Count a write that was processed."""
        if changed:
            self.changed_writes += 1
        else:
            self.double_applies += 1
        self.unanswered_writes += not answered

    def announced(self, family: str, now: float, until: float) -> None:
        """Remember that the family was told to stay away until that moment."""
        holds = self._holds.setdefault(family, deque())
        if not holds or until > holds[-1][1]:
            holds.append((now, until))

    def as_json(self) -> dict[str, Any]:
        """Return everything counted, for `GET /_sandbox/journal`."""
        results: Counter[str] = Counter()
        for (_, _, result), number in self.requests.items():
            results[result] += number
        return {
            "total": self.total,
            "results": dict(sorted(results.items())),
            "requests": [
                {"method": method, "route": route, "result": result, "count": number}
                for (method, route, result), number in sorted(self.requests.items())
            ],
            "changed_writes": self.changed_writes,
            "double_applies": self.double_applies,
            "unanswered_writes": self.unanswered_writes,
            "inside_retry_after": dict(sorted(self.inside_retry_after.items())),
            "most_under_way": self.most_under_way,
        }
