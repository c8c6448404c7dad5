"""The names of the log events, and the logger that writes them as JSON lines without a secret.

Facts are fields, never parts of the name. `row.*` and `http.*` events carry `row_index`.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

import orjson
import structlog

__all__ = [
    "HTTP_FAMILY_HELD",
    "HTTP_RESPONSE",
    "HTTP_RETRY_SCHEDULED",
    "HTTP_TOKEN_RENEWED",
    "ROW_APPLIED",
    "ROW_FAILED",
    "ROW_PLANNED",
    "ROW_READ_AGAIN",
    "ROW_UNCHANGED",
    "RUN_DRAINING",
    "RUN_FINISHED",
    "RUN_HEARTBEAT",
    "RUN_PAUSED",
    "RUN_RESUMED",
    "RUN_STARTED",
    "RUN_STOPPED",
    "Logger",
    "Redactor",
    "json_line",
    "open_logger",
    "timestamp",
]

HTTP_RESPONSE: Final = "http.response"
HTTP_RETRY_SCHEDULED: Final = "http.retry_scheduled"
HTTP_FAMILY_HELD: Final = "http.family_held"
HTTP_TOKEN_RENEWED: Final = "http.token_renewed"  # noqa: S105 - an event, not a password
ROW_APPLIED: Final = "row.applied"
ROW_UNCHANGED: Final = "row.unchanged"
ROW_PLANNED: Final = "row.planned"
ROW_FAILED: Final = "row.failed"
ROW_READ_AGAIN: Final = "row.read_again"
RUN_STARTED: Final = "run.started"
RUN_PAUSED: Final = "run.paused"
RUN_RESUMED: Final = "run.resumed"
RUN_HEARTBEAT: Final = "run.heartbeat"
RUN_DRAINING: Final = "run.draining"
RUN_STOPPED: Final = "run.stopped"
RUN_FINISHED: Final = "run.finished"

Logger = structlog.typing.FilteringBoundLogger

_BEARER = re.compile(rb"(Bearer\s+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
_NAMES = rb"(?:access_token|refresh_token|client_secret|password|authorization)"
_MEMBER = re.compile(rb'("' + _NAMES + rb'"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE)
_QUOTED_MEMBER = re.compile(rb'(\\"' + _NAMES + rb'\\"\s*:\s*\\")[^"\\]*', re.IGNORECASE)  # JSON in a string
_MASK = b"***"
_LEAST_BASE64 = 8  # characters: fewer may stand there by chance
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def timestamp() -> str:
    """Return the current time, ISO 8601 in UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def json_line(record: Mapping[str, Any]) -> bytes:
    """Return *record* as one line of JSON, newline included.

    What is no JSON is written as its `str`, and what is no text for UTF-8 (aiohttp makes lone surrogates of
    the stray bytes in a header) as question marks: a line is never lost for what it holds.
    """
    # aiohttp's header names are a subclass of str, which orjson takes for keys only when told to
    option = orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
    try:
        return orjson.dumps(record, default=str, option=option)
    except TypeError:
        return json.dumps(record, default=str, ensure_ascii=False).encode(errors="replace") + b"\n"


def _guises(secret: str) -> Iterator[bytes]:
    """Yield *secret* as it may stand in a line: as it is, in JSON, in a URL, inside of base64."""
    raw = secret.encode()
    yield raw
    yield orjson.dumps(secret)[1:-1]
    yield quote(secret, safe="").encode()
    for ahead, mixed in (
        (0, 0),
        (1, 2),
        (2, 3),
    ):  # bytes before it in a group of three, characters they touch
        encoded = base64.b64encode(bytes(ahead) + raw).rstrip(b"=")
        last_is_mixed = (ahead + len(raw)) % 3 > 0
        own = encoded[mixed : len(encoded) - last_is_mixed]
        if len(own) >= _LEAST_BASE64:
            yield own
            yield own.translate(_URL_SAFE)


class Redactor:
    """Masks secrets in bytes about to be written: the ones it was told, and whatever looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: tuple[bytes, ...] = ()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Mask *secret* from now on, wherever it stands."""
        if secret:
            # longest first: one guise may be a part of another
            guises = {*self._secrets, *_guises(secret)}
            self._secrets = tuple(sorted(guises, key=lambda guise: (-len(guise), guise)))

    def __call__(self, line: bytes) -> bytes:
        """Return *line* with every secret replaced by `***`."""
        for secret in self._secrets:
            if secret in line:
                line = line.replace(secret, _MASK)
        if b"earer" in line or b"EARER" in line:
            line = _BEARER.sub(rb"\1***", line)
        if b"token" in line or b"secret" in line or b"assword" in line or b"uthorization" in line:
            line = _MEMBER.sub(rb'\1"***"', line)
            line = _QUOTED_MEMBER.sub(rb"\1***", line)
        return line


class _LineLogger:
    """What structlog hands its rendered lines to."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self.debug = self.info = self.warning = self.error = self.critical = write


def open_logger(write: Callable[[bytes], object], redact: Redactor, **bound: Any) -> Logger:
    """Return a logger whose every event reaches *write* as one redacted JSON line, newline included.

    Nothing global is configured: several runs can log side by side in one process.
    """

    def render(_logger: Any, method: str, event: structlog.typing.EventDict) -> bytes:
        return redact(json_line({"at": timestamp(), "level": method, **event}))

    logger: Logger = structlog.wrap_logger(
        _LineLogger(write),
        processors=[render],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        context_class=dict,
        cache_logger_on_first_use=True,
    )
    return logger.bind(**bound)
