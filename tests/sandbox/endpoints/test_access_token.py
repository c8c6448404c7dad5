from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.serving import Client, Reply, served


async def refresh(client: Client, **changed: str) -> Reply:
    form = {
        "grant_type": "refresh_token",
        "client_id": client.sandbox.client_id,
        "client_secret": client.sandbox.client_secret,
        "refresh_token": client.sandbox.refresh_token,
    }
    return await client.ask("POST", "/v1/access_token", headers={}, data=form | changed)


async def test_a_refresh_token_gives_a_new_access_token() -> None:
    async with served("token-ttl=60s") as client:
        reply = await refresh(client)
        answer = dict(reply.json)
        headers = {"Authorization": f"bearer {answer.pop('access_token')}"}
        used = await client.ask("GET", "/v1/people/me", headers=headers)
        expected = {
            "expires_in": 60,
            "refresh_token": client.sandbox.refresh_token,
            "refresh_token_expires_in": 90 * 86_400,
            "token_type": "Bearer",
        }
    assert (reply.status, answer, used.status) == (200, expected, 200)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"grant_type": "password"}, 400),
        ({"client_id": "x"}, 401),
        ({"client_secret": "x"}, 401),
        ({"refresh_token": "x"}, 400),
    ],
)
async def test_wrong_credentials_are_refused(changed: dict[str, str], status: int) -> None:
    async with served() as client:
        reply = await refresh(client, **changed)
    assert reply.status == status


async def test_the_request_is_a_form() -> None:
    async with served() as client:
        reply: Any = await client.ask("POST", "/v1/access_token", json={})
    assert reply.status == 415
