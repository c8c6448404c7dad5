"""`<run>_error.jsonl`: a failed row with all that triage needs, on one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from odt_async.events import json_line
from odt_async.model import Outcome
from odt_async.sinks.appender import Appender, GroupSync
from odt_async.sinks.json_lines import read_json_lines

__all__ = ["ErrorJsonl", "read_errors"]


class ErrorJsonl(Appender):
    """Takes `error` outcomes of one action.

    redact: masks secrets in the finished line: an answer or a traceback may quote one.
    """

    def __init__(self, path: Path, sync: GroupSync, *, action: str, redact: Callable[[bytes], bytes]) -> None:
        super().__init__(path, sync)
        self._action = action
        self._redact = redact

    def record(self, outcome: Outcome) -> None:
        """Append one line. Raises OutputFailed."""
        failure = outcome.failure
        assert failure is not None  # noqa: S101 - an error outcome has one
        line = json_line(
            {
                "row_index": outcome.row.index,
                "script_name": self._action,
                "entity_id": outcome.entity_id,
                "payload_hash": outcome.payload_hash,
                "timestamp": outcome.timestamp,
                "error_type": failure.type,
                "error": failure.text,
                "cause": failure.cause,
                "hint": failure.hint,
                "file": outcome.row.layers.file,
                "line": outcome.row.line,
                "problems": failure.problems,
                "params": outcome.params,
                "before": outcome.before,
                "remote": failure.remote,
                "tracking_id": outcome.tracking_id,
                "attempts": outcome.attempts,
                "elapsed_ms": outcome.elapsed_ms,
                "traceback": failure.traceback,
            }
        )
        self.write(self._redact(line))


def read_errors(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of an error.jsonl, torn ones left out."""
    return (record for _offset, record in read_json_lines(path))
