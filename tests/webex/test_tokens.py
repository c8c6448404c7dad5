"""Where the token comes from, how it is renewed, and that every secret is told to whoever masks it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from yarl import URL

from odt_async.errors import InputError, NotAuthorised
from odt_async.settings import Settings
from odt_async.webex.tokens import FixedToken, RefreshToken, TokenFile, obtain, token_source

if TYPE_CHECKING:
    from aioresponses import aioresponses

TOKEN_SERVICE = "https://webexapis.com/v1/access_token"
FILE = Path("token.txt")


def make_refresh_token(told: list[str], base_url: str | None = None) -> RefreshToken:
    return RefreshToken(
        client_id="C1", client_secret="s1", refresh_token="r1", base_url=base_url, on_token=told.append
    )


def tell_nobody(_secret: str) -> None: ...


def replace_file(content: bytes | None) -> None:
    FILE.unlink(missing_ok=True)
    if content is not None:
        FILE.write_bytes(content)


def make_token_file(content: bytes, told: list[str]) -> TokenFile:
    replace_file(content)
    return TokenFile(FILE, on_token=told.append)


async def test_a_refresh_token_is_turned_into_an_access_token(mocked_http: aioresponses) -> None:
    told: list[str] = []
    mocked_http.post(TOKEN_SERVICE, payload={"access_token": " a1 ", "expires_in": 1209599})
    source = make_refresh_token(told)
    before = source.access_token

    renewed = await source.renew()

    (request,) = mocked_http.requests["POST", URL(TOKEN_SERVICE)]
    form = {"grant_type": "refresh_token", "client_id": "C1", "client_secret": "s1", "refresh_token": "r1"}
    assert (before, renewed, source.access_token, told) == ("", True, "a1", ["s1", "r1", "a1"])
    assert (request.kwargs["data"], request.kwargs["allow_redirects"]) == (form, False)


async def test_a_rotated_refresh_token_is_the_one_used_next(mocked_http: aioresponses) -> None:
    told: list[str] = []
    mocked_http.post(TOKEN_SERVICE, payload={"access_token": "a1", "refresh_token": "r2"})
    mocked_http.post(TOKEN_SERVICE, payload={"access_token": "a2", "refresh_token": ""})
    mocked_http.post(TOKEN_SERVICE, payload={"access_token": "a2"})
    source = make_refresh_token(told)

    renewals = [await source.renew() for _ in range(3)]

    sent = [call.kwargs["data"]["refresh_token"] for call in mocked_http.requests["POST", URL(TOKEN_SERVICE)]]
    assert (renewals, sent) == ([True, False, True], ["r1", "r2", "r2"])
    assert (source.access_token, told) == ("a2", ["s1", "r1", "a1", "r2", "a2"])


async def test_the_token_service_is_where_webex_is(mocked_http: aioresponses) -> None:
    mocked_http.post("http://127.0.0.1:8080/v1/access_token", payload={"access_token": "a1"})
    source = make_refresh_token([], base_url="http://127.0.0.1:8080/")
    assert await source.renew()


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refused_refresh_token_says_what_to_check(mocked_http: aioresponses, status: int) -> None:
    mocked_http.post(TOKEN_SERVICE, status=status, payload={"error": "invalid_grant", "echo": "r1"})
    source = make_refresh_token([])

    with pytest.raises(NotAuthorised) as refused:
        await source.renew()

    assert str(refused.value) == (
        f"Webex refuses to renew the token ({status}): "
        "check WEBEX_REFRESH_TOKEN, WEBEX_CLIENT_ID and WEBEX_CLIENT_SECRET"
    )


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 503},
        {"status": 429, "headers": {"Retry-After": "60"}},
        {"status": 302, "headers": {"Location": "https://elsewhere.test/"}},
        {"body": b"<html>down for maintenance</html>", "content_type": "text/html"},
        {"body": b"\xff\xfe"},
        {"body": b""},
        {"payload": {}},
        {"payload": ["access_token"]},
        {"payload": {"access_token": None}},
        {"payload": {"access_token": ""}},
        {"payload": {"access_token": "two words"}},
        {"payload": {"access_token": "a1", "refresh_token": 7}},
        {"exception": aiohttp.ServerDisconnectedError()},
        {"exception": TimeoutError()},
    ],
    ids=lambda answer: repr(answer)[:40],
)
async def test_a_token_service_out_of_order_changes_nothing(
    mocked_http: aioresponses, answer: dict[str, Any]
) -> None:
    told: list[str] = []
    mocked_http.post(TOKEN_SERVICE, **answer)
    source = make_refresh_token(told)

    renewed = await source.renew()

    assert (renewed, source.access_token, source.tokens.refresh_token) == (False, "", "r1")
    assert told == ["s1", "r1"]


@pytest.mark.parametrize("content", [b"a1", b"\xef\xbb\xbfa1\r\n", b"\n  a1 \n"])
def test_a_token_file_holds_the_token_and_whatever_space_an_editor_adds(content: bytes) -> None:
    told: list[str] = []
    source = make_token_file(content, told)
    assert (source.access_token, source.tokens.access_token, told) == ("a1", "a1", ["a1"])


async def test_a_token_file_is_read_again_when_asked() -> None:
    told: list[str] = []
    source = make_token_file(b"a1\n", told)
    unchanged = await source.renew()
    replace_file(b"a2\n")

    renewed = await source.renew()

    assert (unchanged, renewed, source.access_token, told) == (False, True, "a2", ["a1", "a2"])


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfea\x002\x00", b"a2 a3"])
async def test_a_token_file_caught_while_it_is_written_has_not_changed(content: bytes | None) -> None:
    source = make_token_file(b"a1\n", [])
    replace_file(content)

    renewed = await source.renew()

    assert (renewed, source.access_token) == (False, "a1")


def test_a_missing_token_file_is_an_input_error() -> None:
    with pytest.raises(InputError, match=r"^WEBEX_TOKEN_FILE token.txt cannot be read: No such file"):
        TokenFile(FILE, on_token=tell_nobody)


def test_an_unreadable_token_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be read: Is a directory$"):
        TokenFile(tmp_path, on_token=tell_nobody)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"Bearer a1", b"a1\na2", b"t\xc3\xb3ken", b"\xff\xfea\x001\x00"]
)
def test_a_file_with_anything_but_a_token_is_an_input_error(content: bytes) -> None:
    with pytest.raises(InputError) as refused:
        make_token_file(content, [])
    assert str(refused.value) == "WEBEX_TOKEN_FILE token.txt must hold the access token and nothing else"


async def test_a_fixed_token_is_never_renewed() -> None:
    source = FixedToken("a1")
    assert (await source.renew(), source.access_token, source.may_change) == (False, "a1", False)


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
        await obtain(make_refresh_token([]))
    assert asyncio.get_running_loop().time() == 7.0


async def test_a_token_service_that_is_out_for_a_moment_is_asked_again(mocked_http: aioresponses) -> None:
    mocked_http.post(TOKEN_SERVICE, status=503)
    mocked_http.post(TOKEN_SERVICE, payload={"access_token": "a1"})
    source = make_refresh_token([])
    await obtain(source)
    assert (source.access_token, asyncio.get_running_loop().time()) == ("a1", 1.0)


async def test_a_run_begins_with_the_token_that_it_obtains(mocked_http: aioresponses) -> None:
    mocked_http.post(TOKEN_SERVICE, payload={"access_token": "a1"})
    source = make_refresh_token([])
    await obtain(source)
    assert source.access_token == "a1"


async def test_a_token_that_is_there_is_not_asked_for() -> None:
    source = FixedToken("a1")
    await obtain(source)
    assert source.access_token == "a1"
