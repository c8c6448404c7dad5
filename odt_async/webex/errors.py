"""What an answer of Webex means: the only place where a status or an aiohttp error gets a meaning.

The table is that of the API reference of this project (`retry classification`), but for one thing: a write
whose fate is unknown is *ambiguous* whatever its method. To read before writing again costs no more calls than
to send a PUT twice, nothing is ever applied twice, and a PUT that adds (a number, say) is not refused for what
its own first attempt did.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Mapping
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
_MASKED_HEADERS = frozenset({"authorization", "set-cookie", "cookie", "proxy-authorization"})


def classify_answer(
    method: str, status: int, headers: Mapping[str, str], *, readable: bool = True
) -> Verdict:
    """Return what an answer with *status* to *method* asks for.

    readable: False where a body that should be JSON is not (a gateway's page, a cut answer): then a
        success is no proof of anything.
    """
    if status in _SUCCESS and readable:
        return Verdict(VerdictKind.OK)
    reason = f"HTTP {status}" if readable else f"HTTP {status} with an unreadable body"
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
    wait = due - sent
    return max(0.0, wait) if math.isfinite(wait) else None


def _epoch(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _body(error: AsRestError) -> Any:
    detail: Any = error.detail
    if isinstance(detail, AsErrorDetail):
        return detail.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return detail


def _entries(body: Any) -> list[Mapping[str, Any]]:
    """Return the error entries of both of Webex's shapes, `errors[]` and `error[].message[]`."""
    if not isinstance(body, Mapping):
        return []
    found = [entry for entry in body.get("errors") or () if isinstance(entry, Mapping)]
    for group in body.get("error") or ():
        messages = group.get("message") if isinstance(group, Mapping) else None
        found += [entry for entry in messages or () if isinstance(entry, Mapping)]
    return found


def error_code(error: AsRestError) -> int | None:
    """Return Webex's own error number (4003, 25409 ...), or None where the body has none."""
    for entry in _entries(_body(error)):
        code = entry.get("code") or entry.get("errorCode")
        if str(code).isdigit():
            return int(str(code))
    return None


def describe(error: AsRestError) -> str:
    """Return one line: the status, Webex's number and Webex's words."""
    body = _body(error)
    words = [str(entry["description"]) for entry in _entries(body) if entry.get("description")]
    if not words and isinstance(body, Mapping):
        words = [str(body[key]) for key in ("message", "detail") if body.get(key)]
    code = error_code(error)
    head = f"HTTP {error.status}" if code is None else f"HTTP {error.status}, code {code}"
    return f"{head}: {'; '.join(words) or error.message}"


def remote_answer(error: AsRestError) -> dict[str, Any]:
    """Return the whole answer behind *error*, secrets masked: method, URL, status, headers and body."""
    headers: Mapping[str, str] = error.headers or {}
    return {
        "method": error.request_info.method,
        "url": str(error.request_info.url),
        "status": error.status,
        "reason": error.message,
        "headers": {str(k): "***" if k.lower() in _MASKED_HEADERS else v for k, v in headers.items()},
        "body": _body(error),
    }
