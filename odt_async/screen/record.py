"""How a run stands, as far as its files tell: its status file, else its report, its manifest and its other files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from odt_async.runs import PastRun

__all__ = ["Change", "ErrorGroup", "Family", "Latency", "RunStatus", "SlowRow", "status_of_run"]

_FRESH_S = 3.0  # a status file is written every second
_ENDED = frozenset({"finished", "stopped", "interrupted", "killed"})


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Family(_Record):
    """One endpoint family: what is sent to it lately, and what Webex is believed to bear; None: not known."""

    family: str = "?"
    rate_per_s: float = 0.0
    allowed_per_s: float | None = None
    held_s: float = 0.0
    sent: int = 0
    throttled: int = 0


class Latency(_Record):
    """Of requests, in milliseconds; None while there was none."""

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


class SlowRow(_Record):
    """A row under way."""

    row_index: int = 0
    elapsed_s: float = 0.0


class ErrorGroup(_Record):
    """Rows that failed alike."""

    type: str = ""
    text: str = ""
    count: int = 0
    last_row_index: int | None = None
    cause: str | None = None
    hint: str | None = None


class Change(_Record):
    """What somebody did to the run, in the words of its log."""

    at: datetime | None = None
    what: str = ""
    by: str = ""
    before: float | None = None
    after: float | None = None

    @property
    def is_setting(self) -> bool:
        """Whether a figure was changed."""
        return {"before", "after"} <= self.model_fields_set


class RunStatus(_Record):
    """The fields of `<run>_status.json`; any of them may be missing, in the file of another version.

    state: as the run itself says while it lasts; then that of `PastRun`.
    files: by what stands behind the run's id. folders: options that say where the run had its input and its files,
        where that is not the default.
    can_be_resumed: whether `bulk --resume` takes up what it has left.
    """

    run: str = ""
    script_name: str = ""
    pid: int | None = None
    state: str = "running"
    reason: str | None = None
    stop_reason: str | None = None
    exit_code: int | None = None
    started: datetime | None = None
    updated_at: datetime | None = None
    dry_run: bool = False
    window: str | None = None
    total_rows: int = Field(default=0, ge=0)
    by_status: Mapping[str, int] = Field(default_factory=dict)
    elapsed_s: float = 0.0
    rows_per_s: float = 0.0
    left_s: float | None = None
    history: tuple[float, ...] = ()
    concurrency: int | None = None
    in_flight: int = 0
    rate: float | None = None
    requests: int = 0
    throttled: int = 0
    unanswered: int = 0
    last_trouble: str | None = None
    warning: str | None = None
    latency_ms: Latency = Latency()
    families: tuple[Family, ...] = ()
    slowest: tuple[SlowRow, ...] = ()
    errors: tuple[ErrorGroup, ...] = ()
    control: tuple[Change, ...] = ()
    files: Mapping[str, Path] = Field(default_factory=dict)
    folders: Mapping[str, str] = Field(default_factory=dict)
    can_be_resumed: bool = False

    @property
    def done(self) -> int:
        """Rows that need nothing more."""
        return sum(count for status, count in self.by_status.items() if status != "pending")

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in _ENDED


def status_of_run(past: PastRun) -> RunStatus:
    """Return how *past* stands; a file that is missing, torn or of another form tells nothing."""
    told = _read(past.files.get("status.json"))
    if past.head:
        told = _details_of_head(past.head) | told | _of_head(past.head)
    told["state"] = _state(past, told)
    known: dict[str, Any] = {
        "run": past.run_id,
        "script_name": past.script_name,
        "started": past.started_at,
        "dry_run": past.kind == "dry run",
        "files": past.files,
        "folders": _folders(past),
        "can_be_resumed": past.kind == "bulk",
    }
    if told["state"] != "running" or "by_status" not in told:
        known["by_status"] = past.counts
        known["elapsed_s"] = past.elapsed_s
    if past.total_rows is not None:
        known["total_rows"] = past.total_rows
    return _checked(told | known, known | {"state": told["state"]})


def _checked(told: dict[str, Any], known: dict[str, Any]) -> RunStatus:
    """Return *told* without the fields that are not as they should be; *known* is."""
    try:
        return RunStatus.model_validate(told)
    except ValidationError as error:
        wrong = {str(problem["loc"][0]) for problem in error.errors(include_url=False)}
        return RunStatus.model_validate({name: told[name] for name in told.keys() - wrong} | known)


def _read(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        told = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return told if isinstance(told, dict) else {}


def _of_head(head: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the head of a report tells under the names of a status."""
    requests = head.get("requests")
    counted = requests if isinstance(requests, dict) else {}
    told: dict[str, Any] = {
        "stop_reason": head.get("stop_reason"),
        "reason": None,
        "left_s": 0,
        "in_flight": 0,
        "slowest": (),
        "rows_per_s": head.get("rows_per_s") or 0.0,
        "requests": counted.get("total", 0),
        "throttled": counted.get("throttled", 0),
    }
    for name in ("exit_code", "latency_ms", "control"):
        if name in head:
            told[name] = head[name]
    return told


def _details_of_head(head: Mapping[str, Any]) -> dict[str, Any]:
    """Return families and error groups as a report has them; of a run that has left no status."""
    errors, families = head.get("failure_groups"), head.get("families")
    return {
        "errors": errors if isinstance(errors, list) else _older_groups(head.get("error_groups")),
        "families": [
            {**family, "allowed_per_s": family.get("pace_per_s")}
            for family in (families if isinstance(families, list) else ())
            if isinstance(family, dict)
        ],
    }


def _older_groups(counts: Any) -> list[dict[str, Any]]:
    """Return the groups of a report that has no more than their counts."""
    if not isinstance(counts, dict):
        return []
    parts = [(*group.partition(": "), count) for group, count in counts.items()]
    return [{"type": kind, "text": text, "count": count} for kind, _colon, text, count in parts]


def _folders(past: PastRun) -> dict[str, str]:
    settings = past.manifest.get("settings")
    given = {
        "input_data": ("input-dir", settings.get("input_dir") if isinstance(settings, dict) else None),
        "logs": ("logs-dir", next((path.parent for path in past.files.values()), None)),
    }
    return {
        option: str(folder)
        for default, (option, folder) in given.items()
        if folder is not None and str(folder) != default
    }


def _state(past: PastRun, told: Mapping[str, Any]) -> str:
    state = told.get("state")
    if past.head or not isinstance(state, str):
        return past.state
    if past.state == "killed" and state not in _ENDED and not _is_at_work(told):
        return "killed"
    return state


def _is_at_work(told: Mapping[str, Any]) -> bool:
    """Tell whether a run that holds no lock, as those begun from Python do, wrote of itself just now."""
    try:
        os.kill(int(told["pid"]), 0)
        age = datetime.now(UTC) - datetime.fromisoformat(told["updated_at"])
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return False
    return age.total_seconds() < _FRESH_S
