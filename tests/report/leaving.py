"""Runs to make a page of, left behind by no run: rows, and beside them what they changed and how it went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from odt_async.events import json_line
from odt_async.model import Status
from odt_async.runs import PastRun, find
from odt_async.sinks.appender import GroupSync
from odt_async.sinks.changes_jsonl import ChangesJsonl
from tests.runs.leaving import FIRST, failed, leave_run, outcome

__all__ = ["AT", "MIXED", "intent", "left", "line"]

AT = "2026-07-01T22:00:10.000Z"  # ten seconds after the first run began
MIXED = [
    outcome(Status.APPLIED, 0, elapsed_ms=40, attempts=2, timestamp=AT),
    outcome(Status.UNCHANGED, 1, elapsed_ms=30, attempts=1, timestamp=AT),
    failed(2, text="HTTP 404, code 4008: no calling", elapsed_ms=900, timestamp=AT),
    outcome(Status.SKIPPED, 3, reason="resumed"),
]


def intent(number: int, **fields: Any) -> dict[str, Any]:
    """Return what the journal is told ahead of the write of row *number*."""
    return {
        "row_index": number,
        "payload_hash": f"{number + 1:032x}",
        "entity_id": f"P{number}",
        "before": {"on": False, "to": ""},
        "change": {"on": True, "to": f"53{number}"},
        "params": {"email": f"p{number}@example.com"},
    } | fields


def line(elapsed_s: float, state: str = "running", **fields: Any) -> dict[str, Any]:
    """Return a line of the course of a run."""
    return {
        "at": AT,
        "elapsed_s": elapsed_s,
        "state": state,
        "reason": None,
        "done": 0,
        "by_status": {},
        "requests": 0,
        "throttled": 0,
        "p50_ms": None,
        "p95_ms": None,
        "requests_by_s": {},
    } | fields


def left(
    logs_dir: Path,
    outcomes: Iterable[Any] = (),
    *,
    run: str = FIRST,
    intents: Iterable[Mapping[str, Any]] = (),
    course: Iterable[Mapping[str, Any]] = (),
    **rest: Any,
) -> PastRun:
    """Leave a run in *logs_dir* and return it; *rest* goes to `leave_run`."""
    leave_run(logs_dir, run, outcomes, **rest)
    if intents := list(intents):
        with GroupSync() as sync, ChangesJsonl(logs_dir / f"{run}_changes.jsonl", sync) as changes:
            for told in intents:
                changes.intent(**told)
                named = {name: told[name] for name in ("row_index", "payload_hash", "entity_id")}
                changes.done(**named, written=told["change"], tracking_id="T")
    if course := list(course):
        (logs_dir / f"{run}_timeline.jsonl").write_bytes(b"".join(map(json_line, course)))
    return find(logs_dir, run)
