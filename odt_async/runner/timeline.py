"""`<run>_timeline.jsonl`: how a run went over time; what the charts of its report are drawn from.

A line tells of one moment: the counts are those since the start, rate and times are those since the line before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from odt_async.events import json_line, timestamp
from odt_async.model import Status, VerdictKind
from odt_async.runner.request_stats import BOUNDS_S, FamilyRequests, RequestStats
from odt_async.sinks.json_lines import read_json_lines

if TYPE_CHECKING:
    from odt_async.runner.active import Run

__all__ = ["Timeline", "read_timeline"]

_EVERY_S = 10.0
_AT_FIRST_S, _FOR_S = 1.0, 60.0  # a run of half a minute is to have a course as well
_BEYOND = "inf"  # the bound of what took longer than any other
_NO_REQUESTS = [0] * (len(BOUNDS_S) + 1)
_CARRIED_OUT = (Status.APPLIED, Status.UNCHANGED, Status.PLANNED, Status.ERROR)


class Timeline:
    """Writes a line at the start, every second at first and every 10 s later, at a change of state, at the end.

    write: takes a whole line. now: a clock in seconds.
    """

    def __init__(self, write: Callable[[bytes], None], now: Callable[[], float]) -> None:
        self._write = write
        self._now = now
        self._due: float | None = None  # None: nothing is written yet
        self._state: tuple[str, str | None] | None = None
        self._rows = 0
        self._at = self._started = now()
        self._buckets = _NO_REQUESTS

    def tick(self, run: Run) -> None:
        """Write a line when it is time. Raises OutputFailed."""
        state = (run.state, run.policy.gate.reason)
        if self._due is None or self._now() >= self._due or state != self._state:
            self.note(run, run.state)

    def note(self, run: Run, state: str) -> None:
        """Write a line now. Raises OutputFailed."""
        now = self._now()
        self._due = now + (_AT_FIRST_S if now - self._started < _FOR_S else _EVERY_S)
        self._state = (run.state, run.policy.gate.reason)
        self._write(json_line(self._record(run, state, now)))

    def _record(self, run: Run, state: str, now: float) -> dict[str, Any]:
        policy, progress = run.policy, run.progress()
        rows = sum(progress.counts[status] for status in _CARRIED_OUT)
        buckets = _all_buckets(policy.requests)
        lately = _quantiles_ms([now - before for now, before in zip(buckets, self._buckets, strict=True)])
        since_s = now - self._at
        record = {
            "at": timestamp(),
            "elapsed_s": round(progress.elapsed_s, 3),
            "state": state,
            "reason": policy.gate.reason,  # of a pause
            "done": progress.done,
            "by_status": {status.value: count for status, count in progress.counts.items() if count},
            "rate_per_s": round((rows - self._rows) / since_s, 2) if since_s > 0 else 0.0,  # rows
            "requests": policy.verdicts.total(),
            "throttled": policy.verdicts[VerdictKind.THROTTLED],
            "in_flight": policy.slots.in_flight,
            "p50_ms": lately["p50"],  # of a request; None where there was none
            "p95_ms": lately["p95"],
            # upper bound in seconds -> how many requests took no longer, and longer than the bound before it
            "requests_by_s": {
                bound: count
                for bound, count in zip([*map(str, BOUNDS_S), _BEYOND], buckets, strict=True)
                if count
            },
        }
        self._rows, self._at, self._buckets = rows, now, buckets
        return record


def read_timeline(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a timeline.jsonl, torn ones left out."""
    return (record for _offset, record in read_json_lines(path))


def _all_buckets(requests: RequestStats) -> list[int]:
    families = [family.buckets for family in requests.families.values()]
    return [sum(counts) for counts in zip(_NO_REQUESTS, *families, strict=True)]


def _quantiles_ms(buckets: list[int]) -> dict[str, float | None]:
    seen = FamilyRequests()
    seen.buckets = buckets
    stats = RequestStats()
    stats.families[""] = seen
    return stats.quantiles_ms()
