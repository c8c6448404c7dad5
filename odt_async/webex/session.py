"""The SDK's session under our HTTP policy: every call of the API goes through `_request_w_response` here.

It replaces the SDK's own (wxc_sdk 1.41), which sleeps on a 429 while it holds its semaphore, for ever, and
retries nothing else; and it switches off aiohttp's hidden second send, so that retries have one owner.
Results and errors are those of the SDK (`tests/webex/test_session.py` compares them); what is different on
purpose: bodies are encoded and decoded by orjson, once; a success whose body is not what it says, or a page for
human eyes, is taken for none; redirects are not followed (the token must not leave for another host); no error
carries the token.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson
from aiohttp import ClientResponse, ClientSession
from wxc_sdk.as_rest import AsRestSession
from yarl import URL

from odt_async import events
from odt_async.errors import (
    AmbiguousWrite,
    NotAuthorised,
    RetriesExhausted,
    RowDeadlineExceeded,
    WriteRefused,
)
from odt_async.language import written
from odt_async.model import Verdict, VerdictKind
from odt_async.webex.answers import Answer, answer_of, forget_token, refusal
from odt_async.webex.call_log import Call, log_answer, log_retry
from odt_async.webex.calls import Attempts, CallRecord, HttpPolicy, current_row
from odt_async.webex.errors import classify_answer, classify_error
from odt_async.webex.families import family_of
from odt_async.webex.line import Connector
from odt_async.webex.wire import Wire, read_body

if TYPE_CHECKING:
    from wxc_sdk.tokens import Tokens

__all__ = ["WEBEX", "PolicySession"]

WEBEX = "https://webexapis.com"  # what --base-url stands in for: the SDK hard-codes it for SCIM and in links

# Shorter than proxies, load balancers and address translators keep an idle connection (60 s and more by default):
# one that they have dropped is not tried again. A new one costs two or three round trips, once after each hold.
_KEEP_ALIVE_S = 15.0
_DNS_CACHE_S = 10  # after a failover the new address is found within that
_OWN_REQUEST = ClientSession._request  # noqa: SLF001 - what a mock puts itself in the place of
_MOST_REFUSED_TOKENS = 3  # in one call, of a source that renews itself: renewal does not help


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
            # the policy's slots are the only bound
            connector=Connector(limit=0, keepalive_timeout=_KEEP_ALIVE_S, ttl_dns_cache=_DNS_CACHE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(sock_connect=min(30, request_timeout_s)),
        )
        self._retry_connection = False  # private to aiohttp; a test fails should it be renamed
        self._policy = policy
        self._log = log
        self._origin = base_url.rstrip("/") if base_url else WEBEX
        self._request_timeout_s = request_timeout_s
        self._wire = Wire(self, self._origin, keep_alive_s=_KEEP_ALIVE_S)
        self.memory: dict[str, Any] = {}  # what the actions know from one call to the next
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
        unknown, NotAuthorised when there is no token that Webex takes, WriteRefused in a rehearsal.
        """
        url = self._rebase(url)
        request_headers = {"Content-Type": content_type or "application/json;charset=utf-8"}
        if headers:
            request_headers.update((k.lower(), v) for k, v in headers.items())
        call = Call(
            method=method,
            url=url,
            family=family_of(url[len(self._origin) :]),
            headers=request_headers,
            data=data if json is None else orjson.dumps(json),
            address=self._wire.address(url, kwargs.pop("params", None)),
            options=kwargs,
            record=current_row.get() or CallRecord(),
        )
        if call.record.rehearsal and method != "GET":
            raise WriteRefused(f"{method} {url}")
        refused_tokens = 0
        attempts: Attempts | None = None
        while True:
            answer, verdict = await self._attempt(call)
            response = answer.response
            if response is not None and (verdict.kind is VerdictKind.OK or response.status == ignore_status):
                return response, answer.body
            if verdict.kind is VerdictKind.AUTH:
                refused_tokens += 1
                if refused_tokens >= _MOST_REFUSED_TOKENS and self._policy.renews_token_itself:
                    raise NotAuthorised(
                        "Webex refused {refused_tokens} tokens in a row ({method} {url})",
                        refused_tokens=refused_tokens,
                        method=method,
                        url=url,
                    )
                await self._policy.renew_token(call.token)
                continue
            error = answer.error or refusal(answer, call.token)
            if verdict.kind is VerdictKind.AMBIGUOUS:
                raise AmbiguousWrite(verdict.reason, retry_after_s=verdict.retry_after_s) from error
            if verdict.kind is VerdictKind.PERMANENT:
                raise error
            attempts = attempts or Attempts(self._policy)
            await self._back_off(call, verdict, attempts.failed(), error)

    async def _attempt(self, call: Call) -> tuple[Answer, Verdict]:
        """Send *call* once, when the policy lets it; return the answer and its meaning."""
        record = call.record
        if record.left_s <= 0:
            raise RowDeadlineExceeded(
                "the row's {max_elapsed_s:g} s are spent", max_elapsed_s=record.max_elapsed_s
            )
        await self._policy.admit(call.family)
        call.token = self._tokens.access_token or ""  # it may have been replaced while the call waited
        call.headers["Authorization"] = f"Bearer {call.token}"
        call.headers["TrackingID"] = record.tracking_id = next(self._tracking_ids)
        sent_at = self._now()
        verdict = None
        try:
            if call.method != "GET" and record.before_write is not None:
                announce, record.before_write = record.before_write, None
                await announce()
            record.attempts += 1
            answer = await self._exchange(call)
            verdict = _classify(call.method, answer)
        finally:
            elapsed_s = self._now() - sent_at
            record.spent_s += elapsed_s
            self._policy.release(call.method, call.family, sent_at, verdict)
        answer.elapsed_s = elapsed_s
        record.tracking_id = answer.tracking_id or record.tracking_id
        log_answer(self._log, call, answer, verdict)
        return answer, verdict

    async def _exchange(self, call: Call) -> Answer:
        limit_s = min(call.record.left_s, self._request_timeout_s)
        try:
            if call.is_plain and not self.trace_configs and ClientSession._request is _OWN_REQUEST:  # noqa: SLF001
                return answer_of(
                    *await self._wire.send(
                        call.method, call.address, headers=call.headers, data=call.data, limit_s=limit_s
                    )
                )
            async with asyncio.timeout(limit_s):
                return answer_of(*await self._send_by_aiohttp(call))
        except aiohttp.ClientResponseError as error:
            forget_token(error)
            return Answer(error=error)
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            return Answer(error=error)

    async def _send_by_aiohttp(self, call: Call) -> tuple[ClientResponse, bytes | None]:
        """Send a form, a file: nothing that an action sends; or what somebody watches (a trace, a mock)."""
        address = URL(call.address, encoded=True)
        async with self.request(
            call.method, address, headers=call.headers, data=call.data, allow_redirects=False, **call.options
        ) as response:
            return response, await read_body(response.content)

    async def close(self) -> None:
        """Close all connections."""
        self._wire.close()
        await super().close()

    async def _back_off(self, call: Call, verdict: Verdict, attempt: int, error: Exception) -> None:
        record = call.record
        wait_s = self._policy.wait_before_retry(verdict, attempt)
        if wait_s is None:
            raise RetriesExhausted(
                "{method} {url} was sent {attempt} times; the last answer: {reason}",
                method=call.method,
                url=call.url,
                attempt=attempt,
                reason=verdict.reason,
            ) from error
        record.spent_s += wait_s
        if record.left_s <= 0:
            raise RowDeadlineExceeded(
                "the row's {max_elapsed_s:g} s are spent; the last answer: {reason}",
                max_elapsed_s=record.max_elapsed_s,
                reason=verdict.reason,
            ) from error
        log_retry(self._log, call, verdict, retry_num=attempt, wait_s=wait_s)
        if wait_s > 0:
            await self._policy.sleep(wait_s)

    def _rebase(self, url: str) -> str:
        if url.startswith(WEBEX + "/"):
            return self._origin + url[len(WEBEX) :]
        if url.startswith(self._origin + "/"):
            return url
        raise aiohttp.InvalidURL(url, written("not a Webex URL; the token goes to no other host"))


def _classify(method: str, answer: Answer) -> Verdict:
    if answer.response is None:
        assert answer.error is not None  # noqa: S101 - an exchange ends in an answer or in an error
        return classify_error(method, answer.error)
    return classify_answer(method, answer.response.status, answer.response.headers, defect=answer.defect)
