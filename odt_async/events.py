"""The names of the log events, and the logger that writes them as JSON lines without a secret.

Facts are fields, never parts of the name. `row.*` and `http.*` events carry `row_index`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast

import orjson
import structlog

from odt_async.redaction import Redactor

__all__ = [
    "ALERT_FAILED",
    "BATCH_SENT",
    "BATCH_SPLIT",
    "HTTP_FAMILY_HELD",
    "HTTP_RESPONSE",
    "HTTP_RETRY_SCHEDULED",
    "HTTP_TOKEN_ENDING",
    "HTTP_TOKEN_NOT_RENEWED",
    "HTTP_TOKEN_RENEWED",
    "ROW_APPLIED",
    "ROW_FAILED",
    "ROW_PLANNED",
    "ROW_READ_AGAIN",
    "ROW_UNCHANGED",
    "RUN_CHANGED",
    "RUN_FINISHED",
    "RUN_HEARTBEAT",
    "RUN_OUT_OF_REACH",
    "RUN_PAUSED",
    "RUN_RESUMED",
    "RUN_STARTED",
    "RUN_STOPPED",
    "Logger",
    "json_line",
    "open_logger",
    "timestamp",
]

ALERT_FAILED: Final = "alert.failed"  # somebody cannot be told of the run
HTTP_RESPONSE: Final = "http.response"
HTTP_RETRY_SCHEDULED: Final = "http.retry_scheduled"
HTTP_FAMILY_HELD: Final = "http.family_held"
HTTP_TOKEN_ENDING: Final = "http.token_ending"  # noqa: S105 - an event, not a password
HTTP_TOKEN_NOT_RENEWED: Final = "http.token_not_renewed"  # noqa: S105
HTTP_TOKEN_RENEWED: Final = "http.token_renewed"  # noqa: S105 - an event, not a password
BATCH_SENT: Final = "batch.sent"  # of several rows
BATCH_SPLIT: Final = "batch.split"
ROW_APPLIED: Final = "row.applied"
ROW_UNCHANGED: Final = "row.unchanged"
ROW_PLANNED: Final = "row.planned"
ROW_FAILED: Final = "row.failed"
ROW_READ_AGAIN: Final = "row.read_again"
RUN_STARTED: Final = "run.started"
RUN_OUT_OF_REACH: Final = "run.out_of_reach"
RUN_PAUSED: Final = "run.paused"
RUN_RESUMED: Final = "run.resumed"
RUN_HEARTBEAT: Final = "run.heartbeat"
RUN_CHANGED: Final = "run.changed"
RUN_STOPPED: Final = "run.stopped"
RUN_FINISHED: Final = "run.finished"

Logger = structlog.typing.FilteringBoundLogger


class _Clock:
    """The current time as text, made once a millisecond, and all but the milliseconds once a second."""

    def __init__(self) -> None:
        self._text = self._start = ""
        self._second = -1
        self._from_s = self._to_s = 0.0  # of the millisecond

    def __call__(self) -> str:
        """Return the current time, ISO 8601 in UTC with milliseconds."""
        now = time.time()
        if not self._from_s <= now < self._to_s:  # a clock may be set back
            millisecond = int(now * 1000)
            self._from_s, self._to_s = millisecond / 1000, (millisecond + 1) / 1000
            second, rest = divmod(millisecond, 1000)
            if second != self._second:
                self._second = second
                self._start = f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}"
            self._text = f"{self._start}.{rest:03d}Z"
        return self._text


timestamp = _Clock()


def json_line(record: Mapping[str, Any]) -> bytes:
    """Return *record* as one line of JSON, newline included.

    What is no JSON is written as its `str`, and what is no text for UTF-8 (aiohttp makes lone surrogates of
    the stray bytes in a header) as question marks: a line is never lost for what it holds.
    """
    try:
        return orjson.dumps(record, default=str, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        pass
    try:
        # aiohttp's header names are a subclass of str, which orjson takes for keys only when told to, and slowly
        option = orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
        return orjson.dumps(record, default=str, option=option)
    except TypeError:
        return json.dumps(record, default=str, ensure_ascii=False).encode(errors="replace") + b"\n"


def _level(name: str) -> Callable[..., None]:
    def log(self: _BoundLogger, event: str, **fields: Any) -> None:
        self._logger(json_line({"at": timestamp(), "level": name, **self._context, **fields, "event": event}))

    return log


class _BoundLogger(structlog.BoundLoggerBase):
    """structlog's bound logger with one step from event to line, where its chain of processors takes ten.

    What it wraps is a function that takes the finished line.
    """

    info = _level("info")
    warning = _level("warning")
    error = _level("error")
    critical = _level("critical")

    def debug(self, event: str, **fields: Any) -> None:
        """Nothing: what is for developers is not logged."""


def open_logger(write: Callable[[bytes], object], redact: Redactor | None, **bound: Any) -> Logger:
    """Return a logger whose every event reaches *write* as one redacted JSON line, newline included.

    redact: None when *write* sees to that itself.

    Nothing global is configured: several runs can log side by side in one process.
    """

    def write_redacted(line: bytes) -> None:
        assert redact is not None  # noqa: S101 - else it is not called
        write(redact(line))

    return cast("Logger", _BoundLogger(write if redact is None else write_redacted, (), bound))
