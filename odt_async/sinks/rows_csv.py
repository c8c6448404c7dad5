"""`<run>_rejected.csv` and `<run>_pending.csv`: rows as they were read, to be given back as input."""

from __future__ import annotations

from pathlib import Path

from odt_async.model import Layers, Outcome, Row
from odt_async.sinks.appender import Appender, GroupSync
from odt_async.sinks.csv_lines import csv_line

__all__ = ["PendingCsv", "RejectedCsv"]

_ADDED = ("error_type", "error")  # by rejected.csv; taken off again when one of them is the input


class _RowsCsv(Appender):
    """Rows in their original columns, with *added* ones behind."""

    def __init__(self, path: Path, sync: GroupSync, *, layers: Layers, added: tuple[str, ...] = ()) -> None:
        self._kept = [i for i, column in enumerate(layers.columns) if column not in _ADDED]
        self._width = len(layers.columns)
        super().__init__(path, sync, header=csv_line((*(layers.header[i] for i in self._kept), *added)))

    def _append(self, row: Row, *added: str) -> None:
        surplus = row.cells[self._width :]  # cells too many stay behind the others, for the eye to find
        self.write(csv_line((*(row.cells[i] for i in self._kept), *added, *surplus)))


class RejectedCsv(_RowsCsv):
    """Takes `error` outcomes: fix the rows and feed them back."""

    def __init__(self, path: Path, sync: GroupSync, *, layers: Layers) -> None:
        super().__init__(path, sync, layers=layers, added=_ADDED)

    def record(self, outcome: Outcome) -> None:
        """Append one line. Raises OutputFailed."""
        assert outcome.failure is not None  # noqa: S101 - an error outcome has one
        self._append(outcome.row, outcome.failure.type, outcome.failure.text)


class PendingCsv(_RowsCsv):
    """Takes `pending` outcomes: the rows that a run which ended early did not attempt."""

    def record(self, outcome: Outcome) -> None:
        """Append one line. Raises OutputFailed."""
        self._append(outcome.row)
