"""What a run adds up to, at any moment and in a memory that does not grow with it."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from odt_async.model import Failure, Outcome, Status

__all__ = ["OTHERS", "Progress", "Tally"]

OTHERS = "others"  # the error group of all that have none of their own

_RECENT_S = 60.0  # the span of rows_per_s and of the time left
_MOST_GROUPS = 50  # of errors
_BUCKETS_PER_DOUBLING = 4  # of the histogram: 19 % wide
_ATTEMPTED = (Status.APPLIED, Status.UNCHANGED, Status.PLANNED, Status.ERROR)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    total: int
    counts: dict[Status, int]
    elapsed_s: float
    rows_per_s: float  # carried out, over the last minute
    left_s: float | None  # None until it can be told

    @property
    def done(self) -> int:
        """Rows that need nothing more in this run."""
        return sum(count for status, count in self.counts.items() if status is not Status.PENDING)


class Tally:
    """Counts outcomes; *now* is a clock in seconds."""

    def __init__(self, total: int, now: Callable[[], float]) -> None:
        self._total = total
        self._now = now
        self._started = now()
        self._counts: Counter[Status] = Counter()
        self._recent: deque[tuple[float, int]] = deque([(self._started, 0)])  # second by second
        self._latencies: Counter[int] = Counter()  # by bucket, logarithmic
        self.error_groups: Counter[str] = Counter()
        self.last_failures: dict[str, tuple[int, Failure]] = {}  # of each group: row index, and why

    def count(self, outcome: Outcome) -> None:
        """Add *outcome*."""
        self._counts[outcome.status] += 1
        if outcome.status in _ATTEMPTED:
            now = self._now()
            if now - self._recent[-1][0] >= 1.0:
                self._recent.append((now, self._attempted()))
                while now - self._recent[0][0] > _RECENT_S:
                    self._recent.popleft()
            self._latencies[_bucket(outcome.elapsed_ms)] += 1
        if outcome.failure is not None:
            group = f"{outcome.failure.type}: {_cause(outcome.failure)}"
            known = group in self.error_groups or len(self.error_groups) < _MOST_GROUPS
            group = group if known else OTHERS
            self.error_groups[group] += 1
            self.last_failures[group] = outcome.row.index, outcome.failure

    def progress(self) -> Progress:
        """Return the state of affairs."""
        now = self._now()
        attempted = self._attempted()
        since, before = self._recent[0]
        rate = (attempted - before) / (now - since) if now > since else 0.0
        left = self._total - self._counts.total()
        return Progress(
            total=self._total,
            counts={status: self._counts[status] for status in Status},
            elapsed_s=now - self._started,
            rows_per_s=rate,
            left_s=left / rate if rate > 0 else (0.0 if left == 0 else None),
        )

    def latency_ms(self, share: float) -> int:
        """Return the row time that *share* (0-1) of the rows stayed below, to within 19 %."""
        due = math.ceil(share * self._latencies.total())
        for bucket in sorted(self._latencies):
            due -= self._latencies[bucket]
            if due <= 0:
                return round(2 ** (bucket / _BUCKETS_PER_DOUBLING)) if bucket >= 0 else 0
        return 0

    def _attempted(self) -> int:
        return sum(self._counts[status] for status in _ATTEMPTED)


def _bucket(elapsed_ms: int) -> int:
    return math.ceil(math.log2(elapsed_ms) * _BUCKETS_PER_DOUBLING) if elapsed_ms > 0 else -1


def _cause(failure: Failure) -> str:
    """Return what rows that failed for the same reason have in common: no line, no id."""
    if failure.problems:
        first = failure.problems[0]
        return f"{first['column'] or 'the row'} {first['text']}"
    return failure.cause or failure.text
