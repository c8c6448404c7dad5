"""What runs leave in a folder, written without any run: as many of them, and in whatever state, as a test needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from odt_async.model import Failure, Outcome, Status
from odt_async.sinks import Sink
from odt_async.sinks.appender import GroupSync
from odt_async.sinks.error_jsonl import ErrorJsonl
from odt_async.sinks.ok_csv import OkCsv
from odt_async.sinks.plan_jsonl import PlanJsonl
from odt_async.sinks.report_json import write_report
from odt_async.sinks.run_json import write_manifest
from odt_async.sinks.skipped_csv import SkippedCsv
from tests.runner.building import make_outcome

ACTION = "usuarios_desvio"
FIRST = f"{ACTION}_20260701T220000Z_aaaa"
SECOND = f"{ACTION}_20260702T220000Z_bbbb"
THIRD = f"{ACTION}_20260703T220000Z_cccc"


def payload_hash(number: int) -> str:
    return f"{number + 1:032x}"


def outcome(status: Status, number: int, **fields: Any) -> Outcome:
    """Return what became of row *number*: its hash, its entity and its index follow from the number."""
    made = make_outcome(status, number)
    return replace(made, **{"payload_hash": payload_hash(number), "entity_id": f"P{number}"} | fields)


def failed(number: int, kind: str = "AsRestError", text: str = "HTTP 404", **fields: Any) -> Outcome:
    return outcome(Status.ERROR, number, failure=Failure(kind, text), **fields)


def leave_run(
    logs_dir: Path,
    run: str,
    outcomes: Iterable[Outcome] = (),
    *,
    total: int | None = None,
    report: Mapping[str, Any] | None = None,
    **manifest: Any,
) -> None:
    """Write the files of *run*.

    report: over what stands in the head of the report by itself; None for a run that has left none.
    manifest: over what stands in it by itself.
    """
    dealt_with = list(outcomes)
    rows = len(dealt_with) if total is None else total
    action, stamp = run.rsplit("_", 2)[:2]
    started = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[9:11]}:{stamp[11:13]}:{stamp[13:15]}.000Z"
    told = {"run": run, "script_name": action, "started": started, "bulk_mode": True, "dry_run": False}
    write_manifest(logs_dir / f"{run}_run.json", told | {"total_rows": rows} | manifest)
    _write_rows(logs_dir, run, action, dealt_with, dry_run=bool(manifest.get("dry_run")))
    if report is not None:
        counts = {status.value: sum(one.status is status for one in dealt_with) for status in Status}
        counts["pending"] = rows - len(dealt_with)
        head = told | {
            "state": "finished",
            "stop_reason": None,
            "total_rows": rows,
            "by_status": counts,
            "elapsed_s": 60.0,
        }
        results = ({"row_index": one.row.index, "status": one.status.value} for one in dealt_with)
        write_report(logs_dir / f"{run}_report.json", head | dict(report), results)


def _write_rows(logs_dir: Path, run: str, action: str, outcomes: Iterable[Outcome], *, dry_run: bool) -> None:
    def path(name: str) -> Path:
        return logs_dir / f"{run}_{name}"

    with ExitStack() as stack:
        sync = stack.enter_context(GroupSync())
        ok = stack.enter_context(OkCsv(path("ok.csv"), sync, action=action))
        errors = ErrorJsonl(path("error.jsonl"), sync, action=action, redact=bytes)
        skipped = stack.enter_context(SkippedCsv(path("skipped.csv"), sync))
        sinks: dict[Status, Sink] = {
            Status.APPLIED: ok,
            Status.UNCHANGED: ok,
            Status.ERROR: stack.enter_context(errors),
            Status.SKIPPED: skipped,
        }
        if dry_run:
            sinks[Status.PLANNED] = stack.enter_context(PlanJsonl(path("plan.jsonl"), sync))
        for one in outcomes:
            sinks[one.status].record(one)
