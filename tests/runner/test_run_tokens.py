"""Tokens in a run: they expire, they are replaced, they are refused, and they are written nowhere."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from odt_async.errors import NotAuthorised
from odt_async.runner.active import Run
from odt_async.sandbox import Sandbox
from odt_async.webex.tokens import TokenFile
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


async def test_a_token_is_renewed_before_it_ends_and_no_request_is_refused() -> None:
    write_rows(100)
    async with sandbox(*TTL) as served:
        left = await run_on(served, **app_of(served))
        renewals = served.journal.count(route=REFRESH)
    check_that_the_files_add_up(left)
    assert (left.counts, served.journal.double_applies) == ({"applied": 100}, 0)
    assert 2 <= renewals <= left.report["elapsed_s"] // 48 + 1
    assert served.journal.count(result="401") == 0


async def test_a_token_that_ends_sooner_than_it_said_is_renewed_for_everybody_at_once() -> None:
    write_rows(100)
    async with sandbox(*TTL) as served:
        watcher = Watcher({20: served.tokens._expires_at.clear, 60: served.tokens._expires_at.clear})
        left = await run_on(served, watcher=watcher, **app_of(served))
        renewals = served.journal.count(route=REFRESH)
    check_that_the_files_add_up(left)
    assert (left.counts, served.journal.double_applies) == ({"applied": 100}, 0)
    assert renewals <= left.report["elapsed_s"] // 48 + 3
    assert served.journal.count(result="401") > 2
    assert watcher.pauses == []


async def test_a_token_file_replaced_in_time_is_found_before_a_request_is_refused() -> None:
    write_rows(100)

    def replace_early(run: Run) -> None:
        now = asyncio.get_running_loop().time()
        if served.tokens.left_s(run_token(), now) < 20:
            write_token(served.tokens.issue(now))

    async with sandbox(*TTL) as served:
        write_token(served.token)
        watcher = Watcher(on_tick=replace_early)
        left = await run_on(served, watcher=watcher, token_file=TOKEN_FILE, access_token=None)
    assert (left.counts, watcher.pauses) == ({"applied": 100}, [])
    assert served.journal.count(result="401") == 0


def write_token(text: str) -> None:
    TOKEN_FILE.write_text(f"{text}\n", "ascii")


def run_token() -> str:
    return TOKEN_FILE.read_text("ascii").strip()


def replace_when_paused(
    served: Sandbox, write: Callable[[str], None] = write_token, *, after_s: float = 0.0
) -> Callable[[Run], None]:
    """Return what an operator does who sees a pause: after *after_s* seconds of it, *write* a new token, once."""
    due: list[float] = []

    def replace(run: Run) -> None:
        now = asyncio.get_running_loop().time()
        if run.state != "paused":
            due.clear()
        elif not due:
            due.append(now + after_s)
        if due and now >= due[0]:
            due[0] = math.inf
            write(served.tokens.issue(now))

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
    refusal = f"Webex refuses the token of WEBEX_TOKEN_FILE ({TOKEN_FILE}) (401): {TokenFile.cure}"
    assert watcher.pauses[:2] == [refusal, None]
    assert [beat for beat in watcher.beats if beat.endswith(f"PAUSED: {refusal}")] != []


async def test_wrong_tokens_in_the_file_are_waited_out_until_a_good_one_comes() -> None:
    write_rows(100)
    wrong = iter([f"wrong-token-{number}" for number in range(5)])
    async with sandbox(*TTL) as served:
        write_token(served.token)
        watcher = Watcher(
            on_tick=replace_when_paused(served, lambda good: write_token(next(wrong, good)), after_s=30)
        )
        left = await run_on(served, watcher=watcher, token_file=TOKEN_FILE, access_token=None)
    check_that_the_files_add_up(left)
    assert (left.counts, next(wrong, None)) == ({"applied": 100}, None)


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


async def test_an_hour_of_waiting_for_a_token_costs_no_row_its_time_or_its_tries() -> None:
    write_rows(100)
    async with sandbox(*TTL) as served:
        write_token(served.token)
        limits = {"max_elapsed_per_row": 60, "max_retries_per_call": 0, "heartbeat_seconds": 3600}
        watcher = Watcher(on_tick=replace_when_paused(served, after_s=3600))
        left = await run_on(served, watcher=watcher, token_file=TOKEN_FILE, access_token=None, **limits)
    check_that_the_files_add_up(left)
    assert left.counts == {"applied": 100}
    assert left.report["elapsed_s"] > 3600


def write_dotenv(token: str) -> None:
    Path(".env").write_text(f"WEBEX_ACCESS_TOKEN={token}\n", "ascii")


async def test_a_token_of_dotenv_is_mended_there() -> None:
    write_rows(100)
    async with sandbox(*TTL) as served:
        write_dotenv(served.token)
        watcher = Watcher(on_tick=replace_when_paused(served, write_dotenv))
        left = await run_on(served, watcher=watcher)
    check_that_the_files_add_up(left)
    assert left.counts == {"applied": 100}
    assert watcher.pauses[0] is not None
    assert "(.env)" in watcher.pauses[0]


def revoke(served: Sandbox) -> Callable[[], None]:
    """Return what an administrator does who takes the service app its rights."""

    def do() -> None:
        served.tokens.refresh_token = "another"
        served.tokens._expires_at.clear()

    return do


async def test_a_service_app_that_is_revoked_ends_the_run_and_no_row_fails() -> None:
    write_rows(100)
    async with sandbox(*TTL) as served:
        left = await run_on(served, watcher=Watcher({20: revoke(served)}), **app_of(served))
    check_that_the_files_add_up(left)
    assert isinstance(left.result.stopped_by, NotAuthorised)
    assert set(left.counts) == {"applied", "pending"}


async def test_a_service_app_that_is_revoked_is_waited_for_where_a_token_file_may_stand_in() -> None:
    write_rows(100)
    async with sandbox(*TTL) as served:
        watcher = Watcher({20: revoke(served)}, on_tick=replace_when_paused(served))
        left = await run_on(served, watcher=watcher, token_file=TOKEN_FILE, **app_of(served))
    check_that_the_files_add_up(left)
    assert left.counts == {"applied": 100}
    assert watcher.pauses[0] is not None
    assert watcher.pauses[0].endswith(f"or write an access token into {TOKEN_FILE}")


async def test_a_heartbeat_warns_of_a_fixed_token_that_will_not_last() -> None:
    write_rows(40)
    async with sandbox("token-ttl=25min", "latency=4s~20%") as served:
        watcher = Watcher()
        left = await run_on(served, watcher=watcher, heartbeat_seconds=10)
        asked = served.journal.count(route="/v1/authorizations/tokenExpiry")
    assert (left.counts, asked) == ({"applied": 40}, 1)
    warning = "WARNING: the token of WEBEX_ACCESS_TOKEN ends in 25 min and is not renewed: get a new one"
    assert warning in watcher.beats[2]
