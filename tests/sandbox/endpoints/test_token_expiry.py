from __future__ import annotations

import time

import pytest

from tests.sandbox.serving import served


@pytest.mark.parametrize(("faults", "lifetime_s"), [((), 14 * 86_400), (("token-ttl=60s",), 60)])
async def test_the_end_of_the_token_is_told_in_milliseconds(
    faults: tuple[str, ...], lifetime_s: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_000_000.0)
    async with served(*faults) as client:
        reply = await client.ask("GET", "/v1/authorizations/tokenExpiry")
    assert reply.json == {"exp": (1_000_000 + lifetime_s) * 1000}


async def test_nobody_learns_it_without_the_token() -> None:
    async with served() as client:
        reply = await client.ask("GET", "/v1/authorizations/tokenExpiry", headers={})
    assert reply.status == 401
