"""No secret in anything that a run leaves, whatever Webex answers; and the search for them finds what there is."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from odt_async import events
from odt_async.errors import NotAuthorised
from odt_async.model import Outcome, Status
from odt_async.redaction import Redactor
from odt_async.runner.active import RunResult
from odt_async.runner.run import run
from odt_async.runner.spec import RunSpec
from odt_async.webex.tokens import RefreshToken, token_source
from tests.runner.echoing import ECHOES, ENCODINGS, TOKEN, Echoing, Encode
from tests.runner.leak_search import find_secrets, find_secrets_in, find_shapes
from tests.runner.running import ACTION, LOGS, SMALL, Watcher, make_spec, run_on, sandbox, write_rows
from tests.test_architecture import PACKAGE

FILE = Path("token.txt")
# however alike: what is looked for is what they leave
LET_THEM_FAIL: dict[str, Any] = {"max_retries_per_call": 1, "max_outage": 0, "max_same_error": 0}
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_the_search_finds_a_secret_in_every_encoding(encode: Encode) -> None:
    line = json.dumps({"text": f"before {encode(TOKEN)} after"}).encode()
    assert find_secrets(line, {TOKEN, "another-secret"}) == {TOKEN}


SECRETS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=12, max_size=60)


@given(SECRETS, st.sampled_from(list(ENCODINGS.values())))
def test_what_is_masked_is_found_no_more(secret: str, encode: Encode) -> None:
    line = events.json_line({"text": f"before {encode(secret)} after"})
    assert find_secrets(Redactor([secret])(line), {secret}) == set()


@pytest.mark.parametrize(
    "shape",
    [f"Bearer {'x' * 20}", f"bearer+{'x' * 20}", f"Bearer%20{'x' * 20}", JWT, '{"access_token": "x"}'],
)
def test_the_search_finds_what_has_the_shape_of_a_token_and_masking_knows_it_too(shape: str) -> None:
    line = events.json_line({"text": shape})
    assert find_shapes(line) != []
    assert find_shapes(Redactor()(line)) == []


def write_token(token: str) -> None:
    FILE.write_text(token)


async def run_telling(
    tell: Callable[[Redactor], Callable[[str], None]], spec: RunSpec, watcher: Watcher
) -> RunResult:
    """Run *spec* with a redactor that is told of secrets as *tell* has it."""
    return await run(
        spec,
        connect=lambda redact: token_source(spec.settings, on_token=tell(redact)),
        observer=watcher,
    )


def shown_by(watcher: Watcher, result: RunResult) -> bytes:
    """Return all that an observer was shown, and what --json prints."""
    shown = [*watcher.beats, *map(str, watcher.pauses), json.dumps(result.summary, default=str)]
    shown += [outcome.failure.text for outcome in watcher.outcomes if outcome.failure]
    return "\n".join(shown).encode()


async def run_against_echoes(
    tell: Callable[[Redactor], Callable[[str], None]],
) -> tuple[RunResult, Watcher]:
    """Run 400 rows against a Webex that repeats the token in every way it can."""
    write_rows(400)
    write_token(TOKEN)
    watcher = Watcher()
    async with Echoing(SMALL, "latency=2s") as served:
        served.tokens._expires_at[TOKEN] = float("inf")
        spec = make_spec(served, token_file=FILE, access_token=None, **LET_THEM_FAIL)
        result = await run_telling(tell, spec, watcher)
    assert served.echoes > len(ECHOES) * len(ENCODINGS)
    return result, watcher


async def test_a_webex_that_echoes_the_token_in_every_answer_leaves_it_nowhere(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    result, watcher = await run_against_echoes(lambda redact: redact.add)
    captured = capfd.readouterr()
    assert result.progress.counts[Status.ERROR] > 100
    assert find_secrets_in(LOGS, {TOKEN}) == {}
    assert find_secrets(shown_by(watcher, result), {TOKEN}) == set()
    assert find_secrets(f"{captured}{caplog.text}".encode(), {TOKEN}) == set()


def tell_nobody(_secret: str) -> None: ...


async def test_without_masking_the_search_finds_the_token_in_every_file_that_quotes_webex() -> None:
    result, watcher = await run_against_echoes(lambda _redact: tell_nobody)
    found = {name.removeprefix(f"{result.run}_") for name in find_secrets_in(LOGS, {TOKEN})}
    quoting = {"error.jsonl", "rejected.csv", "changes.jsonl", "report.json", f"{ACTION}.log"}
    assert found >= quoting
    assert find_secrets(shown_by(watcher, result), {TOKEN}) == {TOKEN}


async def test_tokens_that_are_renewed_and_expire_and_the_secrets_that_renew_them_are_left_nowhere() -> None:
    write_rows(100)
    seen: set[str] = set()
    faults = ("token-ttl=60s", "latency=4s~20%", "5xx=5%", "reset-after=5%", "no-calling=10%")
    async with sandbox(*faults) as served:
        app = {"refresh_token": served.refresh_token, "client_secret": served.client_secret}
        watcher = Watcher(
            {30: served.tokens._expires_at.clear}, on_tick=lambda _run: seen.update(served.tokens._expires_at)
        )
        left = await run_on(served, watcher=watcher, client_id=served.client_id, **app)
        refused = served.journal.count(result="401")
    assert (left.counts["error"] > 0, refused > 0, len(seen) >= 3) == (True, True, True)
    assert find_secrets_in(LOGS, {served.token, *app.values(), *seen}) == {}
    assert find_secrets_in(LOGS, {left.result.run}) != {}  # what is there is found


class Crashing:
    """An action whose read fails in a way that nobody has foreseen, with the token in its words."""

    def __init__(self, action: Any) -> None:
        self._action = action

    def __getattr__(self, name: str) -> Any:
        return getattr(self._action, name)

    async def read(self, api: Any, params: Any) -> Any:
        token = api.session._tokens.access_token
        raise ZeroDivisionError(f"{api.session._tokens} {params} {token!r} {quote(token)} {JWT}")


async def test_an_action_that_crashes_with_the_token_in_its_words_leaves_it_nowhere() -> None:
    write_rows(3)
    write_token(TOKEN)
    watcher = Watcher()
    async with sandbox() as served:
        served.tokens._expires_at[TOKEN] = float("inf")
        spec = make_spec(served, token_file=FILE, access_token=None)
        spec = replace(spec, action=Crashing(spec.action))
        result = await run_telling(lambda redact: redact.add, spec, watcher)
    assert result.progress.counts[Status.ERROR] == 3
    assert find_secrets_in(LOGS, {TOKEN}) == {}
    assert find_secrets(shown_by(watcher, result), {TOKEN}) == set()
    assert find_shapes(shown_by(watcher, result)) == []


class Broken(Watcher):
    """An observer that crashes in the middle of a run: nothing of ours takes that for expected."""

    def outcome(self, outcome: Outcome) -> None:
        raise ZeroDivisionError(outcome.status)


async def test_a_traceback_of_what_nobody_expected_shows_no_secret() -> None:
    write_rows(3)
    async with sandbox() as served:
        app = {"refresh_token": served.refresh_token, "client_secret": served.client_secret}
        with pytest.raises(BaseExceptionGroup) as crashed:
            await run_on(served, watcher=Broken(), client_id=served.client_id, **app)
        issued = set(served.tokens._expires_at)
    told = "".join(traceback.format_exception(crashed.value)).encode()
    assert b"ZeroDivisionError" in told
    assert find_secrets(told, {*issued, *app.values()}) == set()
    assert find_secrets_in(LOGS, {*issued, *app.values()}) == {}


def test_no_traceback_is_printed_with_the_values_of_variables() -> None:
    assert sys.excepthook is sys.__excepthook__
    sources = (path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    assert [word for source in sources for word in ("show_locals", "rich.traceback") if word in source] == []


async def test_what_the_token_service_says_of_secrets_is_not_repeated() -> None:
    secrets = {"refresh_token": "refresh-0123456789", "client_secret": "secret-0123456789"}

    async def echo(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=400, text=(await request.read()).decode())

    runner = web.ServerRunner(web.Server(echo, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base_url = "http://{}:{}".format(*runner.addresses[0][:2])
    source = RefreshToken(
        client_id="C1",
        client_secret=secrets["client_secret"],
        refresh_token=secrets["refresh_token"],
        base_url=base_url,
        on_token=tell_nobody,
    )
    with pytest.raises(NotAuthorised) as refused:
        await source.renew()
    await runner.cleanup()
    told = "".join(traceback.format_exception(refused.value)).encode()
    assert find_secrets(told, secrets.values()) == set()
