"""Where the token comes from, how it is renewed, and that every secret is told to whoever masks it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from odt_async.errors import InputError, NotAuthorised
from odt_async.settings import Settings
from odt_async.webex.tokens import DotenvToken, FixedToken, RefreshToken, TokenSource, obtain, token_source

if TYPE_CHECKING:
    from aioresponses import aioresponses

TOKEN_SERVICE = "https://webexapis.com/v1/access_token"
FILE = Path("token.txt")
DOTENV = Path(".env")


def tell_nobody(_secret: str) -> None: ...


def make_refresh_token() -> RefreshToken:
    return RefreshToken(
        client_id="C1", client_secret="s1", refresh_token="r1", base_url=None, on_token=tell_nobody
    )


async def test_a_fixed_token_is_never_renewed() -> None:
    source = FixedToken("a1")
    assert (await source.renew(), await source.look(), source.access_token) == (False, False, "a1")
    assert source.may_change is False


EVERYTHING = {
    "access_token": " a1\n",
    "token_file": FILE,
    "refresh_token": "r1",
    "client_id": "C1",
    "client_secret": "s1",
}


@pytest.mark.parametrize(
    ("without", "name", "told"),
    [
        (set(), "WEBEX_REFRESH_TOKEN", ["s1", "r1"]),
        ({"refresh_token"}, "WEBEX_TOKEN_FILE (token.txt)", ["a2"]),
        ({"refresh_token", "token_file"}, "WEBEX_ACCESS_TOKEN", ["a1"]),
    ],
)
def test_the_longest_lived_source_wins(without: set[str], name: str, told: list[str]) -> None:
    FILE.write_text("a2")
    seen: list[str] = []
    given = {key: value for key, value in EVERYTHING.items() if key not in without}

    source = token_source(Settings.load(**given), on_token=seen.append)

    assert (source.name, seen) == (name, told)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "no token: set WEBEX_ACCESS_TOKEN"),
        ({"client_id": "C1", "client_secret": "s1"}, "no token: set WEBEX_ACCESS_TOKEN"),
        ({"refresh_token": "r1"}, "WEBEX_REFRESH_TOKEN needs WEBEX_CLIENT_ID and WEBEX_CLIENT_SECRET"),
        ({"refresh_token": "r1", "client_id": "C1"}, "WEBEX_REFRESH_TOKEN needs"),
        ({"refresh_token": "r1", "client_secret": "s1"}, "WEBEX_REFRESH_TOKEN needs"),
        ({"access_token": "  "}, "WEBEX_ACCESS_TOKEN must hold the access token"),
        ({"access_token": "Bearer a1"}, "WEBEX_ACCESS_TOKEN must hold the access token"),
        ({"token_file": FILE, "access_token": "a1"}, "WEBEX_TOKEN_FILE token.txt cannot be read"),
    ],
)
def test_half_a_source_is_an_input_error_that_names_no_secret(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as refused:
        token_source(Settings.load(**given), on_token=tell_nobody)
    assert str(refused.value).startswith(message)
    assert "a1" not in str(refused.value)


async def test_a_run_without_a_token_to_begin_with_is_refused(mocked_http: aioresponses) -> None:
    mocked_http.post(TOKEN_SERVICE, status=503, repeat=True)
    with pytest.raises(NotAuthorised, match=r"WEBEX_REFRESH_TOKEN: its service does not answer$"):
        await obtain(make_refresh_token())
    assert asyncio.get_running_loop().time() == 7.0


async def test_a_token_service_that_is_out_for_a_moment_is_asked_again(mocked_http: aioresponses) -> None:
    mocked_http.post(TOKEN_SERVICE, status=503)
    mocked_http.post(TOKEN_SERVICE, payload={"access_token": "a1"})
    source = make_refresh_token()
    await obtain(source)
    assert (source.access_token, asyncio.get_running_loop().time()) == ("a1", 1.0)


async def test_a_run_begins_with_the_token_that_it_obtains(mocked_http: aioresponses) -> None:
    mocked_http.post(TOKEN_SERVICE, payload={"access_token": "a1"})
    source = make_refresh_token()
    await obtain(source)
    assert source.access_token == "a1"


async def test_a_token_that_is_there_is_not_asked_for() -> None:
    source = FixedToken("a1")
    await obtain(source)
    assert source.access_token == "a1"


def source_of(**given: Any) -> TokenSource:
    return token_source(Settings.load(**given), on_token=tell_nobody)


def test_a_token_of_dotenv_may_be_mended_there() -> None:
    DOTENV.write_text("WEBEX_ACCESS_TOKEN=a1\n")
    source = source_of()
    assert (type(source), source.name, source.may_change) == (DotenvToken, "WEBEX_ACCESS_TOKEN (.env)", True)
    assert source.cure == "write a new one into .env; the run goes on by itself"


def test_a_token_of_the_environment_stays_whatever_dotenv_says(monkeypatch: pytest.MonkeyPatch) -> None:
    DOTENV.write_text("WEBEX_ACCESS_TOKEN=a1\n")
    monkeypatch.setenv("WEBEX_ACCESS_TOKEN", "a1")
    assert type(source_of()) is FixedToken


async def test_a_token_file_beside_a_refresh_token_is_for_later() -> None:
    source = source_of(**EVERYTHING)
    assert (source.name, await source.look()) == ("WEBEX_REFRESH_TOKEN", False)
    assert source.cure.endswith(", or write an access token into token.txt")


async def test_a_refresh_token_refused_at_the_start_says_where_else_a_token_may_be_put(
    mocked_http: aioresponses,
) -> None:
    mocked_http.post(TOKEN_SERVICE, status=400, repeat=True)
    with pytest.raises(NotAuthorised, match=r"had from WEBEX_REFRESH_TOKEN: check .*into token.txt$"):
        await obtain(source_of(**EVERYTHING))


@pytest.mark.parametrize("without", [set(), {"refresh_token"}, {"refresh_token", "token_file"}], ids=str)
def test_nothing_that_knows_a_secret_shows_it(without: set[str]) -> None:
    secrets = {"access_token": "acc-ess", "refresh_token": "ref-resh", "client_secret": "sec-ret"}
    FILE.write_text("in-file")
    given = {key: value for key, value in (EVERYTHING | secrets).items() if key not in without}
    settings = Settings.load(**given)
    source = token_source(settings, on_token=tell_nobody)
    shown = [repr(settings), str(settings), repr(source), repr(source.tokens), f"{source.tokens}"]
    shown.append(settings.model_dump_json())
    assert [text for text in shown for secret in (*secrets.values(), "in-file") if secret in text] == []
