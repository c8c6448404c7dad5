"""The files of runs that continue one another, added up: every row exactly once, and every run its sum."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.soak.work import Pass

__all__ = ["Account", "account_of", "started_at"]


@dataclass
class Account:
    """What the files of one pass say. twice, lost and problems are to be empty.

    finished_at: when each row was done, in seconds since 1970.
    """

    ok: int = 0
    unchanged: int = 0
    failed: int = 0  # of the rows that must fail
    twice: list[int] = field(default_factory=list)  # rows that are ok more than once
    lost: list[int] = field(default_factory=list)  # rows that are nowhere
    problems: list[str] = field(default_factory=list)
    finished_at: list[float] = field(default_factory=list)


def account_of(done: Pass, logs_dir: Path, runs: Sequence[str]) -> Account:
    """Add up *runs*, the first of which is the oldest and the last of which has gone to its end."""
    account, ok, failed = Account(), Counter[int](), Counter[int]()
    for run, before in zip(runs, [None, *runs], strict=False):
        lines = [line for line in _csv(logs_dir / f"{run}_ok.csv") if line["timestamp"]]
        errors = list(_json_lines(logs_dir / f"{run}_error.jsonl"))
        ok.update(int(line["row_index"]) for line in lines)
        failed = Counter(int(error["row_index"]) for error in errors)
        account.unchanged += sum(line["status"] == "unchanged" for line in lines)
        account.finished_at += [_epoch(line["timestamp"]) for line in (*lines, *errors)]
        account.problems += _problems(
            logs_dir, run, ok=len(lines), errors=len(errors), before=before, rows=len(done.rows)
        )
        account.problems += _unexpected(run, errors, done.failing)
    account.ok, account.failed = ok.total(), failed.total()
    account.twice = [row for row, times in ok.items() if times > 1]
    account.twice += [row for row, times in failed.items() if times > 1 or row in ok]
    account.lost = [row for row in range(len(done.rows)) if row not in ok and row not in failed]
    if (logs_dir / f"{runs[-1]}_pending.csv").exists():
        account.problems.append(f"{runs[-1]}: has gone to its end and left rows pending")
    return account


def started_at(logs_dir: Path, run: str) -> float:
    """Return when the run began, in seconds since 1970."""
    return _epoch(_manifest(logs_dir, run)["started"])


def _problems(
    logs_dir: Path, run: str, *, ok: int, errors: int, before: str | None, rows: int
) -> Iterator[str]:
    """Yield what is wrong with one run; one that was killed need not have dealt with all rows."""
    manifest = _manifest(logs_dir, run)
    if manifest["continues"] != before:
        yield f"{run}: continues {manifest['continues']}, not {before}"
    skipped = sum(1 for _ in _csv(logs_dir / f"{run}_skipped.csv"))
    pending = sum(1 for _ in _csv(logs_dir / f"{run}_pending.csv"))
    total = ok + errors + skipped + pending
    ended = (logs_dir / f"{run}_report.json").exists()
    if total > rows or (ended and total != rows):
        yield f"{run}: {ok} ok + {errors} errors + {skipped} skipped + {pending} pending of {rows} rows"


def _unexpected(run: str, errors: Iterable[dict[str, Any]], failing: frozenset[int]) -> Iterator[str]:
    for error in errors:
        if error["row_index"] not in failing:
            yield f"{run}: row {error['row_index']} failed: {error['error_type']}: {error['error']}"


def _manifest(logs_dir: Path, run: str) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((logs_dir / f"{run}_run.json").read_bytes())
    return manifest


def _csv(path: Path) -> Iterator[dict[str, str]]:
    """Yield the lines of a file that may not be there."""
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, restval="")


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        with path.open(encoding="utf-8") as file:
            yield from (json.loads(line) for line in file if line.endswith("\n"))


def _epoch(timestamp: str) -> float:
    return datetime.fromisoformat(timestamp).astimezone(UTC).timestamp()
