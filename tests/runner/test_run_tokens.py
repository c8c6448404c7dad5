"""Tokens in a run: they expire, they are replaced, they are refused, and they are written nowhere."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from odt_async.errors import NotAuthorised
from odt_async.runner.active import Run
from odt_async.sandbox import Sandbox
from tests.runner.running import (
    LOGS,
    Watcher,
    check_that_the_files_add_up,
    interrupt,
    run_on,
    sandbox,
    write_rows,
)

REFRESH = "/v1/access_token"
TOKEN_FILE = Path("token")
TTL = ("token-ttl=60s", "latency=4s~20%")  # 100 rows at 8 a time take two minutes


def app_of(served: Sandbox) -> dict[str, Any]:
    """Return the settings of the sandbox's service app."""
    return {
        "refresh_token": served.refresh_token,
        "client_id": served.client_id,
        "client_secret": served.client_secret,
    }


async def test_a_token_that_expires_is_renewed_for_everybody_at_once() -> None:
    write_rows(100)
    async with sandbox(*TTL) as served:
        left = await run_on(served, **app_of(served))
        renewals = served.journal.count(route=REFRESH)
    seconds = left.report["elapsed_s"]
    check_that_the_files_add_up(left)
    assert (left.counts, served.journal.double_applies) == ({"applied": 100}, 0)
    assert 2 <= renewals <= seconds // 60 + 2
    assert served.journal.count(result="401") > renewals


def write_token(text: str) -> None:
    TOKEN_FILE.write_text(f"{text}\n", "ascii")


def replace_when_paused(served: Sandbox) -> Callable[[Run], None]:
    """Return what an operator does who sees that the run is paused: write a new token into the file."""

    def replace(run: Run) -> None:
        if run.state == "paused":
            write_token(served.tokens.issue(asyncio.get_running_loop().time()))

    return replace


async def test_a_run_pauses_until_somebody_writes_a_new_token_into_its_file() -> None:
    write_rows(100)
    async with sandbox(*TTL) as served:
        write_token(served.token)
        watcher = Watcher(on_tick=replace_when_paused(served))
        left = await run_on(served, watcher=watcher, token_file=TOKEN_FILE, access_token=None)
    check_that_the_files_add_up(left)
    assert (left.counts, served.journal.double_applies) == ({"applied": 100}, 0)
    assert {"running", "paused"} <= set(watcher.states)


async def test_a_paused_run_can_be_interrupted() -> None:
    write_rows(100)
    async with sandbox(*TTL) as served:
        write_token(served.token)
        watcher = Watcher(on_tick=lambda run: interrupt() if run.state == "paused" else None)
        left = await run_on(served, watcher=watcher, token_file=TOKEN_FILE, access_token=None)
    check_that_the_files_add_up(left)
    assert left.report["stop_reason"] == "SIGINT"
    assert (left.counts["applied"] > 0, left.counts["pending"] > 0, len(left.counts)) == (True, True, 2)


async def test_a_fixed_token_that_expires_ends_the_run_and_resume_goes_on_with_another() -> None:
    write_rows(100)
    async with sandbox(*TTL) as served:
        left = await run_on(served)
        token = served.tokens.issue(asyncio.get_running_loop().time() + 1e6)
        again = await run_on(served, access_token=token, resume="latest")
    check_that_the_files_add_up(left)
    check_that_the_files_add_up(again)
    assert isinstance(left.result.stopped_by, NotAuthorised)
    assert again.counts == {"applied": left.counts["pending"], "skipped": left.counts["applied"]}
    assert served.journal.double_applies == 0


@pytest.mark.parametrize("source", ["access_token", "token_file"])
async def test_a_first_token_that_is_refused_ends_the_run_before_any_row(source: str) -> None:
    write_rows(30)
    write_token("not-a-token")
    settings: dict[str, Any] = {source: TOKEN_FILE if source == "token_file" else "not-a-token"}
    async with sandbox() as served:
        left = await run_on(served, **settings)
        sent = served.journal.total
    check_that_the_files_add_up(left)
    assert isinstance(left.result.stopped_by, NotAuthorised)
    assert left.counts == {"pending": 30}
    assert sent <= 16


async def test_a_refresh_token_that_is_refused_is_said_before_any_file_is_made() -> None:
    write_rows(3)
    async with sandbox() as served:
        app = app_of(served) | {"refresh_token": "not-a-token"}
        with pytest.raises(NotAuthorised, match="refuses to renew the token"):
            await run_on(served, **app)
    assert not LOGS.exists()


def spellings(secret: str) -> list[bytes]:
    """Return *secret* as it is, in a URL and in base64 at each of the three offsets it may have there."""
    raw = secret.encode()
    encoded = [base64.b64encode(b"\0" * offset + raw)[4:-4] for offset in range(3)]
    return [raw, quote(secret, safe="").encode(), *encoded]


def files_with(secrets: set[str]) -> list[str]:
    """Return the files that a run has left with one of *secrets* in them."""
    contents = {path.name: path.read_bytes() for path in LOGS.iterdir()}
    return [
        name
        for name, content in contents.items()
        if any(spelling in content for secret in secrets for spelling in spellings(secret))
    ]


async def test_no_token_is_written_anywhere() -> None:
    write_rows(60)
    tokens: list[str] = []
    faults = ("5xx=5%", "reset-after=5%", "no-calling=10%", "throttle=50/s")
    async with sandbox(*TTL, *faults) as served:
        watcher = Watcher(on_tick=lambda _run: tokens.extend(served.tokens._expires_at))
        left = await run_on(served, watcher=watcher, **app_of(served))
    secrets = {served.token, served.refresh_token, served.client_secret, *tokens}
    assert len(secrets) > 4
    assert left.counts["error"] > 0
    assert files_with(secrets) == []
    assert files_with({left.result.run}) != []  # what is there is found
