"""Each fault on the wire, as a client that is not careful would see it."""

from __future__ import annotations

import asyncio
import zlib

import aiohttp
import orjson
import pytest

from odt_async.sandbox import parse_faults
from tests.sandbox.serving import Client, served

ALWAYS = {"callForwarding": {"always": {"enabled": True, "destination": "53"}}}
ME = "/v1/people/me"


async def raw(client: Client, path: str = ME, **how: object) -> tuple[aiohttp.ClientResponse, bytes]:
    headers = {"Authorization": f"Bearer {client.sandbox.token}"}
    async with client.session.get(path, headers=headers, allow_redirects=False, **how) as response:  # type: ignore[arg-type]
        return response, await response.read()


@pytest.mark.parametrize(
    ("fault", "status", "content_type", "readable"),
    [
        ("truncated", 200, "application/json;charset=UTF-8", False),
        ("empty-body", 200, "application/json;charset=UTF-8", False),
        ("wrong-charset", 200, "application/json;charset=UTF-8", False),
        ("html-200", 200, "text/html", False),
        ("wrong-type", 200, "text/plain", True),
        ("misfit", 200, "application/json;charset=UTF-8", True),
        ("error-200", 200, "application/json;charset=UTF-8", True),
        ("junk-headers", 200, "application/json;charset=UTF-8", True),
        ("early-hints", 200, "application/json;charset=UTF-8", True),
    ],
)
async def test_what_a_bad_answer_looks_like(
    fault: str, status: int, content_type: str, *, readable: bool
) -> None:
    async with served(f"{fault}=100%") as client:
        response, body = await raw(client)
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError:
            parsed = None
    shown = (response.status, response.headers["Content-Type"], parsed is not None)
    assert shown == (status, content_type, readable)


async def test_members_of_a_misfit_have_other_types_and_lists_are_none() -> None:
    async with served() as client:
        good = (await client.ask("GET", ME)).json
        client.sandbox.replace_faults(parse_faults(["misfit=100%,GET"]))
        bad = (await client.ask("GET", ME)).json
    assert good.keys() == bad.keys()
    assert (bad["id"], bad["emails"]) == ({"unexpected": [good["id"]]}, "unexpected")


async def test_a_body_that_is_cut_ends_in_an_error() -> None:
    async with served("cut-body=100%") as client:
        with pytest.raises(aiohttp.ClientPayloadError):
            await raw(client)


@pytest.mark.parametrize("fault", ["redirect", "redirect-same"])
async def test_a_redirect_leads_away_or_in_a_circle(fault: str) -> None:
    async with served(f"{fault}=100%") as client:
        answers = [(await raw(client, path))[0] for path in (ME, "/v1/people")]
    host = "https://elsewhere.invalid" if fault == "redirect" else ""
    assert {answer.status for answer in answers} <= {302, 307}
    assert [answer.headers["Location"] for answer in answers] == [host + ME, host + "/v1/people"]


async def test_a_list_can_go_on_at_another_host() -> None:
    async with served("next-elsewhere=100%") as client:
        response, _ = await raw(client, "/v1/people")
    assert str(response.links["next"]["url"]) == "https://elsewhere.invalid/v1/people?cursor=2"


async def test_a_huge_body_and_a_bomb_are_valid_and_end() -> None:
    async with served("huge-body=100%") as client:
        sizes = [0, 0]
        async with client.session.get(
            ME, headers={"Authorization": f"Bearer {client.sandbox.token}"}
        ) as response:
            async for chunk in response.content.iter_any():
                sizes[0] += len(chunk)
    async with (
        served("gzip-bomb=100%") as client,
        client.session.get(
            ME, headers={"Authorization": f"Bearer {client.sandbox.token}"}, auto_decompress=False
        ) as response,
    ):
        packed = await response.read()
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    rest = packed
    while rest and not inflater.eof:
        sizes[1] += len(inflater.decompress(rest, 2**20))
        rest = inflater.unconsumed_tail
    assert (sizes[0] > 300e6, sizes[1], inflater.eof, len(packed) < 400_000) == (
        True,
        300 * 2**20 + 2,
        True,
        True,
    )


async def test_a_client_may_leave_a_long_body() -> None:
    async with served("huge-body=100%") as client:
        async with client.session.get(
            ME, headers={"Authorization": f"Bearer {client.sandbox.token}"}
        ) as response:
            first = await response.content.readany()
        await asyncio.sleep(1)
        assert first.startswith(b'{"items":[')
        assert client.sandbox.journal.count(result="huge-body") == 1


async def test_a_trickle_never_ends() -> None:
    async with served("trickle=100%") as client:
        with pytest.raises(TimeoutError):
            await raw(client, timeout=aiohttp.ClientTimeout(60))
    assert asyncio.get_running_loop().time() == pytest.approx(60, abs=2)


async def test_a_body_behind_a_204_is_on_its_connection() -> None:
    async with served("204-body=100%") as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.sandbox._port)
        token = client.sandbox.token
        writer.write(f"GET {ME} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        over = await reader.readuntil(b"}")
        writer.close()
        await writer.wait_closed()
    assert (head.startswith(b"HTTP/1.1 204"), over[:1]) == (True, b"{")


@pytest.mark.parametrize(
    ("fault", "processed"),
    [("html-200", 0), ("redirect", 0), ("truncated", 1), ("misfit", 1), ("junk-headers", 1)],
)
async def test_a_write_took_effect_or_not(fault: str, processed: int) -> None:
    async with served(f"{fault}=100%") as client:
        headers = {"Authorization": f"Bearer {client.sandbox.token}"}
        async with client.session.put(
            client.forwarding_of(7), json=ALWAYS, allow_redirects=False, headers=headers
        ):
            pass
    journal = client.sandbox.journal
    assert (journal.changed_writes, journal.count(result=fault)) == (processed, 1)
    assert journal.unanswered_writes == (fault in {"truncated", "misfit"})


async def test_half_of_the_errors_with_200_took_effect() -> None:
    async with served("error-200=100%") as client:
        for index in range(20):
            reply = await client.ask("PUT", client.forwarding_of(index), json=ALWAYS)
            assert (reply.status, reply.json.keys()) == (200, {"error", "trackingId"})
    journal = client.sandbox.journal
    after = journal.count(result="error-200-after")
    assert (journal.changed_writes, 0 < after < 20) == (after, True)


@pytest.mark.parametrize("fault", ["misfit", "truncated", "html-200"])
async def test_a_refusal_is_not_spoiled_further(fault: str) -> None:
    async with served(f"{fault}=100%") as client:
        reply = await client.ask("GET", "/v1/people/nobody")
    assert reply.status == (200 if fault == "html-200" else 404)


async def test_in_an_outage_nothing_is_processed_whatever_the_token() -> None:
    async with served("outage=10s-20s", "outage=30s-40s,drop") as client:
        seen: list[int | str] = []
        for _ in range(5):
            try:
                seen.append((await client.ask("GET", ME, headers={})).status)
            except aiohttp.ServerDisconnectedError:
                seen.append("dropped")
            await asyncio.sleep(10)
        client.sandbox.replace_faults(client.sandbox.faults)
        await asyncio.sleep(15)
        seen.append((await client.ask("GET", ME)).status)
    assert seen == [401, 503, 401, "dropped", 401, 503]
    assert client.sandbox.journal.count(result="outage") == 2
    assert client.sandbox.journal.count(result="outage-drop") == 1


async def test_an_idle_connection_is_closed_and_a_busy_one_is_not() -> None:
    async with served("idle-close=2s") as client:
        _, writer = streams = await asyncio.open_connection("127.0.0.1", client.sandbox._port)
        question = f"GET {ME} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        for _ in range(3):
            writer.write(question)
            await streams[0].readuntil(b"}]")
            await asyncio.sleep(1.5)
        rest = await streams[0].read()
        writer.close()
        await writer.wait_closed()
    assert (client.sandbox.journal.total, rest.endswith(b"}")) == (3, True)


async def test_the_next_request_on_a_forgotten_connection_is_dropped_and_a_new_one_works() -> None:
    async with served("idle-forget=2s") as client:
        seen: list[int | str] = []
        for idle_s in (1, 3, 0, 1):
            try:
                seen.append((await client.ask("PUT", client.forwarding_of(7), json=ALWAYS)).status)
            except aiohttp.ServerDisconnectedError:
                seen.append("dropped")
            await asyncio.sleep(idle_s)
    assert seen == [204, 204, "dropped", 204]
    assert client.sandbox.journal.count(result="idle-forget") == 1
