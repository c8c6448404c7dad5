"""What the requests of a run add up to: how many of each family, what came of them, how long they took."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence

from odt_async.model import VerdictKind

__all__ = ["BOUNDS_S", "CANCELLED", "FamilyRequests", "RequestStats"]

# upper bounds of the histogram, in seconds, but for its last bucket, which has none: 1.3 to 2 times apart, so
# that a quantile read from it is nowhere far off
BOUNDS_S = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75),
    *(1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 60.0),
)
CANCELLED = "cancelled"  # in place of a verdict: the run or the row ended while the call was under way
_QUANTILES = (50, 95, 99)


class FamilyRequests:
    """The requests of one endpoint family.

    by_verdict: how many were answered so, by the name of the verdict, or CANCELLED.
    buckets: how many took no longer than the bound in BOUNDS_S and longer than the one before it; the last is
        for those beyond all bounds. What was cancelled is in none.
    total_s: what those took together, in seconds.
    """

    __slots__ = ("buckets", "by_verdict", "total_s")

    def __init__(self) -> None:
        self.by_verdict: Counter[str] = Counter()
        self.buckets = [0] * (len(BOUNDS_S) + 1)
        self.total_s = 0.0

    @property
    def sent(self) -> int:
        """How many requests were sent, every repeat counted."""
        return self.by_verdict.total()


class RequestStats:
    """Counts every request of a run; asked at every one, so it does no more than that."""

    __slots__ = ("families",)

    def __init__(self) -> None:
        self.families: dict[str, FamilyRequests] = {}  # in the order of their first requests

    def learn(self, family: str, verdict: VerdictKind | None, elapsed_s: float) -> None:
        """Note a request that took *elapsed_s* from slot to verdict; None: it was cancelled."""
        requests = self.families.get(family)
        if requests is None:
            requests = self.families[family] = FamilyRequests()
        if verdict is None:
            requests.by_verdict[CANCELLED] += 1
            return
        requests.by_verdict[verdict] += 1
        requests.buckets[bisect_left(BOUNDS_S, elapsed_s)] += 1
        requests.total_s += elapsed_s

    def quantiles_ms(self, family: str | None = None) -> dict[str, float | None]:
        """Return p50, p95 and p99 of the time of a request, in milliseconds; None where there was none.

        They are interpolated in their bucket, as Prometheus's `histogram_quantile` does it; of what is beyond all
        bounds nothing is known but that it took longer than the last.

        family: the requests of this one alone; None: of all.
        """
        chosen = self.families.values() if family is None else self._of(family)
        buckets = [sum(counts) for counts in zip(*(seen.buckets for seen in chosen), strict=True)]
        return {f"p{percent}": _quantile_ms(buckets, percent / 100) for percent in _QUANTILES}

    def _of(self, family: str) -> Iterable[FamilyRequests]:
        seen = self.families.get(family)
        return () if seen is None else (seen,)


def _quantile_ms(buckets: Sequence[int], share: float) -> float | None:
    """Return the time, in milliseconds, that *share* (0-1) of the requests in *buckets* did not exceed."""
    due = share * sum(buckets)
    if due == 0:
        return None
    lower_s = 0.0
    for count, upper_s in zip(buckets, BOUNDS_S, strict=False):
        if due <= count:
            return round(1000 * (lower_s + (upper_s - lower_s) * due / count), 1)
        due -= count
        lower_s = upper_s
    return 1000 * BOUNDS_S[-1]
