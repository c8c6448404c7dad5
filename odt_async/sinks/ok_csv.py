"""`<run>_ok.csv`: the rows that are as wanted, applied or found so; what resume goes by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from odt_async.model import Outcome
from odt_async.sinks.appender import Appender, GroupSync
from odt_async.sinks.csv_lines import csv_line, read_records

__all__ = ["OkCsv", "read_ok"]

_COLUMNS = (
    "row_index",
    "script_name",
    "entity_id",
    "status",
    "timestamp",
    "payload_hash",
    "attempts",
    "elapsed_ms",
    "tracking_id",
)


class OkCsv(Appender):
    """Takes `applied` and `unchanged` outcomes of one action."""

    def __init__(self, path: Path, sync: GroupSync, *, action: str) -> None:
        super().__init__(path, sync, header=csv_line(_COLUMNS))
        self._action = action

    def record(self, outcome: Outcome) -> None:
        """Append one line. Raises OutputFailed."""
        cells = (
            outcome.row.index,
            self._action,
            outcome.entity_id,
            outcome.status,
            outcome.timestamp,
            outcome.payload_hash,
            outcome.attempts,
            outcome.elapsed_ms,
            outcome.tracking_id,
        )
        self.write(csv_line(cells))


def read_ok(path: Path) -> Iterator[dict[str, str]]:
    """Yield the lines of an ok.csv by column, torn ones left out."""
    return read_records(path, _COLUMNS)
