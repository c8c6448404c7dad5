"""One call of the SDK, and the lines of the action log that tell of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from odt_async import events
from odt_async.model import Verdict, VerdictKind
from odt_async.webex.answers import Answer
from odt_async.webex.calls import CallRecord
from odt_async.webex.errors import masked

__all__ = ["Call", "log_answer", "log_retry"]

_PLAIN = (bytes, str, type(None))  # bodies that go over the wire as they are
# bytes of an answer: pages of a list would push everything else out of a log that rotates
_MOST_LOGGED = 32_768


@dataclass(slots=True)
class Call:
    """One call of the SDK, however often it is sent."""

    method: str
    url: str
    family: str
    headers: dict[str, str]
    data: Any
    address: str  # quoted, with its query
    options: dict[str, Any]  # for aiohttp: a proxy ...
    record: CallRecord
    token: str = ""  # that it was sent with

    @property
    def is_plain(self) -> bool:
        """Whether its body is bytes, and nothing is asked of aiohttp but to send it."""
        return not self.options and isinstance(self.data, _PLAIN)


def log_answer(log: events.Logger, call: Call, answer: Answer, verdict: Verdict) -> None:
    """Log one exchange: what was sent, and what came of it."""
    response = answer.response
    failed = verdict.kind is not VerdictKind.OK
    log.info(
        events.HTTP_RESPONSE,
        row_index=call.record.row_index,
        method=call.method,
        url=call.address,
        request_body=_loggable(call.data),
        status=None if response is None else response.status,
        verdict=verdict.kind,
        error=None if answer.error is None else f"{type(answer.error).__name__}: {answer.error}",
        response_headers=masked(response.headers) if failed and response is not None else None,
        response_body=(answer.body or None) if answer.size <= _MOST_LOGGED else f"{answer.size} bytes",
        elapsed_ms=round(answer.elapsed_s * 1000, 1),
        request_tracking_id=call.headers["TrackingID"],
        tracking_id=call.record.tracking_id,
    )


def log_retry(log: events.Logger, call: Call, verdict: Verdict, *, retry_num: int, wait_s: float) -> None:
    """Log that *call* is sent again, for the *retry_num*th time, in *wait_s* seconds."""
    log.info(
        events.HTTP_RETRY_SCHEDULED,
        row_index=call.record.row_index,
        method=call.method,
        url=call.url,
        caused_by=verdict.reason,
        retry_num=retry_num,
        wait_for_s=round(wait_s, 3),
        retry_after_s=verdict.retry_after_s,
    )


def _loggable(data: Any) -> Any:
    """Return a request's body as the log takes it: JSON as it is, anything else as text."""
    if isinstance(data, str):
        data = data.encode()
    if not isinstance(data, bytes):
        return None if data is None else str(data)
    if data.startswith((b"{", b"[")) and b"\n" not in data:
        return orjson.Fragment(data)
    return data.decode(errors="replace")
