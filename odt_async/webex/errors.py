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
    "is_error_body",
    "masked",
    "parse_retry_after",
    "remote_answer",
    "status_and_code",
]

_OK = Verdict(VerdictKind.OK)  # of nearly every call
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110, 9.2.1: they change nothing

_UNPROCESSED = frozenset({408, 423, 425})  # the server says that it has not acted: again, whatever the method
_REFUSED_5XX = frozenset({501, 505, 511})  # repeating cannot help
_SENT_AWAY = frozenset({302, 303, 307})  # for now: by a gateway, as Webex redirects nobody
_SUCCESS = range(200, 300)
_SERVER_ERRORS = frozenset(range(500, 600)) - _REFUSED_5XX

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
_SCIM_ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"  # RFC 7644, 3.12
# all that an error's body has, and its entries
_ENVELOPE = frozenset(
    {
        *("message", "errors", "error", "trackingId", "trackingid", "key", "code", "description"),
        *("errorCode", "errorMessage", "error_description"),
    }
)
_MARKS = frozenset({"schemas", "errors", "error"})  # one of them is in every error
_MASKED_HEADERS = frozenset({"authorization", "set-cookie", "cookie", "proxy-authorization"})


def classify_answer(method: str, status: int, headers: Mapping[str, str], *, defect: str = "") -> Verdict:
    """Return what an answer with *status* to *method* asks for.

    defect: what is wrong with its body (a gateway's page, a cut answer); then a success is no proof of
        anything.
    """
    if status in _SUCCESS and not defect:
        return _OK
    reason = f"HTTP {status}, {defect}" if status in _SUCCESS else f"HTTP {status}"
    if status == HTTPStatus.UNAUTHORIZED:
        return Verdict(VerdictKind.AUTH, reason)
    wait_s = _retry_after(headers)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Verdict(VerdictKind.THROTTLED, reason, wait_s or None)  # 0 would be "now", which it is not
    if status in _UNPROCESSED:
        return Verdict(VerdictKind.TRANSIENT, reason, wait_s)
    if status in _SUCCESS or status in _SENT_AWAY or status in _SERVER_ERRORS:
        return Verdict(_unknown_fate(method), reason, wait_s)
    return Verdict(VerdictKind.PERMANENT, reason)


def classify_error(method: str, error: Exception) -> Verdict:
    """Return what a call to *method* that ended in *error*, without a whole answer, asks for."""
    reason = type(error).__name__
    if isinstance(error, _HOPELESS):
        return Verdict(VerdictKind.PERMANENT, reason)
    if isinstance(error, _NOT_SENT):
        return Verdict(VerdictKind.TRANSIENT, reason, sent=False)
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


def is_error_body(body: Any) -> bool:
    """Tell whether *body* is an error and nothing else, in any of the shapes that Webex writes errors in.

    Not so an answer that has `errors` beside its results (a person, SCIM Bulk), nor the list of numbers that a
    location has refused, whose entries name the number.
    """
    if not isinstance(body, dict) or _MARKS.isdisjoint(body):
        return False
    schemas = body.get("schemas")
    if isinstance(schemas, list) and _SCIM_ERROR_SCHEMA in schemas:
        return True
    told = [body[name] for name in ("errors", "error") if body.get(name)]
    return bool(told) and body.keys() <= _ENVELOPE and all(map(_is_told_error, told))


def _is_told_error(part: Any) -> bool:
    if isinstance(part, list):
        return all(map(_is_told_error, part))
    return isinstance(part, str) or (isinstance(part, Mapping) and part.keys() <= _ENVELOPE)


def error_code(error: AsRestError) -> int | None:
    """Return Webex's own error number (4003, 25409 ...), or None where the body has none."""
    numbers = (str(number) for number, _words in _entries(_body(error)))
    return next((int(number) for number in numbers if _NUMBER.fullmatch(number)), None)


def status_and_code(error: AsRestError) -> str:
    """Return the status and Webex's number, such as `HTTP 403, code 4003`."""
    code = error_code(error)
    return f"HTTP {error.status}" if code is None else f"HTTP {error.status}, code {code}"


def describe(error: AsRestError) -> str:
    """Return one line: the status, Webex's number and Webex's words."""
    words = [words for _number, words in _entries(_body(error)) if words]
    return " ".join(f"{status_and_code(error)}: {'; '.join(words) or error.message}".split())


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
