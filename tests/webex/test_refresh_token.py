"""A refresh token, and what its service answers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from yarl import URL

from odt_async.errors import NotAuthorised
from odt_async.webex.refresh_token import RefreshToken
from odt_async.webex.token_life import TokenLife

if TYPE_CHECKING:
    from aioresponses import aioresponses

TOKEN_SERVICE = "https://webexapis.com/v1/access_token"
FILE = Path("token.txt")


def make_refresh_token(
    told: list[str], base_url: str | None = None, *, stand_in: Path | None = None
) -> RefreshToken:
    return RefreshToken(
        client_id="C1",
        client_secret="s1",
        refresh_token="r1",
        base_url=base_url,
        on_token=told.append,
        stand_in=stand_in,
    )


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


@pytest.mark.parametrize(
    ("told", "life"),
    [
        ({}, None),
        ({"expires_in": 1000}, TokenLife(7.0, 1007.0)),
        ({"expires_in": "1000"}, TokenLife(7.0, 1007.0)),
        ({"expires_in": 1000, "refresh_token_expires_in": 9e6}, TokenLife(7.0, 1007.0, 9e6 + 7)),
        ({"expires_in": 1000, "refresh_token_expires_in": None}, TokenLife(7.0, 1007.0)),
        ({"refresh_token_expires_in": 9e6}, None),
        ({"expires_in": 0}, None),
        ({"expires_in": -5}, None),
        ({"expires_in": 1e99}, None),
        ({"expires_in": "soon"}, None),
        ({"expires_in": [1]}, None),
    ],
)
async def test_a_life_counts_from_the_question_and_what_is_no_life_is_none(
    mocked_http: aioresponses, told: dict[str, Any], life: TokenLife | None
) -> None:
    mocked_http.post(TOKEN_SERVICE, payload={"access_token": "a1"} | told)
    source = make_refresh_token([])
    await asyncio.sleep(7)
    assert (await source.renew(), source.access_token, source.life) == (True, "a1", life)


def test_a_token_is_renewed_after_four_fifths_of_its_life() -> None:
    assert TokenLife(since=100, ends_at=200).renew_at == 180


def write_token(text: str) -> None:
    FILE.write_text(f"{text}\n")


async def test_a_refresh_token_refused_for_good_leaves_the_word_to_the_token_file(
    mocked_http: aioresponses,
) -> None:
    told: list[str] = []
    mocked_http.post(TOKEN_SERVICE, payload={"access_token": "a1", "expires_in": 60})
    mocked_http.post(TOKEN_SERVICE, status=400)
    write_token("a0")
    source = make_refresh_token(told, stand_in=FILE)
    before = [await source.renew(), await source.look()]
    await asyncio.sleep(48)
    early = [await source.renew(), await source.look()]  # the old token is still good
    still = (source.access_token, source.life)
    late = [await source.renew(), source.access_token]
    write_token("a2")
    found = [await source.look(), await source.look()]
    assert (before, early, still) == ([True, False], [False, False], ("a1", TokenLife(0.0, 60.0)))
    assert (late, found, source.access_token) == ([True, "a0"], [True, False], "a2")
    assert (source.renews_itself, source.life, told) == (False, None, ["s1", "r1", "a1", "a0", "a2"])
    assert len(mocked_http.requests["POST", URL(TOKEN_SERVICE)]) == 2


async def test_without_a_token_to_lose_the_file_is_read_at_once(mocked_http: aioresponses) -> None:
    mocked_http.post(TOKEN_SERVICE, status=401)
    write_token("a0")
    source = make_refresh_token([], stand_in=FILE)
    assert (await source.renew(), source.access_token) == (True, "a0")
