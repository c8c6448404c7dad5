"""How a run went over time: the points that its charts are drawn from, its pauses, and what was done to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import orjson

from odt_async.report.digest import Digest, lines_of, seconds_since
from odt_async.runner.timeline import read_timeline
from odt_async.runs import PastRun

__all__ = ["Course", "Pause", "Point", "course_of"]

_MOST_POINTS = 240  # of a chart
_CARRIED_OUT = ("applied", "unchanged", "planned", "error")
_GOING = {"running", "draining", "finished", "stopped"}  # what is no pause


@dataclass(frozen=True, slots=True)
class Point:
    """The time from the point before to *at_s*, in seconds since the start; rates are a second."""

    at_s: float
    rows_per_s: float
    requests_per_s: float = 0.0
    throttled_per_s: float = 0.0
    throttled: int = 0
    p50_ms: float | None = None  # None: no request, or nobody has noted it
    p95_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which nothing was sent, or no row was begun."""

    from_s: float
    to_s: float | None  # None: it had not ended when the last line was written
    reason: str


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of the time from start to end.

    request_times: upper bound in seconds ("inf" for none) -> requests; empty where nobody has noted it.
    charted: whether the run itself has noted its course; else there are rows alone, from the time of each.
    """

    points: Sequence[Point]
    pauses: Sequence[Pause]
    changes: Sequence[Mapping[str, Any]]  # what was done to it: at, what, by, before, after, until
    request_times: Mapping[str, int]
    requests: int
    throttled: int
    charted: bool


def course_of(run: PastRun, digest: Digest) -> Course:
    """Return how *run* went over time; memory grows with its hours, not with its rows."""
    lines = list(lines_of(run, "timeline.jsonl", read_timeline))
    requests = run.head.get("requests", {})
    last: Mapping[str, Any] = lines[-1] if lines else {}
    return Course(
        points=list(_points(lines)) if lines else list(_points_of_rows(digest.by_second)),
        pauses=list(_pauses(lines)) if lines else list(_outages(run)),
        changes=_done_to(run),
        request_times=last.get("requests_by_s", {}),
        requests=requests.get("total", last.get("requests", 0)),
        throttled=requests.get("throttled", last.get("throttled", 0)),
        charted=bool(lines),
    )


def _points(lines: Sequence[Mapping[str, Any]]) -> Iterator[Point]:
    """Yield the points between the lines, several lines to one where there are many."""
    step = -(-len(lines) // _MOST_POINTS)
    chosen = [*range(0, len(lines) - 1, step), len(lines) - 1]
    for begin, end in pairwise(chosen):
        first, last = lines[begin], lines[end]
        took_s = last["elapsed_s"] - first["elapsed_s"]
        if took_s <= 0:
            continue
        throttled = last["throttled"] - first["throttled"]
        yield Point(
            at_s=last["elapsed_s"],
            rows_per_s=(_carried_out(last) - _carried_out(first)) / took_s,
            requests_per_s=(last["requests"] - first["requests"]) / took_s,
            throttled_per_s=throttled / took_s,
            throttled=throttled,
            p50_ms=_middle(line.get("p50_ms") for line in lines[begin + 1 : end + 1]),
            p95_ms=max(_known(line.get("p95_ms") for line in lines[begin + 1 : end + 1]), default=None),
        )


def _carried_out(line: Mapping[str, Any]) -> int:
    return sum(line["by_status"].get(status, 0) for status in _CARRIED_OUT)


def _known(values: Iterable[float | None]) -> list[float]:
    return sorted(value for value in values if value is not None)


def _middle(values: Iterable[float | None]) -> float | None:
    known = _known(values)
    return known[len(known) // 2] if known else None


def _points_of_rows(by_second: Counter[int]) -> Iterator[Point]:
    """Yield points of a run that has not noted its course."""
    if not by_second:
        return
    whole_s = max(by_second) + 1
    step = -(-whole_s // _MOST_POINTS)
    yield from (
        Point(at, sum(by_second[second] for second in range(at - step, at)) / step)
        for at in range(step, whole_s + step, step)
    )


def _pauses(lines: Sequence[Mapping[str, Any]]) -> Iterator[Pause]:
    begun: tuple[float, str] | None = None
    for line in lines:
        reason = "" if line["state"] in _GOING else str(line.get("reason") or line["state"])
        if begun is not None and reason != begun[1]:
            yield Pause(begun[0], line["elapsed_s"], begun[1])
            begun = None
        if reason and begun is None:
            begun = line["elapsed_s"], reason
    if begun is not None:
        yield Pause(begun[0], None, begun[1])


def _outages(run: PastRun) -> Iterator[Pause]:
    for outage in run.head.get("outages", ()):
        begun_s = seconds_since(run.started_at, outage.get("began"))
        lasted_s = outage.get("lasted_s")
        yield Pause(begun_s, None if lasted_s is None else begun_s + lasted_s, str(outage.get("because", "")))


def _done_to(run: PastRun) -> Sequence[Mapping[str, Any]]:
    """Return what was done to the run: of one that was cut off, the last things that its status tells."""
    if "control" in run.head:
        return list(run.head["control"])
    path = run.files.get("status.json")
    try:
        status = orjson.loads(path.read_bytes()) if path else {}
    except (OSError, orjson.JSONDecodeError):
        return []
    return list(status.get("control", ())) if isinstance(status, Mapping) else []
