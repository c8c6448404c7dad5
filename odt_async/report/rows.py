"""The rows and the changes of a run as they are embedded in its page, one after another from its files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from odt_async.report.blocks import blocks
from odt_async.report.digest import Digest, lines_of, seconds_since
from odt_async.report.error_groups import where_of
from odt_async.report.retelling import Retelling
from odt_async.runner.diff import diff
from odt_async.runs import PastRun
from odt_async.sinks.changes_jsonl import read_changes
from odt_async.sinks.error_jsonl import read_errors
from odt_async.sinks.ok_csv import read_ok
from odt_async.sinks.plan_jsonl import read_plan
from odt_async.sinks.skipped_csv import read_skipped

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = [
    "APPLIED",
    "ERROR",
    "MOST_CHANGES",
    "MOST_ROWS",
    "PENDING",
    "PLANNED",
    "SKIPPED",
    "UNCHANGED",
    "Embedding",
]

MOST_ROWS = 250_000  # that a browser still opens in a few seconds
MOST_CHANGES = 100_000
_LONGEST_TEXT = 1000  # characters of an error
_LONGEST_VALUE = 300
_MOST_FIELDS = 40  # of one change
_ENTITY = 2  # the column of ids
_CUT = "…"
_NAMES = ("email", "display_name", "workspace_name", "location_name", "name")  # what people know a row by

# what became of a row, in a letter: a hundred thousand times
APPLIED, UNCHANGED, PLANNED, SKIPPED, ERROR, PENDING = "aupsen"
_LETTERS = {"applied": APPLIED, "unchanged": UNCHANGED}


@dataclass(slots=True)
class Embedding:
    """Makes the blocks of one page; what was left out is known when all of them are written.

    A row is `[row_index, letter, entity_id, ms since the start, ms it took, requests]`, and of a failed one the
    number of its group, its text, its file and line, and the tracking id; of a skipped one the reason.
    A change is `[row_index, name, entity_id, [[path, before, after], ...]]`, its values as JSON.
    """

    run: PastRun
    digest: Digest
    most_rows: int = MOST_ROWS
    most_changes: int = MOST_CHANGES
    rows_left_out: int = 0
    changes_left_out: int = 0
    _seen: bytearray = field(default_factory=bytearray)  # rows by index: whether a file has it
    _retell: Retelling = field(default_factory=Retelling)

    def row_blocks(self) -> Iterator[Markup]:
        """Yield the rows in blocks; failed ones first, so that a cap leaves out others."""
        self._seen = bytearray(self.run.total_rows or 0)
        return blocks(self._capped_rows(), _ENTITY)

    def change_blocks(self) -> Iterator[Markup]:
        """Yield the changes in blocks: of a dry run what would change."""
        return blocks(self._capped_changes(), _ENTITY)

    def left_out(self) -> dict[str, Any]:
        """Return what no block has, once all are written; `pending` are ranges of row indexes, both ends included."""
        return {
            "rows": self.rows_left_out,
            "changes": self.changes_left_out,
            "pending": list(self._pending_ranges()),
        }

    def _capped_rows(self) -> Iterator[list[Any]]:
        for number, row in enumerate(self._rows()):
            if 0 <= row[0] < len(self._seen):
                self._seen[row[0]] = 1
            if number < self.most_rows:
                yield row
            else:
                self.rows_left_out += 1

    def _rows(self) -> Iterator[list[Any]]:
        run = self.run
        for failed in lines_of(run, "error.jsonl", read_errors):
            detail = [
                self.digest.errors.number_of(failed),
                self._retell(_shortened(str(failed.get("error") or ""), _LONGEST_TEXT)),
                where_of(failed),
                str(failed.get("tracking_id") or ""),
                _name_of(failed.get("params")),
            ]
            yield [*self._row(failed, ERROR), *detail]
        for planned in lines_of(run, "plan.jsonl", read_plan):
            yield self._row(planned, PLANNED)
        for ok in lines_of(run, "ok.csv", read_ok):
            yield self._row(ok, _LETTERS[ok["status"]])
        for skipped in lines_of(run, "skipped.csv", read_skipped):
            yield [int(skipped["row_index"]), SKIPPED, "", 0, 0, 0, self._retell(skipped["reason"])]

    def _row(self, record: Mapping[str, Any], letter: str) -> list[Any]:
        since_s = seconds_since(self.run.started_at, record.get("timestamp"))
        return [
            int(record["row_index"]),
            letter,
            str(record.get("entity_id") or ""),
            round(1000 * since_s),
            int(record.get("elapsed_ms") or 0),
            int(record.get("attempts") or 0),
        ]

    def _capped_changes(self) -> Iterator[list[Any]]:
        for number, change in enumerate(self._changes()):
            if number < self.most_changes:
                yield _change(change)
            else:
                self.changes_left_out += 1

    def _changes(self) -> Iterator[Mapping[str, Any]]:
        yield from lines_of(self.run, "plan.jsonl", read_plan)
        for _offset, record in lines_of(self.run, "changes.jsonl", read_changes):
            if record.get("event") == "intent":
                yield record

    def _pending_ranges(self) -> Iterator[tuple[int, int]]:
        """Yield the rows that no file has; nothing where the numbers of rows are not those of one CSV file."""
        if self.run.kind in {"undo", "single"} or self.run.state == "running":
            return
        at = self._seen.find(0)
        while at != -1:
            end = self._seen.find(1, at)
            yield at, (len(self._seen) if end == -1 else end) - 1
            at = -1 if end == -1 else self._seen.find(0, end)


def _change(record: Mapping[str, Any]) -> list[Any]:
    fields: Iterable[tuple[str, Any]] = (
        record["diff"]
        if isinstance(record.get("diff"), Mapping)
        else diff(record["before"], record["change"])
    ).items()
    shown = [[path, _value(before), _value(after)] for path, (before, after) in fields]
    if len(shown) > _MOST_FIELDS:
        shown = [*shown[:_MOST_FIELDS], [_CUT, "", ""]]
    entity = str(record.get("entity_id") or "")
    return [int(record["row_index"]), _name_of(record.get("params")), entity, shown]


def _value(value: Any) -> str:
    """Return *value* as JSON; empty for nothing."""
    return "" if value is None else _shortened(orjson.dumps(value).decode(), _LONGEST_VALUE)


def _name_of(params: Any) -> str:
    """Return what people know the row by; empty where its parameters have no such thing."""
    if not isinstance(params, Mapping):
        return ""
    return str(next((params[name] for name in _NAMES if params.get(name)), ""))


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}{_CUT}"
