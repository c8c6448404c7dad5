"""What earlier runs have done: the rows that are ok or failed, and the writes whose end nobody knows.

Rows are compared by payload hash, so the file may have been sorted, filtered or edited since. Of each finished
row eight bytes are kept; two rows in ten million share them by accident with a chance of 1 in 300,000.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson

from odt_async.errors import InputError
from odt_async.sinks.changes_jsonl import read_changes
from odt_async.sinks.error_jsonl import read_errors
from odt_async.sinks.ok_csv import read_ok
from odt_async.sinks.run_json import read_manifest

__all__ = ["FingerprintSet", "History", "Replay", "find_run", "load_history", "load_undo_history"]

# of the rows that are not ok: those never attempted, those that failed, or both
Replay = Literal["pending", "failed", "all"]

_LOAD = 0.85  # of the table, at most
_HEX = 16  # digits of the fingerprint
_STAMP = re.compile(r"_\d{8}T\d{6}Z_[0-9a-f]{4}")  # what a run's id has behind the action's name


class FingerprintSet:
    """A set of 64-bit numbers in a flat table: 8 bytes each and a little air, where a set takes 60.

    capacity: the most it can hold.
    """

    def __init__(self, capacity: int) -> None:
        self._size = int(capacity / _LOAD) + 1
        self._table = array("Q", bytes(8 * self._size))
        self._free = capacity

    def add(self, number: int) -> None:
        """Put *number* in. Raises OverflowError beyond the capacity."""
        number = number or 1  # 0 marks an empty place
        place = self._place(number)
        if self._table[place] == 0:
            if self._free == 0:
                raise OverflowError("the set is full")
            self._free -= 1
            self._table[place] = number

    def __contains__(self, number: int) -> bool:
        return self._table[self._place(number or 1)] != 0

    def _place(self, number: int) -> int:
        """Return where *number* stands, or the empty place where it would."""
        table, size = self._table, self._size
        place = number % size
        while table[place] not in {0, number}:
            place = (place + 1) % size
        return place


@dataclass(frozen=True, slots=True)
class History:
    """What the runs that this one continues have done.

    intents: payload hash -> where its intent stands, of writes that no ok line confirms.
    replay: which of the rows that are not ok are to be run.
    """

    runs: tuple[str, ...] = ()  # the newest first
    finished: FingerprintSet = field(default_factory=lambda: FingerprintSet(0))
    failed: FingerprintSet = field(default_factory=lambda: FingerprintSet(0))  # in any of the runs
    replay: Replay = "all"
    intents: dict[str, tuple[Path, int]] = field(default_factory=dict)

    def is_finished(self, payload_hash: str) -> bool:
        """Return whether the row is ok in one of the runs."""
        return int(payload_hash[:_HEX], 16) in self.finished

    def reason_to_skip(self, payload_hash: str) -> str | None:
        """Return `resumed` for a row that is ok, `filtered` for one that `replay` leaves out."""
        if self.is_finished(payload_hash):
            return "resumed"
        if self.replay == "all":
            return None
        has_failed = int(payload_hash[:_HEX], 16) in self.failed
        return None if has_failed is (self.replay == "failed") else "filtered"

    def was_begun(self, payload_hash: str) -> bool:
        """Return whether a write of this row was begun and nobody knows how it ended."""
        return payload_hash in self.intents

    def before(self, payload_hash: str) -> Any:
        """Return the state before such a write; None also where that was all there was (a creation)."""
        if payload_hash not in self.intents:
            return None
        path, offset = self.intents[payload_hash]
        with path.open("rb") as file:
            file.seek(offset)
            return orjson.loads(file.readline())["before"]


def find_run(logs_dir: Path, action: str, wanted: str) -> str:
    """Return the run to continue: *wanted*, or the newest one that was no dry run for `latest`.

    Raises InputError when there is none.
    """
    if wanted != "latest":
        run = Path(wanted).name.removesuffix("_ok.csv")
        if not _is_run_of(action, run) or not (logs_dir / f"{run}_ok.csv").exists():
            raise InputError(f"--resume {wanted}: there is no such run of {action} in {logs_dir}")
        if undone := _manifest(logs_dir, run).get("undoes"):
            raise InputError(
                f"--resume {wanted}: that is the undoing of {undone}: `odt undo` goes on with it"
            )
        return run
    names = (path.name.removesuffix("_ok.csv") for path in logs_dir.glob(f"{action}_*_ok.csv"))
    runs = [run for run in names if _is_run_of(action, run) and _has_applied(logs_dir, run)]
    if not runs:
        raise InputError(f"--resume: there is no earlier run of {action} in {logs_dir}; start without it")
    return max(runs, key=lambda run: (run.rpartition("_")[0], _started(logs_dir, run)))


def _is_run_of(action: str, run: str) -> bool:
    """Tell a run of the action from one of an action whose name goes on where this one's ends."""
    return run.startswith(action) and _STAMP.fullmatch(run, len(action)) is not None


def _has_applied(logs_dir: Path, run: str) -> bool:
    """Tell a run from a dry run and from one that undid another."""
    return not (logs_dir / f"{run}_plan.jsonl").exists() and not _manifest(logs_dir, run).get("undoes")


def _started(logs_dir: Path, run: str) -> str:
    """Return when the run began, finer than its name tells; empty when its manifest is torn."""
    return str(_manifest(logs_dir, run).get("started", ""))


def _manifest(logs_dir: Path, run: str) -> dict[str, Any]:
    return read_manifest(logs_dir / f"{run}_run.json")


def load_history(logs_dir: Path, run: str, replay: Replay = "all") -> History:
    """Return what *run*, and the runs that it continued in turn, have done.

    Raises InputError when one of them has been undone: what it calls ok is so no more.
    """
    runs = tuple(_chain(logs_dir, run))
    for name in runs:
        if undoing := undone_by(logs_dir, name):
            raise InputError(f"--resume {run}: {name} has been undone ({undoing[0]}): start without --resume")
    return _history_of(logs_dir, runs, replay)


def load_undo_history(logs_dir: Path, run: str) -> History:
    """Return what earlier undoings of *run* have put back."""
    return _history_of(logs_dir, undone_by(logs_dir, run), "all")


def undone_by(logs_dir: Path, run: str) -> tuple[str, ...]:
    """Return the runs that took *run* back, dry runs left out; the newest first."""
    action = _STAMP.sub("", run)
    names = (path.name.removesuffix("_changes.jsonl") for path in logs_dir.glob(f"{action}_*_changes.jsonl"))
    undoing = [name for name in names if _manifest(logs_dir, name).get("undoes") == run]
    return tuple(sorted(undoing, key=lambda name: _started(logs_dir, name), reverse=True))


def _history_of(logs_dir: Path, runs: tuple[str, ...], replay: Replay) -> History:
    finished = _fingerprints([logs_dir / f"{name}_ok.csv" for name in runs], read_ok)
    errors = [logs_dir / f"{name}_error.jsonl" for name in runs]
    failed = _fingerprints([path for path in errors if path.exists()], read_errors)
    intents: dict[str, tuple[Path, int]] = {}
    for name in reversed(runs):  # an older intent knows the state from before our first attempt
        path = logs_dir / f"{name}_changes.jsonl"
        if path.exists():
            for offset, record in read_changes(path):
                digest = record["payload_hash"]
                if record["event"] == "intent" and int(digest[:_HEX], 16) not in finished:
                    intents.setdefault(digest, (path, offset))
    return History(runs, finished, failed, replay, intents)


def _chain(logs_dir: Path, run: str | None) -> Iterator[str]:
    while run and (logs_dir / f"{run}_ok.csv").exists():
        yield run
        run = _manifest(logs_dir, run).get("continues")


def _fingerprints(paths: list[Path], read: Callable[[Path], Iterable[Mapping[str, Any]]]) -> FingerprintSet:
    """Return the payload hashes that stand in *paths*."""
    fingerprints = FingerprintSet(sum(_count_lines(path) for path in paths))
    for path in paths:
        for record in read(path):
            fingerprints.add(int(record["payload_hash"][:_HEX], 16))
    return fingerprints


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
