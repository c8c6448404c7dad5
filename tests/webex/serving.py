"""A tiny Webex that answers as it is told, and a policy that writes down what it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from aiohttp import web
from wxc_sdk.as_rest import AsRestSession
from wxc_sdk.tokens import Tokens

from odt_async import events
from odt_async.model import Verdict
from odt_async.redaction import Redactor
from odt_async.webex.session import PolicySession

__all__ = [
    "CALLING",
    "DROP",
    "EMPTY",
    "JSON",
    "PLATFORM",
    "STALL",
    "TOKEN",
    "Asked",
    "Ledger",
    "Reply",
    "Stub",
    "json_reply",
    "open_session",
    "plain_session",
    "served",
]

TOKEN = "token-0123456789"
JSON = "application/json;charset=UTF-8"
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"  # the same in every answer, so that two can be compared


@dataclass(frozen=True)
class Reply:
    """An answer to one request."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""  # sent instead of all this, and the connection closed
    drops: bool = False  # the connection is dropped instead
    stalls: bool = False  # no answer ever


DROP = Reply(drops=True)
STALL = Reply(stalls=True)
EMPTY = Reply(204)
PLATFORM = {"message": "Bad.", "errors": [{"description": "Taken.", "errorCode": 4202}], "trackingId": "T1"}
CALLING = {"error": [{"key": "404", "message": [{"code": 4008, "description": "None."}]}], "trackingId": "T1"}


class Asked(NamedTuple):
    """A request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def token(self) -> str:
        return self.headers["Authorization"].removeprefix("Bearer ")


class Stub:
    """Gives its replies in turn, the last one again and again."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[Asked] = []
        self.url = ""

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        self.asked.append(Asked(request.method, request.raw_path, dict(request.headers), body))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        transport = request.transport
        assert transport is not None
        while reply.stalls and not transport.is_closing():  # noqa: ASYNC110 - aiohttp tells nobody
            await asyncio.sleep(1)
        if reply.raw:
            transport.write(reply.raw)
            transport.close()
        elif reply.drops:
            transport.abort()
        headers = {"Date": DATE, **reply.headers}
        return web.Response(status=reply.status, body=reply.body or None, headers=headers)


def json_reply(body: object, status: int = 200, /, **headers: str) -> Reply:
    return Reply(status, orjson.dumps(body), {"Content-Type": JSON, **headers})


@asynccontextmanager
async def served(*replies: Reply) -> AsyncIterator[Stub]:
    """Serve a stub on a free port of this machine."""
    stub = Stub(*replies)
    runner = web.ServerRunner(web.Server(stub.handle, access_log=None))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        stub.url = "http://{}:{}".format(*runner.addresses[0][:2])
        yield stub
    finally:
        await runner.cleanup()


@dataclass
class Ledger:
    """A policy that admits everybody at once, and writes down what it is asked."""

    retries: int = 0  # of one call
    wait_s: float = 0.0  # before each
    tokens: Tokens = field(default_factory=lambda: Tokens(access_token=TOKEN))
    new_tokens: list[str] = field(default_factory=list)
    steps: list[tuple[object, ...]] = field(default_factory=list)
    excused: int = 0
    undecided: bool = False
    renews_token_itself: bool = True

    async def admit(self, family: str) -> None:
        await asyncio.sleep(0)
        self.steps.append(("admit", family))

    def release(self, _method: str, family: str, sent_at: float, verdict: Verdict | None) -> None:
        self.steps.append(("release", family, sent_at, verdict and verdict.kind))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def wait_before_retry(self, verdict: Verdict, attempt: int) -> float | None:
        self.steps.append(("wait", verdict.kind, attempt))
        return self.wait_s if attempt <= self.retries else None

    async def renew_token(self, refused: str) -> None:
        self.steps.append(("renew", refused))
        self.tokens.access_token = self.new_tokens.pop(0)


@asynccontextmanager
async def open_session(
    stub: Stub, policy: Ledger | None = None, *, lines: list[bytes] | None = None
) -> AsyncIterator[PolicySession]:
    """Open a session to *stub*; its log goes to *lines*."""
    policy = policy or Ledger()
    log = events.open_logger((lines if lines is not None else []).append, Redactor([TOKEN]))
    session = PolicySession(tokens=policy.tokens, policy=policy, log=log, base_url=stub.url)
    async with session:
        yield session


@asynccontextmanager
async def plain_session() -> AsyncIterator[Any]:  # its decorator hides from mypy that it is to be awaited
    """Open a session of the SDK as it comes."""
    async with AsRestSession(
        tokens=Tokens(access_token=TOKEN), concurrent_requests=1, retry_429=False
    ) as session:
        yield session
