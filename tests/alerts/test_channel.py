"""Deliveries over real HTTP on the loopback interface; the seconds are virtual."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import orjson
import pytest

from odt_async.alerts import Alert, Channel, deliver_all
from odt_async.alerts.message import Event
from odt_async.errors import NotAuthorised
from tests.alerts.test_message import PAUSED
from tests.webex.serving import DROP, EMPTY, STALL, Reply, Stub, served

REDIRECT = Reply(302, headers={"Location": "https://elsewhere.invalid/"})


def alert(event: Event, text: str = "") -> Alert:
    return replace(PAUSED, event=event, text=text)


def told(stub: Stub) -> list[tuple[str, str, int]]:
    """Return event, text and what it stands for, of each message that arrived."""
    bodies: list[dict[str, Any]] = [orjson.loads(asked.body) for asked in stub.asked]
    return [(body["event"], body["text"], body["merged"]) for body in bodies]


@asynccontextmanager
async def delivering(*replies: Reply) -> AsyncIterator[tuple[Stub, Channel]]:
    async with served(*replies) as stub:
        channel = Channel(f"{stub.url}/hook/secret")
        async with deliver_all([channel]):
            yield stub, channel


async def test_a_message_is_posted_without_any_token() -> None:
    async with delivering(EMPTY) as (stub, channel):
        channel.put(alert("start", "started"))
        await channel.drained()
    (asked,) = stub.asked
    assert (asked.method, asked.target) == ("POST", "/hook/secret")
    assert {"Authorization", "Cookie"}.isdisjoint(asked.headers)
    assert asked.headers["User-Agent"].startswith("odt_async/")
    assert (channel.delivered, channel.failure) == (1, None)


async def test_putting_returns_at_once_and_the_last_message_is_waited_for() -> None:
    async with delivering(EMPTY) as (stub, channel):
        channel.put(alert("start"))
        channel.put(alert("end"))
        assert stub.asked == []
    assert [event for event, _text, _merged in told(stub)] == ["start", "end"]


@pytest.mark.parametrize("trouble", [Reply(503), Reply(429), DROP])
async def test_what_may_pass_is_tried_again(trouble: Reply) -> None:
    async with delivering(trouble, trouble, EMPTY) as (stub, channel):
        channel.put(alert("start"))
        await channel.drained()
    assert (len(stub.asked), channel.delivered, channel.failure) == (3, 1, None)


async def test_a_retry_after_is_kept_but_not_for_ever() -> None:
    async with delivering(
        Reply(429, headers={"Retry-After": "20"}), Reply(429, headers={"Retry-After": "9999"}), EMPTY
    ) as (
        _stub,
        channel,
    ):
        channel.put(alert("start"))
        await channel.drained()
        assert 50 <= asyncio.get_running_loop().time() < 51


@pytest.mark.parametrize(
    ("reply", "attempts", "failure"),
    [
        (Reply(404), 1, "HTTP 404"),
        (REDIRECT, 1, "HTTP 302"),
        (Reply(500), 3, "HTTP 500"),
        (STALL, 3, "TimeoutError"),
    ],
)
async def test_what_cannot_be_delivered_is_given_up_and_the_next_one_sent(
    reply: Reply, attempts: int, failure: str
) -> None:
    async with delivering(*[reply] * attempts, EMPTY) as (stub, channel):
        channel.put(alert("start"))
        await channel.drained()
        channel.put(alert("end"))
    assert (len(stub.asked), channel.delivered, channel.failure) == (attempts + 1, 1, failure)


async def test_nobody_there_is_a_failure_without_the_secret() -> None:
    channel = Channel("http://127.0.0.1:1/hook/secret")
    async with deliver_all([channel]):
        channel.put(alert("end"))
        await channel.drained()
    assert (channel.shown, channel.failure) == ("http://127.0.0.1:1/***", "ClientConnectorError")


async def test_the_end_waits_some_seconds_and_no_longer() -> None:
    async with delivering(STALL) as (_stub, channel):
        channel.put(alert("end"))
        before = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - before < 7
    assert channel.failure == "TimeoutError"


async def test_a_run_that_flaps_is_told_twice_a_minute_with_its_latest_state() -> None:
    async with delivering(EMPTY) as (stub, channel):
        for number in range(110):
            channel.put(alert("resumed" if number % 2 else "paused", str(number)))
            await asyncio.sleep(1)
        messages = told(stub)
    assert messages[:2] == [("paused", "0", 1), ("resumed", "1", 1)]
    assert len(messages) == 4
    assert sum(merged for _event, _text, merged in messages) == int(messages[-1][1]) + 1


async def test_failures_do_not_wait_behind_a_state() -> None:
    async with delivering(EMPTY) as (stub, channel):
        for number in range(3):
            channel.put(alert("paused", str(number)))
            await channel.drained() if number < 2 else None
        channel.put(alert("failures"))
        await asyncio.sleep(1)
        assert [event for event, _text, _merged in told(stub)] == ["paused", "paused", "failures"]


async def test_the_end_stands_for_a_state_that_was_not_told_yet() -> None:
    async with delivering(EMPTY) as (stub, channel):
        channel.put(alert("paused"))
        channel.put(alert("end"))
    assert [event for event, _text, _merged in told(stub)] == ["end"]


async def test_one_that_is_slow_holds_up_no_other() -> None:
    async with served(STALL) as slow, served(EMPTY) as quick:
        channels = [Channel(slow.url), Channel(quick.url)]
        async with deliver_all(channels):
            for channel in channels:
                channel.put(alert("start"))
            await channels[1].drained()
            assert asyncio.get_running_loop().time() < 1
    assert [channel.failure for channel in channels] == ["TimeoutError", None]


async def test_an_error_of_the_run_comes_out_as_it_is() -> None:
    with pytest.raises(NotAuthorised, match="no token"):
        async with deliver_all([Channel("http://127.0.0.1:1/")]):
            raise NotAuthorised("no token")
