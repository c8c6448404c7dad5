"""`<run>_plan.jsonl`: what a dry run would write, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from odt_async.events import json_line
from odt_async.model import Outcome
from odt_async.sinks.appender import Appender, GroupSync
from odt_async.sinks.json_lines import read_json_lines

__all__ = ["PlanJsonl", "read_plan"]


class PlanJsonl(Appender):
    """Takes `planned` outcomes."""

    def __init__(self, path: Path, sync: GroupSync) -> None:
        super().__init__(path, sync)

    def record(self, outcome: Outcome) -> None:
        """Append one line. Raises OutputFailed."""
        self.write(
            json_line(
                {
                    "row_index": outcome.row.index,
                    "payload_hash": outcome.payload_hash,
                    "entity_id": outcome.entity_id,
                    "timestamp": outcome.timestamp,
                    "diff": outcome.diff,
                    "before": outcome.before,
                    "change": outcome.change,
                }
            )
        )


def read_plan(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a plan.jsonl, torn ones left out."""
    return (record for _offset, record in read_json_lines(path))
