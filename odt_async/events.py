"""The names of the log events, and the logger that writes them as JSON lines without a secret.

Facts are fields, never parts of the name. `row.*` and `http.*` events carry `row_index`.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast

import orjson
import structlog

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
    "Redactor",
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

_BEARER = re.compile(rb"(Bearer(?:\s|\+|%20)+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
_JWT = re.compile(rb"eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?")
_NAMES = rb"(?:access_token|refresh_token|client_secret|password|authorization)"
_MEMBER = re.compile(rb'("' + _NAMES + rb'"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE)
# JSON in a string, however deep
_QUOTED_MEMBER = re.compile(rb'((\\+)"' + _NAMES + rb'\2"\s*:\s*\2")[^"\\]*', re.IGNORECASE)
_MASK = b"***"
_MOST_SOUGHT = 48  # characters of a secret: to prepare the search for more costs more than it saves
_LEAST_ENCODED = 8  # characters of base64 or hex: fewer may stand there by chance
_PLAIN = re.compile(r"[\w.-]+", re.ASCII)  # what URLs (RFC 3986, 2.3) and JSON leave alone
_BACKSLASH = rb"(?:\\|%(?:25)*5[Cc])"
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class _Clock:
    """The current time as text, made once a millisecond, and all but the milliseconds once a second."""

    def __init__(self) -> None:
        self._text = self._start = ""
        self._second = self._millisecond = -1

    def __call__(self) -> str:
        """Return the current time, ISO 8601 in UTC with milliseconds."""
        millisecond = int(time.time() * 1000)
        if millisecond != self._millisecond:  # a clock may be set back
            self._millisecond = millisecond
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


def _guises(secret: str) -> Iterator[str]:
    """Yield *secret* as it may stand in a line, but for escapes: as it is, in hex, inside of base64."""
    raw = secret.encode()
    yield secret
    encoded = [raw.hex(), raw.hex().upper()]
    for ahead, mixed in (
        (0, 0),
        (1, 2),
        (2, 3),
    ):  # bytes before it in a group of three, characters they touch
        base = base64.b64encode(bytes(ahead) + raw).rstrip(b"=")
        last_is_mixed = (ahead + len(raw)) % 3 > 0
        own = base[mixed : len(base) - last_is_mixed]
        encoded += [own.decode(), own.translate(_URL_SAFE).decode()]
    yield from (guise for guise in encoded if len(guise) >= _LEAST_ENCODED)


def _matcher(guise: str) -> re.Pattern[bytes] | bytes:
    """Return what finds *guise*: itself, or where URLs and JSON write it otherwise, with any escapes, nested too."""
    if _PLAIN.fullmatch(guise):
        return guise.encode()
    return re.compile(b"".join(map(_escaped, guise)))


def _escaped(char: str) -> bytes:
    raw = char.encode()
    if _PLAIN.fullmatch(char):
        return re.escape(raw)
    if char == "\\":
        return _BACKSLASH + b"{1,16}"
    percent = b"".join(b"%%(?:25)*(?i:%02x)" % byte for byte in raw)
    either = b"(?:" + re.escape(raw) + b"|" + percent + b"|u(?i:%04x))" % ord(char)
    return _BACKSLASH + b"{0,16}" + either


def _tell_tale(guise: str) -> bytes:
    """Return the longest part of *guise* that no escape changes, or as much of it as is found fastest."""
    return max(_PLAIN.findall(guise), key=len, default="")[:_MOST_SOUGHT].encode()


class Redactor:
    """Masks secrets in bytes about to be written: the ones it was told, and whatever looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._guises: tuple[str, ...] = ()
        self._matchers: tuple[re.Pattern[bytes] | bytes, ...] = ()
        # one of them is in every line that has a secret, however escaped, and hardly ever in another
        self._tell_tales: tuple[bytes, ...] = ()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Mask *secret* from now on, wherever it stands."""
        if secret:
            # longest first: one guise may be a part of another
            guises = {*self._guises, *_guises(secret)}
            self._guises = tuple(sorted(guises, key=lambda guise: (-len(guise), guise)))
            self._matchers = tuple(map(_matcher, self._guises))
            self._tell_tales = tuple(map(_tell_tale, self._guises))

    def told(self, line: bytes) -> bytes:
        """Return *line* with the secrets that it was told replaced by `***`: for files that are read back."""
        for tell_tale in self._tell_tales:
            if tell_tale in line:
                break
        else:  # nearly every line
            return line
        for secret in self._matchers:
            if isinstance(secret, re.Pattern):
                line = secret.sub(_MASK, line)
            elif secret in line:
                line = line.replace(secret, _MASK)
        return line

    def text(self, text: str) -> str:
        """Return *text* with every secret replaced by `***`, and whatever looks like one."""
        return self(text.encode(errors="surrogatepass")).decode(errors="surrogatepass")

    def __call__(self, line: bytes) -> bytes:
        """Return *line* with every secret replaced by `***`, and whatever looks like one."""
        line = self.told(line)
        if b"earer" in line or b"EARER" in line:
            line = _BEARER.sub(rb"\1***", line)
        if b"eyJ" in line:
            line = _JWT.sub(_MASK, line)
        if b"token" in line or b"secret" in line or b"assword" in line or b"uthorization" in line:
            line = _MEMBER.sub(rb'\1"***"', line)
            line = _QUOTED_MEMBER.sub(rb"\1***", line)
        return line


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
