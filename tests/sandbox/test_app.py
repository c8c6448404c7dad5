from __future__ import annotations

import asyncio
from email.utils import parsedate_to_datetime

import aiohttp
import pytest
import uvloop

from odt_async.errors import InputError
from odt_async.sandbox import Sandbox, parse_faults
from odt_async.sandbox.state import Organisation
from tests.sandbox.serving import SMALL, Client, Reply, served

ALWAYS = {"callForwarding": {"always": {"enabled": True, "destination": "53"}}}


async def burst(client: Client, count: int, path: str = "/v1/people/me") -> list[Reply]:
    return list(await asyncio.gather(*(client.ask("GET", path) for _ in range(count))))


async def test_every_answer_carries_a_tracking_id_of_its_own() -> None:
    async with served() as client:
        paths = [
            "/v1/people/me",
            "/v1/nowhere",
            "/v1/people/nobody/features/callForwarding",
            "/_sandbox/journal",
        ]
        replies = [await client.ask("GET", path) for path in paths]
        replies.append(await client.ask("PUT", client.forwarding_of(7), json=ALWAYS))
    ids = {reply.headers["trackingid"] for reply in replies}
    assert len(ids) == 5
    assert all(text.startswith("SANDBOX_") for text in ids)
    assert [reply.json["trackingId"] for reply in replies[1:3]] == [
        reply.headers["trackingid"] for reply in replies[1:3]
    ]


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic {token}"])
async def test_without_a_valid_token_there_is_401(header: str | None) -> None:
    async with served() as client:
        headers = {} if header is None else {"Authorization": header.format(token=client.sandbox.token)}
        replies = [
            await client.ask("GET", path, headers=headers)
            for path in ("/v1/people/me", "/v1/nowhere", client.forwarding_of(7))
        ]
    message = "The request requires a valid access token set in the Authorization request header."
    assert [reply.json for reply in replies] == [
        {"message": message, "errors": [{"description": message}], "trackingId": reply.headers["trackingid"]}
        for reply in replies
    ]
    assert {reply.status for reply in replies} == {401}


async def test_a_token_expires_and_does_not_come_back() -> None:
    async with served("token-ttl=60s") as client:
        before = await client.ask("GET", "/v1/people/me")
        await asyncio.sleep(60)
        after = await client.ask("GET", "/v1/people/me")
    assert (before.status, after.status) == (200, 401)


async def test_unknown_addresses_are_404_and_unknown_methods_405() -> None:
    async with served() as client:
        replies = [
            await client.ask("GET", "/v1/nowhere"),
            await client.ask("DELETE", client.forwarding_of(7)),
        ]
        journal = client.sandbox.journal
        counted = journal.count(route="(unknown)"), journal.count(route="(unknown method)")
    assert ([reply.status for reply in replies], counted) == ([404, 405], (1, 1))


async def test_only_its_own_organisation_is_open() -> None:
    organisation = Organisation(SMALL)
    own = [organisation.id, organisation.id + "=", organisation.organisations.uuid(0)]
    async with served() as client:
        replies = [
            await client.ask("GET", f"{client.forwarding_of(7)}?orgId={text}") for text in [*own, "other"]
        ]
    assert [reply.status for reply in replies] == [200, 200, 200, 403]


async def test_latency_delays_every_answer_within_its_spread() -> None:
    loop = asyncio.get_running_loop()
    waited = []
    async with served("latency=100ms~20%") as client:
        for path in ["/v1/people/me", "/v1/nowhere"] * 10:
            started = loop.time()
            await client.ask("GET", path)
            waited.append(loop.time() - started)
    assert 0.079 < min(waited) < 0.1 < max(waited) < 0.121


async def test_latency_without_spread_is_exact() -> None:
    async with served("latency=100s") as client:
        started = asyncio.get_running_loop().time()
        await client.ask("GET", "/v1/people/me")
        assert asyncio.get_running_loop().time() - started == pytest.approx(100, abs=0.01)


@pytest.mark.parametrize(
    ("rule", "refused", "header"),
    [
        ("3/s", 7, "1"),
        ("3/10s", 7, "4"),
        ("3/60s,window", 7, "60"),
        ("3/60s,window,retry-after=fraction", 7, "60.0"),
        ("3/s,retry-after=2.5", 7, "2.5"),
        ("3/s,retry-after=none", 7, None),
        ("3/s,family=people/features", 0, None),
        ("3/s,family=people", 7, "1"),
    ],
)
async def test_above_the_rate_there_is_429(rule: str, refused: int, header: str | None) -> None:
    async with served(f"throttle={rule}") as client:
        replies = [reply for reply in await burst(client, 10) if reply.status == 429]
    assert len(replies) == refused
    assert {reply.headers.get("retry-after") for reply in replies} <= {header}
    assert all(reply.json["trackingId"] == reply.headers["trackingid"] for reply in replies)


async def test_a_retry_after_date_is_a_whole_second_in_the_future() -> None:
    async with served("throttle=1/1h,retry-after=date") as client:
        replies = await burst(client, 2)
    refused = next(reply for reply in replies if reply.status == 429)
    dates = [parsedate_to_datetime(refused.headers[name]) for name in ("retry-after", "date")]
    assert 3599 <= (dates[0] - dates[1]).total_seconds() <= 3602


async def test_who_waits_as_told_gets_through_and_is_not_blamed() -> None:
    async with served("throttle=2/s") as client:
        for _ in range(20):
            reply = await client.ask("GET", "/v1/people/me")
            if reply.status == 429:
                await asyncio.sleep(int(reply.headers["retry-after"]))
                reply = await client.ask("GET", "/v1/people/me")
            assert reply.status == 200
    assert client.sandbox.journal.inside_retry_after.total() == 0


@pytest.mark.parametrize(("style", "blamed"), [("date", 0), ("5", 1)])
async def test_a_date_counts_from_its_making_and_a_number_from_its_receipt(style: str, blamed: int) -> None:
    async with served("latency=2s", f"throttle=1/5s,window,retry-after={style}") as client:
        await burst(client, 2)
        await asyncio.sleep(4.5)  # 6.5 s after the refused request came in, 4.5 s after its answer
        await client.ask("GET", "/v1/people/me")
    assert client.sandbox.journal.inside_retry_after.total() == blamed


async def test_who_does_not_wait_as_told_is_noted() -> None:
    async with served("throttle=1/10s") as client:
        await burst(client, 2)
        for _ in range(3):
            await asyncio.sleep(1)
            await client.ask("GET", "/v1/people/me")
    assert dict(client.sandbox.journal.inside_retry_after) == {"people/me": 3}


async def test_a_cap_counts_requests_under_way() -> None:
    async with served("latency=100ms", "throttle=concurrent:4") as client:
        together = await burst(client, 6)
        alone = await client.ask("GET", "/v1/people/me")
    assert (sorted(reply.status for reply in together), alone.status) == ([200] * 4 + [429] * 2, 200)
    assert client.sandbox.journal.most_under_way == 6


async def test_server_errors_come_before_processing_in_the_shape_of_the_endpoint() -> None:
    async with served("5xx=100%") as client:
        person = await client.ask("GET", "/v1/people/me")
        write = await client.ask("PUT", client.forwarding_of(7), json=ALWAYS)
    assert {person.status, write.status} <= {500, 502, 503, 504}
    assert (person.json.keys(), write.json.keys()) == (
        {"message", "errors", "trackingId"},
        {"error", "trackingId"},
    )
    assert client.sandbox.journal.changed_writes == 0


async def test_a_proxy_error_is_html() -> None:
    async with served("html-502=100%") as client:
        reply = await client.ask("PUT", client.forwarding_of(7), json=ALWAYS)
    assert (reply.status, reply.headers["content-type"], reply.json[:6]) == (502, "text/html", "<html>")
    assert client.sandbox.journal.changed_writes == 0


@pytest.mark.parametrize(("fault", "processed"), [("reset-before", 0), ("reset-after", 1)])
async def test_a_dropped_connection_was_processed_or_not(fault: str, processed: int) -> None:
    async with served(f"{fault}=100%") as client:
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.ask("PUT", client.forwarding_of(7), json=ALWAYS)
    journal = client.sandbox.journal
    assert (journal.changed_writes, journal.unanswered_writes) == (processed, processed)
    assert journal.count(result=fault) == 1


async def test_a_stalled_request_gets_no_answer_and_half_of_them_are_processed() -> None:
    async with served("stall=100%") as client:
        for index in range(20):
            with pytest.raises(TimeoutError):
                await client.ask(
                    "PUT", client.forwarding_of(index), json=ALWAYS, timeout=aiohttp.ClientTimeout(5)
                )
    journal = client.sandbox.journal
    after, before = journal.count(result="stall-after"), journal.count(result="stall-before")
    assert (after + before, journal.changed_writes) == (20, after)
    assert after * before > 0


async def test_a_request_is_processed_though_its_client_has_left() -> None:
    async with served("latency=10s") as client:
        with pytest.raises(TimeoutError):
            await client.ask("PUT", client.forwarding_of(7), json=ALWAYS, timeout=aiohttp.ClientTimeout(1))
        await asyncio.sleep(10)
        assert client.sandbox.journal.changed_writes == 1


async def test_a_connection_that_its_client_has_left_cannot_be_dropped_again() -> None:
    async with served("latency=10s", "reset-before=100%") as client:
        with pytest.raises(TimeoutError):
            await client.ask("GET", "/v1/people/me", timeout=aiohttp.ClientTimeout(1))
        await asyncio.sleep(10)
        assert client.sandbox.journal.count(result="reset-before") == 1


async def test_a_refusal_is_lost_with_its_connection_too() -> None:
    async with served("reset-after=100%") as client:
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.ask("GET", "/v1/people/nobody")
    assert client.sandbox.journal.count(result="reset-after") == 1


async def test_the_end_does_not_wait_for_stalled_or_slow_requests() -> None:
    async with served("stall=100%") as stalled, served("latency=1h") as slow:
        asked = [asyncio.ensure_future(client.ask("GET", "/v1/people/me")) for client in (stalled, slow)]
        await asyncio.sleep(10)
        for client in (stalled, slow):
            await client.sandbox.__aexit__(None, None, None)
        assert asyncio.get_running_loop().time() < 20
        results = await asyncio.gather(*asked, return_exceptions=True)
    assert {isinstance(result, aiohttp.ClientConnectionError) for result in results} == {True}
    assert slow.sandbox.journal.count(result="cancelled") == 1


async def test_the_same_requests_meet_the_same_faults_and_all_get_through() -> None:
    async def statuses() -> dict[int, list[int]]:
        seen: dict[int, list[int]] = {}

        async def insist(client: Client, index: int) -> None:
            while 200 not in seen.setdefault(index, []):
                seen[index].append((await client.ask("GET", client.forwarding_of(index))).status)

        async with served("5xx=30%") as client:
            await asyncio.gather(*(insist(client, index) for index in range(50)))
        return seen

    first, again = await statuses(), await statuses()
    assert first == again
    assert max(map(len, first.values())) > 1


async def test_faults_can_be_replaced_while_it_runs() -> None:
    async with served("5xx=100%") as client:
        during = await client.ask("GET", "/v1/people/me")
        client.sandbox.replace_faults(parse_faults([]))
        after = await client.ask("GET", "/v1/people/me")
    assert (during.status >= 500, after.status) == (True, 200)


async def test_a_port_in_use_is_an_os_error() -> None:
    async with served() as client:
        port = int(client.sandbox.url.rpartition(":")[2])
        with pytest.raises(OSError, match="address already in use"):
            await Sandbox(SMALL, port=port).__aenter__()


def test_a_fault_that_names_nobody_is_said_before_serving() -> None:
    with pytest.raises(InputError, match="nobody in the sandbox"):
        Sandbox(SMALL, parse_faults(["no-calling=nobody@example.com"]))


def test_the_package_offers_the_server_and_nothing_else_by_surprise() -> None:
    import odt_async.sandbox as package  # noqa: PLC0415

    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = package.Nothing


def test_it_runs_on_another_event_loop() -> None:
    async def ask() -> int:
        async with served("latency=1ms") as client:
            return (await client.ask("GET", "/v1/people/me")).status

    assert uvloop.run(ask()) == 200
