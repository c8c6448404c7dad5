"""Connections that a proxy has closed or forgotten while a run was held cost no attempts, or one at most."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from wxc_sdk.tokens import Tokens

from odt_async import events
from odt_async.errors import AmbiguousWrite
from odt_async.redaction import Redactor
from odt_async.sandbox import Sandbox, SandboxSettings, parse_faults
from odt_async.webex.session import WEBEX, PolicySession
from tests.webex.serving import Ledger

ME = f"{WEBEX}/v1/people/me"
CONNECTIONS = 8


@asynccontextmanager
async def pooled(
    fault: str, idle_s: float, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[PolicySession, Sandbox]]:
    """Open as many connections as there are slots, and leave them idle."""
    monkeypatch.setattr("aiohttp.connector.monotonic", asyncio.get_running_loop().time)  # of their age
    async with Sandbox(SandboxSettings(people=10), parse_faults([fault, "latency=10ms"])) as sandbox:
        policy = Ledger(retries=1, tokens=Tokens(access_token=sandbox.token))
        log = events.open_logger(lambda _line: None, Redactor([]))
        session = PolicySession(tokens=policy.tokens, policy=policy, log=log, base_url=sandbox.url)
        async with session:
            await asyncio.gather(*(session.rest_get(ME) for _ in range(CONNECTIONS)))
            await asyncio.sleep(idle_s)
            yield session, sandbox


@pytest.mark.parametrize(
    ("fault", "idle_s"),
    [("idle-close=5s", 6.0), ("idle-close=14s", 14.5), ("idle-forget=15s", 16.0), ("idle-forget=60s", 600.0)],
)
async def test_a_connection_that_is_gone_is_not_tried(
    fault: str, idle_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with pooled(fault, idle_s, monkeypatch) as (session, sandbox):
        await asyncio.gather(*(session.rest_get(ME) for _ in range(CONNECTIONS)))
    assert dict(sandbox.journal.requests) == {("GET", "/v1/people/me", "200"): 2 * CONNECTIONS}


async def test_a_connection_forgotten_sooner_costs_each_read_one_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with pooled("idle-forget=5s", 6.0, monkeypatch) as (session, sandbox):
        await asyncio.gather(*(session.rest_get(ME) for _ in range(CONNECTIONS)))
    assert dict(sandbox.journal.requests) == {
        ("GET", "/v1/people/me", "200"): 2 * CONNECTIONS,
        ("GET", "/v1/people/me", "idle-forget"): CONNECTIONS,
    }


async def test_a_write_on_such_a_connection_goes_back_to_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    async with pooled("idle-forget=5s", 6.0, monkeypatch) as (session, sandbox):
        with pytest.raises(AmbiguousWrite, match="ServerDisconnectedError"):
            await session.rest_put(ME, json={})
    assert sandbox.journal.count(method="PUT") == 1
