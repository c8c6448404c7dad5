"""One run as its files tell of it, whether it lasts, has ended, or was cut off."""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from odt_async.runs.names import action_of, lock_path, stamp_of

__all__ = ["STATES", "Kind", "PastRun", "State", "read_run"]

State = Literal["running", "finished", "stopped", "interrupted", "killed"]
Kind = Literal["bulk", "single", "dry run", "undo"]

STATES: tuple[State, ...] = get_args(State)

_SIGNALS = {"SIGHUP": 129, "SIGINT": 130, "SIGTERM": 143}  # what a report calls them -> exit code
_COUNTED = ("ok.csv", "error.jsonl", "skipped.csv", "plan.jsonl")  # whatever was dealt with is in one


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run, under way or over.

    state: `running` while a live process holds its lock; `finished` when every row was dealt with; `stopped` by a
        rule, the operator or an error, `interrupted` by a signal; `killed` when it has ended without a report.
    counts: rows by status, those of which there are none left out; `pending` are those not attempted (so far).
    exit_code: None while it lasts, for a killed one, and where an older version has not noted it.
    stop_reason: why it ended before its last row; None when it did not, or nobody could write it down.
    continues: the run that it went on with; `undoes`: the one that it took back.
    files: by what stands behind the id: `ok.csv`.
    head: of its report, empty without one; `manifest`: what it was started with, empty where that is lost.
    """

    run_id: str
    script_name: str
    kind: Kind
    state: State
    started_at: datetime
    elapsed_s: float
    total_rows: int | None  # None: its manifest and its report are lost
    counts: Mapping[str, int]
    exit_code: int | None
    stop_reason: str | None
    continues: str | None
    undoes: str | None
    files: Mapping[str, Path]
    head: Mapping[str, Any]
    manifest: Mapping[str, Any]

    @property
    def errors(self) -> int:
        """Rows that failed."""
        return self.counts.get("error", 0)

    @property
    def ok(self) -> int:
        """Rows that are as wanted: written, or found so."""
        return self.counts.get("applied", 0) + self.counts.get("unchanged", 0)

    @property
    def ended_at(self) -> datetime:
        """When it ended, or was last known to live; now, while it lasts."""
        return self.started_at + timedelta(seconds=self.elapsed_s)

    def record(self) -> dict[str, Any]:
        """Return what is known of it but its settings, for JSON: `started` in UTC, `by_status` as in a report."""
        return {
            "run": self.run_id,
            "script_name": self.script_name,
            "kind": self.kind,
            "state": self.state,
            "stop_reason": self.stop_reason,
            "exit_code": self.exit_code,
            "started": self.started_at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "elapsed_s": round(self.elapsed_s, 3),
            "total_rows": self.total_rows,
            "by_status": dict(self.counts),
            "continues": self.continues,
            "undoes": self.undoes,
        }


def read_run(run: str, files: Mapping[str, Path]) -> PastRun:
    """Return the run whose *files*, of one folder, are these; at least one.

    No row is read when there is a report, or a status that is not older than what the run has written.
    """
    from odt_async.sinks.report_json import read_report_head  # noqa: PLC0415 - the shell waits for names alone
    from odt_async.sinks.run_json import read_manifest  # noqa: PLC0415

    manifest = read_manifest(files["run.json"]) if "run.json" in files else {}
    head = read_report_head(files["report.json"]) if "report.json" in files else {}
    begun = _begun(run, manifest or head)
    status = {} if head else _status(files)
    ending = head or (status if isinstance(status.get("exit_code"), int) else {})  # no room for a report
    state = _state(run, files, ending, begun, exactly=bool(manifest or head))
    total = head.get("total_rows", manifest.get("total_rows", status.get("total_rows")))
    known = head or (status if state == "running" or _is_up_to_date(files) else {})
    counts = _counts(known, files, total)
    return PastRun(
        run_id=run,
        script_name=manifest.get("script_name") or action_of(run),
        kind=_kind(manifest, head, files),
        state=state,
        started_at=begun,
        elapsed_s=ending.get("elapsed_s", max(0.0, _until(state, files) - begun.timestamp())),
        total_rows=total,
        counts=counts,
        exit_code=_exit_code(ending, counts) if ending else None,
        stop_reason=ending.get("stop_reason"),
        continues=manifest.get("continues") or next(iter(head.get("continues") or ()), None),
        undoes=manifest.get("undoes"),
        files=files,
        head=head,
        manifest=manifest,
    )


def _begun(run: str, told: Mapping[str, Any]) -> datetime:
    with suppress(ValueError):
        begun = datetime.fromisoformat(str(told.get("started", "")))
        return begun if begun.tzinfo else begun.replace(tzinfo=UTC)
    return datetime.strptime(stamp_of(run), "%Y%m%dT%H%M%S%z")


def _kind(manifest: Mapping[str, Any], head: Mapping[str, Any], files: Mapping[str, Path]) -> Kind:
    if manifest.get("dry_run") or head.get("dry_run") or "plan.jsonl" in files:
        return "dry run"
    if manifest.get("undoes"):
        return "undo"
    return "bulk" if manifest.get("bulk_mode", head.get("bulk_mode", True)) else "single"


def _state(
    run: str, files: Mapping[str, Path], head: Mapping[str, Any], begun: datetime, *, exactly: bool
) -> State:
    if head:
        if head.get("state") == "finished":
            return "finished"
        return "interrupted" if head.get("stop_reason") in _SIGNALS else "stopped"
    folder = next(iter(files.values())).parent
    # the seconds of the id are cut off: the run may have begun up to one later
    since = begun.timestamp() + (0.0 if exactly else 1.0)
    return "running" if _is_held(lock_path(folder, action_of(run)), since) else "killed"


def _is_held(lock: Path, since: float) -> bool:
    """Tell whether a live process has held *lock* from a moment before *since*, and so is that very run.

    Whoever takes a lock writes into it. A run that was killed began before the lock was taken again.
    """
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        if os.fstat(descriptor).st_mtime > since:
            return False
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # somebody has it
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _status(files: Mapping[str, Path]) -> dict[str, Any]:
    """Return the last status that the run wrote; nothing when it is gone or torn."""
    import orjson  # noqa: PLC0415

    if "status.json" not in files:
        return {}
    try:
        status = orjson.loads(files["status.json"].read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return status if isinstance(status, dict) else {}


def _is_up_to_date(files: Mapping[str, Path]) -> bool:
    """Tell whether the status was written after the last row that was dealt with."""
    try:
        told = files["status.json"].stat().st_mtime_ns
        return all(files[name].stat().st_mtime_ns <= told for name in _COUNTED if name in files)
    except (KeyError, FileNotFoundError):
        return False


def _counts(told: Mapping[str, Any], files: Mapping[str, Path], total: int | None) -> dict[str, int]:
    counts = Counter(told["by_status"]) if isinstance(told.get("by_status"), dict) else _counted(files)
    counts.pop("pending", None)
    if total is not None:
        counts["pending"] = total - counts.total()
    return {name: count for name, count in counts.items() if count > 0}


def _counted(files: Mapping[str, Path]) -> Counter[str]:
    """Return the rows by what became of them, of a run that could not count them up itself."""
    from odt_async.sinks.ok_csv import read_ok  # noqa: PLC0415

    counts: Counter[str] = Counter()
    with suppress(FileNotFoundError):  # `prune` may be at work
        if "ok.csv" in files:
            counts.update(record["status"] for record in read_ok(files["ok.csv"]))
        for name, status, header in (
            ("error.jsonl", "error", 0),
            ("plan.jsonl", "planned", 0),
            ("skipped.csv", "skipped", 1),
        ):
            if name in files:
                counts[status] = max(0, _lines(files[name]) - header)
    return counts


def _lines(path: Path) -> int:
    """Return the number of whole lines."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def _until(state: State, files: Mapping[str, Path]) -> float:
    """Return when the run was last known to live, in seconds since the epoch."""
    if state == "running":
        return datetime.now(UTC).timestamp()
    latest = 0.0
    for name, path in files.items():
        if name == "report.html":  # somebody else's, of later
            continue
        with suppress(FileNotFoundError):
            latest = max(latest, path.stat().st_mtime)
    return latest


def _exit_code(head: Mapping[str, Any], counts: Mapping[str, int]) -> int | None:
    """Return what the program ended with; None where an older version has not noted it and it cannot be told."""
    if isinstance(code := head.get("exit_code"), int):
        return code
    if head.get("state") != "finished":
        return _SIGNALS.get(str(head.get("stop_reason")))
    if counts.get("error"):
        return 1
    return 5 if counts.get("planned") else 0
