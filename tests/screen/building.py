"""Runs and statuses for tests that need one and do not care which; and the folder they are in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from odt_async.screen.record import RunStatus

if TYPE_CHECKING:
    from rich.text import Text

ACTION = "usuarios_configurar_desvio_prefijo53"
RUN = f"{ACTION}_20240601T220000Z_ab12"
LOGS = Path("logs")
STARTED = "2024-06-01T22:00:00.500Z"

MANIFEST = {"run": RUN, "script_name": ACTION, "started": STARTED, "bulk_mode": True, "total_rows": 400}
STATUS: dict[str, Any] = {
    "run": RUN,
    "script_name": ACTION,
    "pid": 7,
    "state": "running",
    "reason": None,
    "stop_reason": None,
    "exit_code": None,
    "started": STARTED,
    "updated_at": "2024-06-01T22:01:00.000Z",
    "dry_run": False,
    "window": None,
    "total_rows": 400,
    "by_status": {"applied": 80, "unchanged": 10, "error": 5, "skipped": 5},
    "elapsed_s": 59.5,
    "rows_per_s": 12.34,
    "left_s": 75,
    "history": [0.0, 6.0, 12.0],
    "concurrency": 8,
    "in_flight": 3,
    "rate": None,
    "requests": 210,
    "throttled": 2,
    "unanswered": 0,
    "last_trouble": None,
    "warning": None,
    "latency_ms": {"p50": 42.4, "p95": 110.0, "p99": 1234.5},
    "families": [
        {
            "family": "people/features",
            "rate_per_s": 24.5,
            "allowed_per_s": 30.0,
            "held_s": 0.0,
            "sent": 200,
            "throttled": 2,
        },
        {"family": "people", "rate_per_s": 1.0, "allowed_per_s": None, "sent": 10},
    ],
    "slowest": [{"row_index": 93, "elapsed_s": 4.26}, {"row_index": 99, "elapsed_s": 0.5}],
    "errors": [
        {
            "type": "AsRestError",
            "text": "HTTP 404, code 4008: not a calling user",
            "count": 4,
            "last_row_index": 90,
            "cause": "the person has no licence",
            "hint": "assign one first",
        },
        {"type": "InvalidRow", "text": "usuarios.csv line 9: extension is empty", "count": 1},
    ],
    "control": [
        {"at": "2024-06-01T22:00:20.000Z", "what": "pause", "by": "ctl, pid 9"},
        {
            "at": "2024-06-01T22:00:30.000Z",
            "what": "concurrency",
            "by": "ctl, pid 9",
            "before": 4,
            "after": 8,
        },
    ],
}
HEAD: dict[str, Any] = {
    "script_name": ACTION,
    "run": RUN,
    "state": "finished",
    "stop_reason": None,
    "exit_code": 1,
    "dry_run": False,
    "total_rows": 400,
    "by_status": {"applied": 390, "unchanged": 5, "error": 5},
    "elapsed_s": 61.0,
    "rows_per_s": 6.5,
    "requests": {"total": 800, "throttled": 3},
    "latency_ms": {"p50": 40.0, "p95": 100.0, "p99": 200.0},
    "families": [{"family": "people", "pace_per_s": 12.5, "throttled": 3}],
    "error_groups": {"AsRestError: HTTP 404: nobody": 5},
}


def make_status(**fields: Any) -> RunStatus:
    """Return a run under way, with these *fields* otherwise."""
    return RunStatus.model_validate(STATUS | fields)


def write_run(
    files: Mapping[str, Mapping[str, Any] | bytes], *, run: str = RUN, logs: Path = LOGS, held: bool = False
) -> None:
    """Write *files* of a run, by what stands behind its id; *held*: its lock is there, from before it began."""
    logs.mkdir(exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else orjson.dumps(content)
        (logs / f"{run}_{name}").write_bytes(data)
    if held:
        lock = logs / f"{ACTION}.lock"
        lock.write_text("7\n")
        begun = datetime(2024, 6, 1, 22, tzinfo=UTC).timestamp()
        os.utime(lock, (begun, begun))


def report_of(head: Mapping[str, Any]) -> bytes:
    """Return a report with that head and no result, as `write_report` makes it."""
    opened = orjson.dumps(head, option=orjson.OPT_INDENT_2).removesuffix(b"\n}")
    return opened + b',\n  "results": [\n  ]\n}\n'


def plain(lines: list[Text]) -> list[str]:
    """Return *lines* as somebody without colours sees them."""
    return [line.plain.rstrip() for line in lines]
