"""`<run>_skipped.csv`: the rows that were not for this run, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from odt_async.model import Outcome
from odt_async.sinks.appender import Appender, GroupSync
from odt_async.sinks.csv_lines import csv_line, read_records

__all__ = ["SkippedCsv", "read_skipped"]

_COLUMNS = ("row_index", "payload_hash", "reason")


class SkippedCsv(Appender):
    """Takes `skipped` outcomes."""

    def __init__(self, path: Path, sync: GroupSync) -> None:
        super().__init__(path, sync, header=csv_line(_COLUMNS))

    def record(self, outcome: Outcome) -> None:
        """Append one line. Raises OutputFailed."""
        self.write(csv_line((outcome.row.index, outcome.payload_hash, outcome.reason)))


def read_skipped(path: Path) -> Iterator[dict[str, str]]:
    """Yield the lines of a skipped.csv by column, torn ones left out."""
    return read_records(path, _COLUMNS)
