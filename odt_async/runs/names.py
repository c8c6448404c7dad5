"""What the files of a run are called, and where: the one place that knows.

Imports next to nothing, as the shell waits for it when it completes the name of a run.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

__all__ = [
    "LATEST",
    "RESUMED_FROM",
    "RUN_FILES",
    "action_of",
    "file_path",
    "is_launch",
    "lock_path",
    "run_files",
    "run_of",
    "stamp_of",
]

LATEST = "latest"  # stands for the newest run, where a run is named
RUN_FILES = (
    "run.json",
    "ok.csv",
    "error.jsonl",
    "rejected.csv",
    "pending.csv",
    "skipped.csv",
    "changes.jsonl",
    "plan.jsonl",
    "status.json",
    "timeline.jsonl",
    "report.json",
    "report.html",
)  # behind the run's id and an underscore
RESUMED_FROM = ("run.json", "ok.csv", "error.jsonl", "changes.jsonl")  # those that a later run goes by

_LAUNCH = "launch"  # in place of the action, where several runs have one report
_ID = re.compile(r"(?P<action>[A-Za-z]\w*?)_(?P<stamp>\d{8}T\d{6}Z)_[0-9a-f]{4}", re.ASCII)
_PARTIAL = ".partial"  # what a file is called until it is whole


def run_of(name: str) -> str | None:
    """Return the run that *name* is the id, or the name of a file, of; None where it is neither."""
    match = _ID.match(name)
    return match[0] if match and name[match.end() :][:1] in {"", "_", "."} else None


def action_of(run: str) -> str:
    """Return the action that the id *run* begins with; *run* itself where it is no id."""
    match = _ID.fullmatch(run)
    return match["action"] if match else run


def stamp_of(run: str) -> str:
    """Return the second, in UTC, in which the run began, as `20260701T220000Z`; empty where *run* is no id."""
    match = _ID.fullmatch(run)
    return match["stamp"] if match else ""


def is_launch(run: str) -> bool:
    """Tell the report over several runs from a run."""
    return action_of(run) == _LAUNCH


def file_path(logs_dir: Path, run: str, name: str) -> Path:
    """Return the path of the run's file *name*, which is one of RUN_FILES."""
    return logs_dir / f"{run}_{name}"


def lock_path(logs_dir: Path, action: str) -> Path:
    """Return the file that whoever runs *action* holds a lock on."""
    return logs_dir / f"{action}.lock"


def run_files(logs_dir: Path) -> dict[str, dict[str, Path]]:
    """Return the files of each run, and of each launch, by what stands behind the id: `ok.csv`.

    Only files of the folder itself that are called as a run calls them; no symbolic link. Nothing where there is
    no such folder.
    """
    found: defaultdict[str, dict[str, Path]] = defaultdict(dict)
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(logs_dir) as entries:
        for entry in entries:
            run = run_of(entry.name)
            if run is None or not entry.is_file(follow_symlinks=False):
                continue
            name = entry.name[len(run) + 1 :]
            if name.removesuffix(_PARTIAL) in RUN_FILES and entry.name[len(run)] == "_":
                found[run][name] = logs_dir / entry.name
    return {run: dict(sorted(files.items())) for run, files in found.items()}
