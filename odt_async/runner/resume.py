"""What earlier runs have done: the rows that are ok or failed, and the writes whose end nobody knows.

It is read from whatever of their files is there: a kill may have torn a last line, and a power cut may have taken
more of one file than of another. A row whose ok line is lost is read back, since its intent or Webex itself tells
that it was written. Rows are compared by payload hash, so the file may have been sorted, filtered or edited since. Of each finished
row 64 bits are kept, in six bytes; two rows in ten million share them by accident with a chance of 1 in 300,000.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeGuard

import orjson

from odt_async.dataset.fingerprints import FingerprintSet
from odt_async.errors import InputError
from odt_async.language import written
from odt_async.runs.names import RESUMED_FROM, action_of, file_path
from odt_async.sinks.changes_jsonl import read_intents
from odt_async.sinks.error_jsonl import read_errors
from odt_async.sinks.ok_csv import read_ok
from odt_async.sinks.run_json import read_manifest

__all__ = ["History", "Replay", "load_history", "load_undo_history"]

# of the rows that are not ok: those never attempted, those that failed, or both
Replay = Literal["pending", "failed", "all"]

_HEX = 16  # digits of the fingerprint
_BLOCK_BYTES = 1 << 16
_HASH = re.compile(r"[0-9a-f]{32}")
_REFUSED = range(400, 500)  # an answer by which the write did not take effect; 408 never reaches a row ...
_CONFLICT = (
    409  # ... and this one may be a conflict with our own earlier write, which search does not show yet
)


@dataclass(frozen=True, slots=True)
class History:
    """What the runs that this one continues have done.

    intents: payload hash -> where its intent stands, of writes that no ok line confirms.
    in_doubt: those of which no error line tells either that Webex has refused them.
    replay: which of the rows that are not ok are to be run.
    torn: lines that are not whole, and are left out.
    missing: files that should be there.
    """

    runs: tuple[str, ...] = ()  # the newest first
    finished: FingerprintSet = field(default_factory=FingerprintSet)
    failed: FingerprintSet = field(default_factory=FingerprintSet)  # in any of the runs
    replay: Replay = "all"
    intents: dict[str, tuple[Path, int]] = field(default_factory=dict)
    in_doubt: set[str] = field(default_factory=set)
    torn: int = 0
    missing: tuple[str, ...] = ()

    def in_words(self) -> str:
        """Return what was found, for an operator: one line, and another for what is not as it should be."""
        told = written("{done} rows done, {failed} failed", done=len(self.finished), failed=len(self.failed))
        if self.in_doubt:
            told = written(
                "{told}, {count} in doubt (begun, end unknown: they are read back first)",
                told=told,
                count=len(self.in_doubt),
            )
        damage = []
        if self.torn:
            sentence = (
                written("1 torn line is left out, and what it told of is read back")
                if self.torn == 1
                else written(
                    "{count} torn lines are left out, and what it told of is read back", count=self.torn
                )
            )
            damage.append(sentence)
        if self.missing:
            damage.append(written("missing: {files}", files=", ".join(self.missing)))
        return "\n".join([told, *(["; ".join(damage)] if damage else [])])

    def is_finished(self, payload_hash: str) -> bool:
        """Return whether the row is ok in one of the runs."""
        return int(payload_hash[:_HEX], 16) in self.finished

    def has_failed(self, payload_hash: str) -> bool:
        """Return whether the row failed in one of the runs, and was not done in another."""
        return int(payload_hash[:_HEX], 16) in self.failed

    def reason_to_skip(self, payload_hash: str) -> str | None:
        """Return `resumed` for a row that is ok, `filtered` for one that `replay` leaves out."""
        if self.is_finished(payload_hash):
            return "resumed"
        if self.replay == "all":
            return None
        return None if self.has_failed(payload_hash) is (self.replay == "failed") else "filtered"

    def was_begun(self, payload_hash: str) -> bool:
        """Return whether a write of this row was begun and nobody knows how it ended."""
        return payload_hash in self.intents

    def is_in_doubt(self, payload_hash: str) -> bool:
        """Return whether such a write may have taken effect all the same: Webex has not refused it."""
        return payload_hash in self.in_doubt

    def before(self, payload_hash: str) -> Any:
        """Return the state before such a write; None also where that was all there was (a creation)."""
        if payload_hash not in self.intents:
            return None
        path, offset = self.intents[payload_hash]
        with path.open("rb") as file:
            file.seek(offset)
            return orjson.loads(file.readline())["before"]


def load_history(logs_dir: Path, run: str, replay: Replay = "all") -> History:
    """Return what *run*, and the runs that it continued in turn, have done.

    Raises InputError when one of them has been undone: what it calls ok is so no more.
    """
    runs = tuple(_chain(logs_dir, run))
    for name in runs:
        if undoing := undone_by(logs_dir, name):
            raise InputError(
                "--resume {run}: {name} has been undone ({undoing}): start without --resume",
                run=run,
                name=name,
                undoing=undoing[0],
            )
    return _history_of(logs_dir, runs, replay)


def load_undo_history(logs_dir: Path, run: str) -> History:
    """Return what earlier undoings of *run* have put back."""
    return _history_of(logs_dir, undone_by(logs_dir, run), "all")


def undone_by(logs_dir: Path, run: str) -> tuple[str, ...]:
    """Return the runs that took *run* back, dry runs left out; the newest first."""
    action = action_of(run)
    names = (path.name.removesuffix("_changes.jsonl") for path in logs_dir.glob(f"{action}_*_changes.jsonl"))
    begun = {name: _manifest(logs_dir, name) for name in names}
    undoing = [name for name, manifest in begun.items() if manifest.get("undoes") == run]
    return tuple(sorted(undoing, key=lambda name: str(begun[name].get("started", "")), reverse=True))


def _manifest(logs_dir: Path, run: str) -> dict[str, Any]:
    return read_manifest(file_path(logs_dir, run, "run.json"))


def _history_of(logs_dir: Path, runs: tuple[str, ...], replay: Replay) -> History:
    kept = [logs_dir / f"{run}_{name}" for run in runs for name in RESUMED_FROM if _has_begun(logs_dir, run)]
    there = [path for path in kept if path.exists()]
    finished = _fingerprints([path for path in there if path.name.endswith("_ok.csv")], read_ok)
    errors = [path for path in there if path.name.endswith("_error.jsonl")]
    failed = _fingerprints(errors, read_errors, without=finished)
    history = History(
        runs,
        finished,
        failed,
        replay,
        torn=sum(map(_count_torn, there)),
        missing=tuple(path.name for path in kept if path not in there),
    )
    for run in reversed(runs):
        _add_intents(history, logs_dir / f"{run}_changes.jsonl", logs_dir / f"{run}_error.jsonl")
    return history


def _has_begun(logs_dir: Path, run: str) -> bool:
    """Tell a run that was killed before it had more than its manifest, and so misses nothing."""
    return any(file_path(logs_dir, run, name).exists() for name in RESUMED_FROM[1:])


def _add_intents(history: History, changes: Path, errors: Path) -> None:
    """Add what one run has begun; an older intent stays: it knows the state from before our first attempt."""
    if changes.exists():
        for offset, record in read_intents(changes):
            digest = record.get("payload_hash")
            if _is_hash(digest) and not history.is_finished(digest):
                history.intents.setdefault(digest, (changes, offset))
                history.in_doubt.add(digest)
    if errors.exists():
        for record in read_errors(errors):
            if _was_refused(record):
                history.in_doubt.discard(record["payload_hash"])


def _was_refused(record: Mapping[str, Any]) -> bool:
    status = (record.get("remote") or {}).get("status")
    return status in _REFUSED and status != _CONFLICT


def _chain(logs_dir: Path, run: str | None) -> Iterator[str]:
    while run and any(file_path(logs_dir, run, name).exists() for name in RESUMED_FROM):
        yield run
        run = _manifest(logs_dir, run).get("continues")


def _fingerprints(
    paths: list[Path],
    read: Callable[[Path], Iterable[Mapping[str, Any]]],
    *,
    without: FingerprintSet | None = None,
) -> FingerprintSet:
    """Return the payload hashes that stand in *paths* and not in *without*."""
    fingerprints = array("Q")
    for path in paths:
        for record in read(path):
            digest = record.get("payload_hash")
            if _is_hash(digest) and (without is None or int(digest[:_HEX], 16) not in without):
                fingerprints.append(int(digest[:_HEX], 16))
    return FingerprintSet(fingerprints)


def _is_hash(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _is_whole(path: Path) -> bool:
    """Tell a file without a torn line, in blocks: it may be gigabytes."""
    last = b"\n"
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            if b"\0" in block:
                return False
            last = block
    return last.endswith(b"\n")


def _count_torn(path: Path) -> int:
    """Return how many lines were cut off by a kill, or hold the NUL bytes of a power cut."""
    if _is_whole(path):
        return 0
    with path.open("rb") as file:
        return sum(b"\0" in line or not line.endswith(b"\n") for line in file)
