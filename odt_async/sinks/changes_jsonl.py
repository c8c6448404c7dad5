"""`<run>_changes.jsonl`: what was there before every write, and what was written.

An `intent` line goes ahead of the write and a `done` line follows it, so that after a crash an intent without
a done tells which rows must be read back, and `undo` knows what to put back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from odt_async.events import json_line, timestamp
from odt_async.sinks.appender import Appender, GroupSync
from odt_async.sinks.json_lines import read_json_lines

__all__ = ["ChangesJsonl", "read_changes", "read_intents"]


class ChangesJsonl(Appender):
    """The journal of one run's writes."""

    def __init__(self, path: Path, sync: GroupSync) -> None:
        super().__init__(path, sync)

    def intent(
        self,
        *,
        row_index: int,
        payload_hash: str,
        entity_id: str,
        before: Any,
        change: Any,
        params: Mapping[str, Any] | None = None,
    ) -> None:
        """Note what is there and what is about to be written.

        params: of the row, normalised and with the ids found: what `undo` needs beside *before*.

        Raises OutputFailed.
        """
        self.write(
            json_line(
                {
                    "event": "intent",
                    "row_index": row_index,
                    "payload_hash": payload_hash,
                    "entity_id": entity_id,
                    "timestamp": timestamp(),
                    "before": before,
                    "change": change,
                    **({} if params is None else {"params": params}),
                }
            )
        )

    def done(
        self, *, row_index: int, payload_hash: str, entity_id: str, written: Any, tracking_id: str
    ) -> None:
        """Note that the write took effect. Raises OutputFailed."""
        self.write(
            json_line(
                {
                    "event": "done",
                    "row_index": row_index,
                    "payload_hash": payload_hash,
                    "entity_id": entity_id,
                    "timestamp": timestamp(),
                    "written": written,
                    "tracking_id": tracking_id,
                }
            )
        )


def read_changes(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the byte offset and the content of each line, torn ones left out."""
    return read_json_lines(path)


def read_intents(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the byte offset and the content of each `intent` line, torn ones left out."""
    lines = read_json_lines(path, having=b'"intent"')
    return ((offset, record) for offset, record in lines if record.get("event") == "intent")
