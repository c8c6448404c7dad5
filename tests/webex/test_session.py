"""The session sends what the SDK sends, asks the policy before and after, and writes all of it down."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import anyio
import orjson
import pytest
from wxc_sdk.as_api import AsWebexSimpleApi
from wxc_sdk.as_rest import AsRestError, AsRestSession

from odt_async.errors import AmbiguousWrite, NotAuthorised, RetriesExhausted, RowDeadlineExceeded
from odt_async.model import VerdictKind
from odt_async.webex.calls import CallRecord, current_row
from odt_async.webex.pages import Pager
from odt_async.webex.session import WEBEX, PolicySession
from tests.webex.serving import (
    DROP,
    EMPTY,
    PLATFORM,
    STALL,
    TOKEN,
    Ledger,
    Reply,
    Stub,
    json_reply,
    open_session,
    plain_session,
    served,
)

WRITES = ("PUT", "POST", "PATCH", "DELETE")
BUSY = json_reply({"message": "Server is overloaded."}, 503, **{"Retry-After": "7"})
UNAUTHORISED = json_reply({"message": "No token."}, 401)


@pytest.mark.parametrize(
    ("method", "how"),
    [
        ("GET", {}),
        ("GET", {"params": {"email": "a+b@x.es", "max": 100}}),
        ("DELETE", {}),
        ("PUT", {"json": {"name": "Iñaki", "tags": [], "none": None}}),
        ("POST", {"json": {}}),
        ("PATCH", {"data": '{"a":1}', "params": {"orgId": "o1"}}),
        ("PUT", {"data": b"raw", "content_type": "application/octet-stream"}),
        ("POST", {"data": {"grant": "x"}, "content_type": "application/x-www-form-urlencoded"}),
        ("GET", {"headers": {"Accept-Language": "es"}}),
    ],
)
async def test_requests_are_those_of_the_sdk(method: str, how: Mapping[str, Any]) -> None:
    async with served(EMPTY) as stub, plain_session() as plain, open_session(stub) as ours:
        await plain._request_w_response(method, url=f"{stub.url}/v1/people", **how)
        await ours._request_w_response(method, url=f"{WEBEX}/v1/people", **how)

    theirs, mine = [
        {
            "method": asked.method,
            "target": asked.target,
            "body": orjson.loads(asked.body) if "json" in how else asked.body,
            "headers": {
                name: value
                for name, value in asked.headers.items()
                if name not in {"TrackingID", "Content-Length"}
            },
        }
        for asked in stub.asked
    ]
    assert mine == theirs


async def test_every_request_has_a_tracking_id_of_its_own() -> None:
    async with served(DROP, EMPTY) as stub, open_session(stub, Ledger(retries=1)) as session:
        await session.rest_get(f"{WEBEX}/v1/people")

    first, second = [asked.headers["TrackingID"] for asked in stub.asked]
    assert (first[:4], first[:-1], first[-1], second[-1]) == ("ODT_", second[:-1], "1", "2")


async def test_a_call_is_admitted_sent_and_released() -> None:
    policy = Ledger()
    async with served(EMPTY) as stub, open_session(stub, policy) as session:
        await anyio.sleep(5)
        await session.rest_put(f"{WEBEX}/v1/people/p1/features/callForwarding", json={})

    assert policy.steps == [
        ("admit", "people/features"),
        ("release", "people/features", 5.0, VerdictKind.OK),
    ]


async def test_the_slot_is_given_back_before_the_backoff_and_taken_anew_after_it() -> None:
    policy = Ledger(retries=2, wait_s=3.0)
    record = CallRecord()
    current_row.set(record)
    async with (
        served(BUSY, DROP, json_reply({"a": 1}, trackingid="T9")) as stub,
        open_session(stub, policy) as session,
    ):
        body = await session.rest_get(f"{WEBEX}/v1/people")

    assert policy.steps == [
        ("admit", "people"),
        ("release", "people", 0.0, VerdictKind.TRANSIENT),
        ("wait", VerdictKind.TRANSIENT, 1),
        ("admit", "people"),
        ("release", "people", 3.0, VerdictKind.TRANSIENT),
        ("wait", VerdictKind.TRANSIENT, 2),
        ("admit", "people"),
        ("release", "people", 6.0, VerdictKind.OK),
    ]
    assert (body, record.attempts, record.spent_s, record.tracking_id) == ({"a": 1}, 3, 6.0, "T9")


async def test_a_cancelled_call_gives_its_slot_back_and_teaches_nothing() -> None:
    policy = Ledger()
    async with served(STALL) as stub, open_session(stub, policy) as session:
        with anyio.move_on_after(10):
            await session.rest_put(f"{WEBEX}/v1/people/1", json={})

    assert policy.steps == [("admit", "people"), ("release", "people", 0.0, None)]


async def test_when_the_policy_gives_up_the_last_answer_is_the_cause() -> None:
    async with served(BUSY) as stub, open_session(stub, Ledger(retries=1)) as session:
        with pytest.raises(RetriesExhausted) as given_up:
            await session.rest_get(f"{WEBEX}/v1/people")

    cause = given_up.value.__cause__
    assert str(given_up.value) == f"GET {stub.url}/v1/people was sent 2 times; the last answer: HTTP 503"
    assert isinstance(cause, AsRestError)
    assert (cause.status, len(stub.asked)) == (503, 2)


async def test_a_refusal_is_final() -> None:
    policy = Ledger(retries=9)
    async with served(json_reply(PLATFORM, 400)) as stub, open_session(stub, policy) as session:
        with pytest.raises(AsRestError):
            await session.rest_get(f"{WEBEX}/v1/people")
    assert [step[0] for step in policy.steps] == ["admit", "release"]


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize(
    ("reply", "reason", "cause", "retry_after_s"),
    [
        (DROP, "ServerDisconnectedError", aiohttp.ServerDisconnectedError, None),
        (STALL, "TimeoutError", TimeoutError, None),
        (Reply(raw=b"HTTP/1.1 what\r\n\r\n"), "ClientResponseError", aiohttp.ClientResponseError, None),
        (BUSY, "HTTP 503", AsRestError, 7.0),
    ],
    ids=["drop", "stall", "no HTTP", "503"],
)
async def test_a_write_of_unknown_fate_goes_back_to_the_row(
    method: str, reply: Reply, reason: str, cause: type[Exception], retry_after_s: float | None
) -> None:
    async with served(reply) as stub, open_session(stub, Ledger(retries=9)) as session:
        with pytest.raises(AmbiguousWrite) as doubt:
            await session._rest_request(method, f"{WEBEX}/v1/people/1", json={"a": 1})

    told = (str(doubt.value), type(doubt.value.__cause__), doubt.value.retry_after_s)
    assert (told, len(stub.asked)) == ((reason, cause, retry_after_s), 1)


async def test_a_write_that_was_not_processed_is_repeated() -> None:
    throttled = json_reply({"message": "Slow down."}, 429)
    policy = Ledger(retries=1)
    async with served(throttled, EMPTY) as stub, open_session(stub, policy) as session:
        await session.rest_post(f"{WEBEX}/v1/people", json={"a": 1})
    assert [asked.body for asked in stub.asked] == [b'{"a":1}'] * 2


async def test_a_refused_token_is_renewed_and_the_call_repeated() -> None:
    policy = Ledger(new_tokens=["token-2"])
    async with served(UNAUTHORISED, EMPTY) as stub, open_session(stub, policy) as session:
        await session.rest_put(f"{WEBEX}/v1/people/1", json={})

    steps = [step[:2] for step in policy.steps]
    again = [("admit", "people"), ("release", "people")]
    assert steps == [*again, ("renew", TOKEN), *again]
    assert [asked.token for asked in stub.asked] == [TOKEN, "token-2"]


async def test_a_third_refused_token_is_the_last() -> None:
    policy = Ledger(new_tokens=["token-2", "token-3", "token-4"])
    async with served(UNAUTHORISED) as stub, open_session(stub, policy) as session:
        with pytest.raises(NotAuthorised) as refused:
            await session.rest_get(f"{WEBEX}/v1/people")

    assert str(refused.value) == f"Webex refused 3 tokens in a row (GET {stub.url}/v1/people)"
    assert [asked.token for asked in stub.asked] == [TOKEN, "token-2", "token-3"]


async def test_tokens_that_people_put_in_place_may_be_refused_again_and_again() -> None:
    policy = Ledger(new_tokens=[f"token-{number}" for number in range(2, 6)], renews_token_itself=False)
    async with served(*[UNAUTHORISED] * 4, EMPTY) as stub, open_session(stub, policy) as session:
        await session.rest_get(f"{WEBEX}/v1/people")

    assert [asked.token for asked in stub.asked] == [TOKEN, "token-2", "token-3", "token-4", "token-5"]


async def test_a_call_that_waited_is_sent_with_the_token_of_that_moment() -> None:
    @dataclass
    class Waiting(Ledger):
        async def admit(self, family: str) -> None:
            await super().admit(family)
            self.tokens.access_token = "token-2"

    async with served(EMPTY) as stub, open_session(stub, Waiting()) as session:
        await session.rest_get(f"{WEBEX}/v1/people")

    assert [asked.token for asked in stub.asked] == ["token-2"]


async def test_the_last_request_of_a_row_gets_what_is_left_of_its_time() -> None:
    current_row.set(record := CallRecord(max_elapsed_s=100))
    async with served(STALL) as stub, open_session(stub, Ledger(retries=9)) as session:
        with pytest.raises(RowDeadlineExceeded) as late:
            await session.rest_get(f"{WEBEX}/v1/people")

    assert str(late.value) == "the row's 100 s are spent; the last answer: TimeoutError"
    assert isinstance(late.value.__cause__, TimeoutError)
    assert (record.attempts, record.spent_s) == (2, 100.0)


async def test_a_backoff_beyond_the_deadline_is_not_slept() -> None:
    current_row.set(CallRecord(max_elapsed_s=100))
    async with served(BUSY) as stub, open_session(stub, Ledger(retries=9, wait_s=100)) as session:
        with pytest.raises(RowDeadlineExceeded, match="the last answer: HTTP 503"):
            await session.rest_get(f"{WEBEX}/v1/people")
    assert asyncio.get_running_loop().time() == 0.0


async def test_with_no_time_left_nothing_is_sent() -> None:
    current_row.set(CallRecord(max_elapsed_s=100, spent_s=100))
    policy = Ledger()
    async with served(EMPTY) as stub, open_session(stub, policy) as session:
        with pytest.raises(RowDeadlineExceeded, match=r"^the row's 100 s are spent$"):
            await session.rest_put(f"{WEBEX}/v1/people/1", json={})
    assert (policy.steps, stub.asked) == ([], [])


async def test_waiting_for_admission_does_not_count() -> None:
    class Patient(Ledger):
        async def admit(self, family: str) -> None:
            await anyio.sleep(3600)
            await super().admit(family)

    current_row.set(record := CallRecord(max_elapsed_s=100))
    async with served(EMPTY) as stub, open_session(stub, Patient()) as session:
        await session.rest_get(f"{WEBEX}/v1/people")
    assert record.spent_s == 0.0


async def test_all_of_the_api_goes_to_the_base_url() -> None:
    person = {"id": "p1", "emails": ["a@x.es"]}
    async with served(EMPTY) as stub, open_session(stub) as session:
        api = AsWebexSimpleApi(tokens=session._tokens, session=session)
        stub.replies = [
            json_reply({"items": [person]}, Link=f'<{WEBEX}/v1/people?cursor=2>; rel="next"'),
            json_reply({"items": [person]}, Link=f'<{stub.url}/v1/people?cursor=3>; rel="next"'),
            json_reply({"items": []}),
            json_reply({"Resources": [], "totalResults": 0}),
            EMPTY,
        ]
        people = [found.person_id async for found in api.people.list_gen(email="a@x.es")]
        await api.scim.users.search("o1", filter='userName eq "a@x.es"')
        await api.people.delete_person("p1")

    assert people == ["p1", "p1"]
    assert [f"{asked.method} {asked.target}" for asked in stub.asked] == [
        "GET /v1/people?email=a@x.es",
        "GET /v1/people?cursor=2",
        "GET /v1/people?cursor=3",
        "GET /identity/scim/o1/v2/Users?filter=userName+eq+%22a@x.es%22",
        "DELETE /v1/people/p1",
    ]


async def test_without_a_base_url_the_base_is_webex() -> None:
    async with open_session(Stub()) as session:
        assert session._rebase(f"{WEBEX}/v1/people") == "https://webexapis.com/v1/people"


@pytest.mark.parametrize(
    "url",
    [
        "https://webexapis.com.evil.test/v1/people",
        "https://webexapis.com@evil.test/v1/people",
        "http://webexapis.com/v1/people",
        "https://evil.test/?https://webexapis.com/v1/people",
        "https://analytics.webexapis.com/v1/cdr_feed",
        "/v1/people",
        "",
    ],
)
async def test_no_other_host_is_ever_asked(url: str) -> None:
    policy = Ledger(retries=9)
    async with served(EMPTY) as stub, open_session(stub, policy) as session:
        with pytest.raises(aiohttp.InvalidURL, match="the token goes to no other host"):
            await session.rest_get(url)
    assert (policy.steps, stub.asked) == ([], [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_another_host_is_not_followed(status: int) -> None:
    async with served(EMPTY) as elsewhere:
        moved = Reply(status, headers={"Location": f"{elsewhere.url}/v1/people"})
        async with served(moved) as stub, open_session(stub) as session:
            with pytest.raises((AsRestError, RetriesExhausted), match=str(status)):
                await session.rest_get(f"{WEBEX}/v1/people")
            with pytest.raises((AsRestError, AmbiguousWrite), match=str(status)):
                await session.rest_put(f"{WEBEX}/v1/people/1", json={})
    assert (len(stub.asked), elsewhere.asked) == (2, [])


async def test_a_list_that_goes_on_at_another_host_ends_there() -> None:
    async with served(EMPTY) as elsewhere:
        page = json_reply({"items": []}, Link=f'<{elsewhere.url}/v1/people?cursor=2>; rel="next"')
        async with served(page) as stub, open_session(stub) as session:
            pager = Pager(session, "people", {"max": "100"}, items="items")
            await pager.read()
            with pytest.raises(aiohttp.InvalidURL, match="the token goes to no other host"):
                await pager.read()
    assert (len(stub.asked), elsewhere.asked) == (1, [])


async def test_a_dropped_write_is_sent_once_where_the_sdk_would_send_it_twice() -> None:
    async with served(DROP) as stub, plain_session() as plain, open_session(stub) as ours:
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await plain.rest_put(f"{stub.url}/v1/people/1", json={})
        by_the_sdk = len(stub.asked)
        with pytest.raises(AmbiguousWrite):
            await ours.rest_put(f"{WEBEX}/v1/people/1", json={})
        by_us = len(stub.asked) - by_the_sdk

    assert (by_the_sdk, by_us) == (2, 1)


async def test_what_aiohttp_keeps_private_is_still_called_so() -> None:
    async with aiohttp.ClientSession() as session:
        assert session._retry_connection is True


def test_the_sdk_still_has_what_is_replaced_here_and_what_is_relied_on() -> None:
    replaced = inspect.signature(inspect.unwrap(AsRestSession._request_w_response))
    ours = inspect.signature(PolicySession._request_w_response)
    names = {
        name: [*inspect.signature(getattr(AsRestSession, name)).parameters]
        for name in ("_rest_request", "follow_pagination", "ep")
    }

    assert [(p.name, p.kind, p.default) for p in ours.parameters.values()] == [
        (p.name, p.kind, p.default) for p in replaced.parameters.values()
    ]
    assert names == {
        "_rest_request": ["self", "method", "url", "kwargs"],
        "follow_pagination": ["self", "url", "model", "params", "item_key", "kwargs"],
        "ep": ["self", "path"],
    }
    assert AsRestSession.BASE.removeprefix(WEBEX) == "/v1"
