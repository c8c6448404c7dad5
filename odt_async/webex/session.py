"""The SDK's session under our HTTP policy: every call of the API goes through `_request_w_response` here.

It replaces the SDK's own (wxc_sdk 1.41), which sleeps on a 429 while it holds its semaphore, for ever, and
retries nothing else; and it switches off aiohttp's hidden second send, so that retries have one owner.
Results and errors are those of the SDK (`tests/webex/test_session.py` compares them); what is different on
purpose: bodies are encoded and decoded by orjson, once; redirects are not followed (the token must not leave
for another host); the request headers inside an error carry no token.
"""

from __future__ import annotations

import asyncio
import itertools
import json as stdlib_json
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp
import orjson
from aiohttp import ClientResponse, RequestInfo
from multidict import CIMultiDict, CIMultiDictProxy
from wxc_sdk.as_rest import AsRestError, AsRestSession

from odt_async import events
from odt_async.errors import AmbiguousWrite, NotAuthorised, RetriesExhausted, RowDeadlineExceeded
from odt_async.model import Verdict, VerdictKind
from odt_async.webex.errors import classify_answer, classify_error
from odt_async.webex.families import family_of

if TYPE_CHECKING:
    from wxc_sdk.tokens import Tokens

__all__ = ["WEBEX", "CallRecord", "HttpPolicy", "PolicySession", "current_row"]

WEBEX = "https://webexapis.com"  # what --base-url stands in for: the SDK hard-codes it for SCIM and in links

_MOST_REFUSED_TOKENS = 3  # in one call: renewal does not help


@dataclass(slots=True)
class CallRecord:
    """What the calls of one row add up to; the row sets it in `current_row` before its first call."""

    row_index: int | None = None
    max_elapsed_s: float | None = None  # None: no deadline
    attempts: int = 0  # requests sent
    spent_s: float = 0.0  # sending and backing off; paused, held and queued time does not count
    tracking_id: str = ""  # of the last answer


current_row: ContextVar[CallRecord | None] = ContextVar("current_row", default=None)


class HttpPolicy(Protocol):
    """When a call may be sent, and what follows an answer; the runner has the implementation."""

    async def admit(self, family: str) -> None:
        """Wait until a call of *family* may be sent, and take one of the slots."""
        ...

    def release(self, family: str, sent_at: float, verdict: Verdict | None) -> None:
        """Give the slot back and learn from *verdict* (None: cancelled); *sent_at* is loop time."""
        ...

    def wait_before_retry(self, verdict: Verdict, attempt: int) -> float | None:
        """Return the seconds to back off after failed attempt *attempt* (from 1), or None to give up."""
        ...

    async def renew_token(self, refused: str) -> None:
        """Return when there is another token than *refused*.

        Raises NotAuthorised when there will be none.
        """
        ...


@dataclass(slots=True)
class _Call:
    """One call of the SDK, however often it is sent."""

    method: str
    url: str
    family: str
    headers: dict[str, str]
    data: Any
    options: dict[str, Any]  # for aiohttp: params, timeout ...
    record: CallRecord


@dataclass(slots=True)
class _Answer:
    """What came back: a response with its body, or the error that came instead."""

    response: ClientResponse | None = None
    body: Any = ""
    readable: bool = True  # False: a body that should be JSON and is not
    error: Exception | None = None
    elapsed_s: float = 0.0


class PolicySession(AsRestSession):
    """An SDK session that asks *policy* before and after every request.

    base_url: `scheme://host:port` that stands in for https://webexapis.com in every URL, SCIM's and
        pagination links included; any other host is refused.
    request_timeout_s: for one request, answer included.
    """

    def __init__(
        self,
        *,
        tokens: Tokens,
        policy: HttpPolicy,
        log: events.Logger,
        base_url: str | None = None,
        request_timeout_s: float = 60,
    ) -> None:
        super().__init__(
            tokens=tokens,
            concurrent_requests=1,  # the SDK's semaphore is not used
            retry_429=False,
            connector=aiohttp.TCPConnector(limit=0),  # the policy's slots are the only bound
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=request_timeout_s, sock_connect=min(30, request_timeout_s)),
        )
        self._retry_connection = False  # private to aiohttp; a test fails should it be renamed
        self._policy = policy
        self._log = log
        self._origin = base_url.rstrip("/") if base_url else WEBEX
        self._request_timeout_s = request_timeout_s
        self._now = asyncio.get_running_loop().time
        nonce = secrets.token_hex(4)
        self._tracking_ids = map(f"ODT_{nonce}_{{}}".format, itertools.count(1))

    async def _request_w_response(  # type: ignore[override] # noqa: PLR0917 - the SDK's signature, which its
        # decorator hides from mypy
        self,
        method: str,
        url: str,
        headers: dict[str, Any] | None = None,
        content_type: str | None = None,
        data: Any = None,
        json: Any = None,
        ignore_status: int | None = None,
        **kwargs: Any,
    ) -> tuple[ClientResponse, Any]:
        """Send one call, as often as the policy allows; return the response and its body (JSON or text).

        Raises AsRestError (or aiohttp's own error) for a permanent answer, RetriesExhausted and
        RowDeadlineExceeded when the policy gives up, AmbiguousWrite when a write was sent and its fate is
        unknown, NotAuthorised when there is no token that Webex takes.
        """
        url = self._rebase(url)
        request_headers = {"Content-Type": content_type or "application/json;charset=utf-8"}
        if headers:
            request_headers.update((k.lower(), v) for k, v in headers.items())
        call = _Call(
            method=method,
            url=url,
            family=family_of(url[len(self._origin) :]),
            headers=request_headers,
            data=data if json is None else orjson.dumps(json),
            options=kwargs,
            record=current_row.get() or CallRecord(),
        )
        refused_tokens = 0
        attempt = 0
        while True:
            attempt += 1
            token = self._tokens.access_token or ""
            answer, verdict = await self._attempt(call, token)
            response = answer.response
            if response is not None and (verdict.kind is VerdictKind.OK or response.status == ignore_status):
                return response, answer.body
            if verdict.kind is VerdictKind.AUTH:
                refused_tokens += 1
                if refused_tokens > _MOST_REFUSED_TOKENS:
                    raise NotAuthorised(f"Webex refused {refused_tokens} tokens in a row ({method} {url})")
                await self._policy.renew_token(token)
                continue
            error = answer.error or _rest_error(answer)
            if verdict.kind is VerdictKind.AMBIGUOUS:
                raise AmbiguousWrite(verdict.reason, retry_after_s=verdict.retry_after_s) from error
            if verdict.kind is VerdictKind.PERMANENT:
                raise error
            await self._back_off(call, verdict, attempt, error)

    async def _attempt(self, call: _Call, token: str) -> tuple[_Answer, Verdict]:
        """Send *call* once, when the policy lets it; return the answer and its meaning."""
        await self._policy.admit(call.family)
        record = call.record
        record.attempts += 1
        call.headers["Authorization"] = f"Bearer {token}"
        call.headers["TrackingID"] = record.tracking_id = next(self._tracking_ids)
        sent_at = self._now()
        verdict = None
        try:
            answer = await self._exchange(call)
            verdict = _classify(call.method, answer)
        finally:
            elapsed_s = self._now() - sent_at
            record.spent_s += elapsed_s
            self._policy.release(call.family, sent_at, verdict)
        answer.elapsed_s = elapsed_s
        if answer.response is not None:
            record.tracking_id = answer.response.headers.get("trackingid", record.tracking_id)
        self._log_response(call, answer, verdict)
        return answer, verdict

    async def _exchange(self, call: _Call) -> _Answer:
        options = call.options
        limit_s = call.record.max_elapsed_s
        if limit_s is not None and call.record.spent_s + self._request_timeout_s > limit_s:
            left_s = max(0.001, limit_s - call.record.spent_s)
            options = {**options, "timeout": aiohttp.ClientTimeout(total=left_s)}
        try:
            async with self.request(
                call.method, call.url, headers=call.headers, data=call.data, allow_redirects=False, **options
            ) as response:
                body, readable = await _read_body(response)
                return _Answer(response=response, body=body, readable=readable)
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            return _Answer(error=error)

    async def _back_off(self, call: _Call, verdict: Verdict, attempt: int, error: Exception) -> None:
        record = call.record
        wait_s = self._policy.wait_before_retry(verdict, attempt)
        if wait_s is None:
            raise RetriesExhausted(
                f"{call.method} {call.url} was sent {attempt} times; the last answer: {verdict.reason}"
            ) from error
        record.spent_s += wait_s
        if record.max_elapsed_s is not None and record.spent_s >= record.max_elapsed_s:
            raise RowDeadlineExceeded(
                f"the row's {record.max_elapsed_s:g} s are spent; the last answer: {verdict.reason}"
            ) from error
        self._log.info(
            events.HTTP_RETRY_SCHEDULED,
            row_index=record.row_index,
            method=call.method,
            url=call.url,
            caused_by=verdict.reason,
            retry_num=attempt,
            wait_for_s=round(wait_s, 3),
            retry_after_s=verdict.retry_after_s,
        )
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    def _rebase(self, url: str) -> str:
        if url.startswith(WEBEX + "/"):
            return self._origin + url[len(WEBEX) :]
        if url.startswith(self._origin + "/"):
            return url
        raise aiohttp.InvalidURL(url, "not a Webex URL; the token goes to no other host")

    def _log_response(self, call: _Call, answer: _Answer, verdict: Verdict) -> None:
        response = answer.response
        failed = verdict.kind is not VerdictKind.OK
        self._log.info(
            events.HTTP_RESPONSE,
            row_index=call.record.row_index,
            method=call.method,
            url=call.url if response is None else str(response.url),
            request_body=_loggable(call.data),
            status=None if response is None else response.status,
            verdict=verdict.kind,
            error=None if answer.error is None else f"{type(answer.error).__name__}: {answer.error}",
            response_headers=dict(response.headers) if failed and response is not None else None,
            response_body=answer.body or None,
            elapsed_ms=round(answer.elapsed_s * 1000, 1),
            request_tracking_id=call.headers["TrackingID"],
            tracking_id=call.record.tracking_id,
        )


def _classify(method: str, answer: _Answer) -> Verdict:
    if answer.response is None:
        assert answer.error is not None  # noqa: S101 - an exchange ends in an answer or in an error
        return classify_error(method, answer.error)
    return classify_answer(method, answer.response.status, answer.response.headers, readable=answer.readable)


async def _read_body(response: ClientResponse) -> tuple[Any, bool]:
    """Return the body as the SDK does (JSON where it says so, else text), and whether it is what it says."""
    content_type = response.headers.get("Content-Type")
    if not content_type:
        return "", True
    if not content_type.startswith("application/json"):
        text = await response.text()
        return text, not content_type.startswith("text/html") or response.status >= 300  # noqa: PLR2004
    raw = await response.read()
    if not raw.strip():
        return None, True
    try:
        return orjson.loads(raw), True
    except orjson.JSONDecodeError:
        pass
    text = await response.text()
    try:
        return stdlib_json.loads(text), True  # NaN and the like, which the SDK's decoder takes
    except ValueError:
        return text, False


def _rest_error(answer: _Answer) -> AsRestError:
    """Return the error that the SDK would raise, without the token that its request headers carry."""
    response = answer.response
    assert response is not None  # noqa: S101 - the other half of _Answer
    request = response.request_info
    headers = CIMultiDict(request.headers)
    headers["Authorization"] = "***"
    return AsRestError(
        RequestInfo(request.url, request.method, CIMultiDictProxy(headers), request.real_url),
        response.history,
        status=response.status,
        message=response.reason or "",
        headers=response.headers,
        detail=answer.body,
    )


def _loggable(data: Any) -> Any:
    if data is None:
        return None
    if isinstance(data, bytes | str):
        return orjson.Fragment(data) if data else None
    return str(data)
