"""What an answer of Webex means: the only place where a status or an aiohttp error gets a meaning.

The table is that of the API reference of this project (`retry classification`), but for one thing: a write
whose fate is unknown is *ambiguous* whatever its method. To read before writing again costs no more calls than
to send a PUT twice, nothing is ever applied twice, and a PUT that adds (a number, say) is not refused for what
its own first attempt did.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import aiohttp
from wxc_sdk.as_rest import AsErrorDetail, AsRestError

from odt_async.model import Verdict, VerdictKind

__all__ = [
    "classify_answer",
    "classify_error",
    "describe",
    "error_code",
    "masked",
    "parse_retry_after",
    "remote_answer",
]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110, 9.2.1: they change nothing

_UNPROCESSED = frozenset({408, 423, 425})  # the server says that it has not acted: again, whatever the method
_REFUSED_5XX = frozenset({501, 505, 511})  # repeating cannot help
_SUCCESS = range(200, 300)
_SERVER_ERRORS = range(500, 600)

# aiohttp errors raised before a byte of the request has left
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
# a wrong certificate, host or URL will be as wrong the next time
_HOPELESS = (
    aiohttp.ClientSSLError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
    aiohttp.TooManyRedirects,
)
_DELTA = re.compile(r"\d{1,12}(?:\.\d{1,9})?")
_NUMBER = re.compile(r"[0-9]{1,12}")
_SCIM_ERROR = "urn:scim:schemas:extension:cisco:webexidentity:api:messages"  # with a version behind it
_MASKED_HEADERS = frozenset({"authorization", "set-cookie", "cookie", "proxy-authorization"})


def classify_answer(
    method: str, status: int, headers: Mapping[str, str], *, readable: bool = True
) -> Verdict:
    """Return what an answer with *status* to *method* asks for.

    readable: False for a body that is not what it should be (a gateway's page, a cut answer): then a
        success is no proof of anything.
    """
    if status in _SUCCESS and readable:
        return Verdict(VerdictKind.OK)
    reason = f"HTTP {status}" if readable or status not in _SUCCESS else f"HTTP {status}, unreadable"
    if status == HTTPStatus.UNAUTHORIZED:
        return Verdict(VerdictKind.AUTH, reason)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Verdict(VerdictKind.THROTTLED, reason, _retry_after(headers))
    if status in _UNPROCESSED:
        return Verdict(VerdictKind.TRANSIENT, reason, _retry_after(headers))
    if status in _SUCCESS or (status in _SERVER_ERRORS and status not in _REFUSED_5XX):
        return Verdict(_unknown_fate(method), reason, _retry_after(headers))
    return Verdict(VerdictKind.PERMANENT, reason)


def classify_error(method: str, error: Exception) -> Verdict:
    """Return what a call to *method* that ended in *error*, without a whole answer, asks for."""
    reason = type(error).__name__
    if isinstance(error, _HOPELESS):
        return Verdict(VerdictKind.PERMANENT, reason)
    if isinstance(error, _NOT_SENT):
        return Verdict(VerdictKind.TRANSIENT, reason)
    if isinstance(error, aiohttp.ClientError | asyncio.TimeoutError | OSError):
        return Verdict(_unknown_fate(method), reason)
    return Verdict(VerdictKind.PERMANENT, reason)


def _unknown_fate(method: str) -> VerdictKind:
    return VerdictKind.TRANSIENT if method in _SAFE else VerdictKind.AMBIGUOUS


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = headers.get("Retry-After")
    return None if value is None else parse_retry_after(value, date=headers.get("Date"))


def parse_retry_after(value: str, *, date: str | None = None, now: float | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks for, or None where it says nothing.

    Takes an integer or a fraction of seconds, and an HTTP date (RFC 9110, 10.2.3), which is counted from
    the answer's own Date header: the server's clock and ours need not agree. A date in the past and a
    negative number are 0.

    now: epoch seconds, used where there is no Date header.
    """
    text = value.strip()
    if _DELTA.fullmatch(text):
        return float(text)
    if re.fullmatch(r"-[\d.]+", text):
        return 0.0
    due = _epoch(text)
    if due is None:
        return None
    sent = _epoch(date) if date else None
    if sent is None:
        sent = time.time() if now is None else now
    return max(0.0, due - sent)


def _epoch(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:  # an HTTP date without a zone is one of UTC (RFC 9110, 5.6.7)
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp()
    except (ValueError, OverflowError):
        return None


def _body(error: AsRestError) -> Any:
    detail: Any = error.detail
    if isinstance(detail, AsErrorDetail):
        return detail.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return detail


def _entries(body: Any) -> Iterator[tuple[Any, str]]:
    """Yield number and words of each error in a body, the innermost first; "" where the words are missing.

    Webex has many shapes: `errors[]`; `error[].message[]`; `error[]` with a text for its message (moves of
    users); a list of such objects (numbers of a location); SCIM's `detail` with the number in a namespace of
    its own; a bare `message`, which only repeats the others where there are any.
    """
    if isinstance(body, list):
        for part in body:
            yield from _entries(part)
    elif isinstance(body, Mapping):
        parts = [body[key] for key in ("errors", "error", "message") if isinstance(body.get(key), list)]
        parts += [part for key, part in body.items() if key.startswith(_SCIM_ERROR)]
        inner = [entry for part in parts for entry in _entries(part)]
        yield from inner
        own = (body.get(key) for key in ("description", "errorMessage", "message", "detail"))
        repeated = any(words for _number, words in inner)
        words = "" if repeated else next((text for text in own if text and isinstance(text, str)), "")
        yield body.get("code") or body.get("errorCode"), words


def error_code(error: AsRestError) -> int | None:
    """Return Webex's own error number (4003, 25409 ...), or None where the body has none."""
    numbers = (str(number) for number, _words in _entries(_body(error)))
    return next((int(number) for number in numbers if _NUMBER.fullmatch(number)), None)


def describe(error: AsRestError) -> str:
    """Return one line: the status, Webex's number and Webex's words."""
    words = [words for _number, words in _entries(_body(error)) if words]
    code = error_code(error)
    head = f"HTTP {error.status}" if code is None else f"HTTP {error.status}, code {code}"
    return " ".join(f"{head}: {'; '.join(words) or error.message}".split())


def remote_answer(error: AsRestError) -> dict[str, Any]:
    """Return the whole answer behind *error*, secrets masked: method, URL, status, headers and body."""
    return {
        "method": error.request_info.method,
        "url": str(error.request_info.url),
        "status": error.status,
        "reason": error.message,
        "headers": masked(error.headers or {}),
        "body": _body(error),
    }


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """Return *headers* as JSON takes them, those that carry a secret without it."""
    return {
        str(name): "***" if name.lower() in _MASKED_HEADERS else value.encode(errors="replace").decode()
        for name, value in headers.items()
    }
