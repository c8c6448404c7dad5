"""What a run has changed, as its `changes.jsonl` tells: the rows of the run that takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from odt_async.actions import Action
from odt_async.errors import InputError, InvalidRow, Problem
from odt_async.language import written
from odt_async.model import ActionParams, Layers, Row
from odt_async.runner.identity import undo_hash
from odt_async.runs.finding import named
from odt_async.runs.names import action_of, file_path, run_files
from odt_async.sinks.changes_jsonl import read_changes
from odt_async.sinks.run_json import read_manifest

__all__ = ["Change", "Journal", "find_journal"]

_COLUMNS = ("row_index", "entity_id", "payload_hash")


class Change(NamedTuple):
    """One write of the run, as JSON."""

    before: Any
    written: Any  # what was sent, or what was found where only a read told of it


class _Entry(NamedTuple):
    cells: tuple[str, str, str]
    intent: int  # byte offset
    done: int | None  # None: nobody saw the end of the write


@dataclass(frozen=True, slots=True)
class Journal:
    """The writes of one run; holds where each stands in the file, not what it says."""

    run: str
    action: str
    path: Path
    layers: Layers
    _entries: dict[int, _Entry] = field(repr=False)  # by line of the intent

    def __len__(self) -> int:
        return len(self._entries)

    def rows(self) -> Iterator[Row]:
        """Yield a row for each write, the last first; its index is that of the row which was written."""
        for line, entry in reversed(self._entries.items()):
            yield Row(
                int(entry.cells[0]),
                line,
                dict(zip(_COLUMNS, entry.cells, strict=True)),
                entry.cells,
                self.layers,
            )

    def identify(self, action: Action, row: Row) -> tuple[ActionParams, str]:
        """Return the parameters that the row was written with, and what tells the undoing of it from others.

        Raises InvalidRow when the action does not take them any more.
        """
        from pydantic import ValidationError  # noqa: PLC0415 - already imported by the action's Params

        entry = self._entries[row.line]
        try:
            params = action.Params.model_validate(self._record(entry.intent)["params"])
        except ValidationError as error:
            problem = Problem(
                None,
                written("its params do not fit the action: {error}", error=error),
                written("{path} line {line}", path=self.path, line=row.line),
            )
            raise InvalidRow((problem,)) from None
        return params, undo_hash(self.run, row.values["payload_hash"])

    def change_of(self, row: Row) -> Change:
        """Return the write that *row* is about."""
        entry = self._entries[row.line]
        intent = self._record(entry.intent)
        written = intent["change"] if entry.done is None else self._record(entry.done)["written"]
        return Change(intent["before"], written)

    def _record(self, offset: int) -> Any:
        with self.path.open("rb") as file:
            file.seek(offset)
            return orjson.loads(file.readline())


def find_journal(logs_dir: Path, wanted: str) -> Journal:
    """Return the journal of the run *wanted*: its id, what alone begins or ends so, or one of its files.

    Raises InputError when there is none, and for that of an undo, which is not to be taken back in turn.
    """
    found = {run: files for run, files in run_files(logs_dir).items() if "changes.jsonl" in files}
    run = named(found, wanted)
    if run is None:
        raise InputError(
            "there is no run {wanted} in {logs_dir} that has written anything",
            wanted=wanted,
            logs_dir=logs_dir,
        )
    if undone := read_manifest(file_path(logs_dir, run, "run.json")).get("undoes"):
        raise InputError(
            "{run} is the undoing of {undone}: to have its changes again, run {action}",
            run=run,
            undone=undone,
            action=action_of(run),
        )
    path = found[run]["changes.jsonl"]
    layers = Layers(path.name, header=_COLUMNS, columns=_COLUMNS)
    return Journal(run, action_of(run), path, layers, _read(path))


def _read(path: Path) -> dict[int, _Entry]:
    entries: dict[int, _Entry] = {}
    lines: dict[str, int] = {}  # payload hash -> line of its intent
    for line, (offset, record) in enumerate(read_changes(path), 1):  # only the last line can be torn
        digest = record["payload_hash"]
        if record["event"] == "intent":
            if record.get("params") is None:
                raise InputError(
                    written(
                        "{path} line {line} has no params: it is of a version that could not undo",
                        path=path,
                        line=line,
                    )
                )
            lines[digest] = line
            cells = (str(record["row_index"]), record["entity_id"], digest)
            entries[line] = _Entry(cells, offset, None)
        elif digest in lines:
            entries[lines[digest]] = entries[lines[digest]]._replace(done=offset)
    return entries
