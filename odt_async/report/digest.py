"""What the rows of a run add up to, read from the files that they are in; for a run that was cut off as well."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from odt_async.model import Status
from odt_async.report.error_groups import ErrorGroups
from odt_async.runs import PastRun
from odt_async.sinks.error_jsonl import read_errors
from odt_async.sinks.ok_csv import read_ok
from odt_async.sinks.plan_jsonl import read_plan
from odt_async.sinks.skipped_csv import read_skipped

__all__ = ["BOUNDS_MS", "Digest", "digest_of", "lines_of", "seconds_since"]

# upper bounds of the histogram of row times, but for the last bucket, which has none
BOUNDS_MS = (20, 50, 100, 200, 300, 500, 750, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000)


@dataclass(slots=True)
class Digest:
    """Sums over the rows.

    counts: rows by what became of them, as the files have it; `pending` makes them the number of rows read.
    row_times: rows by the place of their time in BOUNDS_MS.
    by_second: rows that were carried out, by whole seconds since the start.
    """

    counts: Counter[Status] = field(default_factory=Counter)
    row_times: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_MS) + 1))
    by_second: Counter[int] = field(default_factory=Counter)
    errors: ErrorGroups = field(default_factory=ErrorGroups)

    @property
    def total(self) -> int:
        """Rows read, as far as is known."""
        return self.counts.total()

    @property
    def ok(self) -> int:
        """Rows that are as wanted."""
        return self.counts[Status.APPLIED] + self.counts[Status.UNCHANGED]

    def carried_out(self, record: Mapping[str, Any], begun: datetime, status: Status) -> None:
        """Count a row that was dealt with at the time that *record* has."""
        self.counts[status] += 1
        if (elapsed_ms := int(record.get("elapsed_ms") or 0)) > 0:
            self.row_times[bisect_left(BOUNDS_MS, elapsed_ms)] += 1
        self.by_second[max(0, int(seconds_since(begun, record.get("timestamp"))))] += 1


def digest_of(run: PastRun) -> Digest:
    """Return what the rows of *run* add up to; holds none of them."""
    digest, begun = Digest(), run.started_at
    for ok in lines_of(run, "ok.csv", read_ok):
        digest.carried_out(ok, begun, Status(ok["status"]))
    for planned in lines_of(run, "plan.jsonl", read_plan):
        digest.carried_out(planned, begun, Status.PLANNED)
    for failed in lines_of(run, "error.jsonl", read_errors):
        digest.carried_out(failed, begun, Status.ERROR)
        digest.errors.add(failed)
    for _skipped in lines_of(run, "skipped.csv", read_skipped):
        digest.counts[Status.SKIPPED] += 1
    if run.total_rows is not None and run.total_rows > digest.counts.total():
        digest.counts[Status.PENDING] = run.total_rows - digest.counts.total()
    return digest


def seconds_since(begun: datetime, timestamp: Any) -> float:
    """Return the seconds from *begun* to an ISO 8601 time; 0 for what is none."""
    try:
        return (datetime.fromisoformat(str(timestamp)) - begun).total_seconds()
    except (ValueError, TypeError):
        return 0.0


def lines_of(run: PastRun, name: str, read: Any) -> Iterator[Any]:
    """Yield the lines of the run's file *name*; none where it is not there."""
    path: Path | None = run.files.get(name)
    return iter(()) if path is None else iter(read(path))
