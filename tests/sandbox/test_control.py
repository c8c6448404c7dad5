from __future__ import annotations

import aiohttp
import pytest

from tests.sandbox.serving import served

ALWAYS = {"callForwarding": {"always": {"enabled": True, "destination": "53"}}}


async def test_the_journal_is_served_and_reset_without_a_token() -> None:
    async with served("5xx=100%", "throttle=1/1h") as client:
        await client.ask("GET", "/v1/people/me")
        journal = await client.ask("GET", "/_sandbox/journal", headers={})
        reset = await client.ask("POST", "/_sandbox/reset", headers={})
        empty = await client.ask("GET", "/_sandbox/journal", headers={})
        unknown = await client.ask("GET", "/_sandbox/else", headers={})
    assert (journal.json["total"], reset.status, empty.json["total"], unknown.status) == (1, 204, 0, 404)


async def test_the_journal_is_served_after_dropped_connections_too() -> None:
    async with served("reset-before=100%") as client:
        with pytest.raises(aiohttp.ClientError):
            await client.ask("GET", "/v1/people/me")
        journal = await client.ask("GET", "/_sandbox/journal", headers={})
    assert journal.json["results"] == {"reset-before": 1}


async def test_a_reset_forgets_counters_and_keeps_the_state() -> None:
    async with served() as client:
        await client.ask("PUT", client.forwarding_of(7), json=ALWAYS)
        await client.ask("POST", "/_sandbox/reset")
        state = await client.ask("GET", client.forwarding_of(7))
    assert state.json["callForwarding"]["always"]["destination"] == "53"
    assert client.sandbox.journal.changed_writes == 0


async def test_other_faults_take_the_place_of_those_there_were() -> None:
    async with served("5xx=100%") as client:
        statuses = []
        for faults in (["html-502=100%"], []):
            reply = await client.ask("PUT", "/_sandbox/faults", json=faults, headers={})
            page = await client.ask("GET", "/v1/people/me")
            statuses += [reply.status, page.status]
    assert statuses == [204, 502, 204, 200]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "a JSON list of NAME=VALUE is wanted"),
        (b'{"5xx": "2%"}', "a JSON list of NAME=VALUE is wanted"),
        (b"[5]", "a JSON list of NAME=VALUE is wanted"),
        (b'["5xx=2"]', "fault '5xx=2' is not understood; write it like 5xx=2%"),
        (b'["no-calling=nobody@example.com"]', "nobody in the sandbox has the id or e-mail"),
    ],
)
async def test_faults_that_are_not_understood_change_nothing(body: bytes, message: str) -> None:
    async with served("html-502=100%") as client:
        refused = await client.ask("PUT", "/_sandbox/faults", data=body, headers={})
        after = await client.ask("GET", "/v1/people/me")
    said = refused.json["errors"][0]["description"]
    assert (refused.status, message in said, after.status) == (400, True, 502)


async def test_tokens_can_be_ended_and_another_lifetime_is_for_new_ones() -> None:
    async with served() as client:
        sandbox = client.sandbox
        before = await client.ask("GET", "/v1/people/me")
        ended = await client.ask("POST", "/_sandbox/expire", headers={})
        after = await client.ask("GET", "/v1/people/me")
        await client.ask("PUT", "/_sandbox/faults", json=["token-ttl=60s"], headers={})
        renewed = await client.ask(
            "POST",
            "/v1/access_token",
            headers={},
            data={
                "grant_type": "refresh_token",
                "client_id": sandbox.client_id,
                "client_secret": sandbox.client_secret,
                "refresh_token": sandbox.refresh_token,
            },
        )
    assert [reply.status for reply in (before, ended, after, renewed)] == [200, 204, 401, 200]
    assert renewed.json["expires_in"] == 60
