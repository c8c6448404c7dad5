"""What comes back is what the SDK's own session gives, and the token is in none of it."""

from __future__ import annotations

import gzip
import re
import traceback
from typing import Any

import aiohttp
import pytest
from wxc_sdk.as_rest import AsRestError

from odt_async.errors import AmbiguousWrite, RetriesExhausted
from odt_async.webex.session import WEBEX
from odt_async.webex.wire import MAX_BODY
from tests.webex.serving import (
    CALLING,
    EMPTY,
    JSON,
    PLATFORM,
    TOKEN,
    Ledger,
    Reply,
    Stub,
    json_reply,
    open_session,
    plain_session,
    served,
)


async def what_comes(session: Any, stub: Stub, method: str = "GET", **how: Any) -> dict[str, Any]:
    """Send one request; return the result, or the fields of the SDK's error, wrapped or not."""
    try:
        response, body = await session._request_w_response(method, url=f"{stub.url}/v1/people", **how)
    except (AsRestError, RetriesExhausted) as caught:
        error = caught if isinstance(caught, AsRestError) else caught.__cause__
        assert isinstance(error, AsRestError)
        return {
            "status": error.status,
            "message": error.message,
            "detail": repr(error.detail),  # NaN is not equal to itself
            "headers": error.headers,
            "history": error.history,
            "request": (error.request_info.method, error.request_info.url, error.request_info.real_url),
        }
    return {"status": response.status, "body": repr(body), "headers": response.headers}


@pytest.mark.parametrize(
    "reply",
    [
        json_reply({"items": [{"id": "p1", "name": "Iñaki"}]}),
        json_reply([1, 2.5, None, True]),
        json_reply("text"),
        json_reply({}, 201),
        EMPTY,
        Reply(200, b'{"a": NaN, "b": [Infinity, 1e400]}', {"Content-Type": "application/json"}),
        Reply(200, b'{"a": "\xf1"}', {"Content-Type": "application/json;charset=iso-8859-1"}),
        Reply(400, "ñ".encode("latin-1"), {"Content-Type": "text/plain;charset=iso-8859-1"}),
        Reply(400, b'{"a": 1}', {"Content-Type": "application/problem+json"}),
        json_reply(PLATFORM, 400),
        json_reply(CALLING, 404, trackingid="T1"),
        json_reply({"errors": [{"errorCode": 1}]}, 400),
        json_reply(["a"], 409),
        json_reply(None, 409),
        json_reply(PLATFORM, 429),
        json_reply(PLATFORM, 503),
        Reply(400, b"", {"Content-Type": JSON}),
        Reply(400, b'{"cut', {"Content-Type": JSON}),
        Reply(403, b"<html>Denied</html>", {"Content-Type": "text/html"}),
        Reply(404),
        Reply(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"}),
    ],
    ids=lambda reply: f"{reply.status} {reply.body[:24]!r}",
)
async def test_results_and_errors_are_those_of_the_sdk(reply: Reply) -> None:
    async with served(reply) as stub, plain_session() as plain, open_session(stub) as ours:
        assert await what_comes(ours, stub) == await what_comes(plain, stub)


async def test_an_ignored_status_is_a_result_as_in_the_sdk() -> None:
    async with (
        served(json_reply(PLATFORM, 400)) as stub,
        plain_session() as plain,
        open_session(stub) as ours,
    ):
        expected = await what_comes(plain, stub, "POST", ignore_status=400)
        got = await what_comes(ours, stub, "POST", ignore_status=400)

    assert (got, got["status"], "body" in got) == (expected, 400, True)


async def test_what_no_json_could_hold_is_replaced() -> None:
    reply = Reply(200, b'{"name": "Jos\\ud83d"}', {"Content-Type": JSON})
    async with served(reply) as stub, open_session(stub) as session:
        assert await session.rest_get(f"{WEBEX}/v1/people") == {"name": "Jos?"}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(201),
        Reply(200, b"", {"Content-Type": JSON}),
        Reply(200, b" \r\n ", {"Content-Type": JSON}),
        Reply(200, b"", {"Content-Type": "text/plain"}),
    ],
    ids=repr,
)
async def test_a_write_need_not_be_answered_with_a_body(reply: Reply) -> None:
    async with served(reply) as stub, plain_session() as plain, open_session(stub) as ours:
        expected = await what_comes(plain, stub, "PUT", json={})
        assert (await what_comes(ours, stub, "PUT", json={}), "body" in expected) == (expected, True)


GARBLED = "HTTP 200, JSON that is cut or garbled"
LONG = b'{"items": ["' + b"x" * MAX_BODY + b'"]}'


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(200, b'{"cut', {"Content-Type": JSON}), GARBLED),
        (Reply(200, b'{"a": "\xff\xfe"}', {"Content-Type": JSON}), GARBLED),
        (Reply(200, '{"a": "b"}'.encode("utf-16"), {"Content-Type": JSON}), GARBLED),
        (Reply(200, b'{"a": "\xff"}', {"Content-Type": "application/json;charset=klingon"}), GARBLED),
        (Reply(200, b"<html>Sign in</html>", {"Content-Type": "text/html"}), "text/html in place of JSON"),
        (Reply(200, b'{"a": 1}', {"Content-Type": "text/plain;charset=x"}), "text/plain in place of JSON"),
        (Reply(200, b'{"a": 1}', {"Content-Type": ""}), "something untyped in place of JSON"),
        (Reply(201, b"<html></html>", {"Content-Type": "text/html"}), "HTTP 201, text/html in place of JSON"),
        (json_reply(PLATFORM), "HTTP 200, an error inside"),
        (json_reply(CALLING), "HTTP 200, an error inside"),
        (Reply(200, LONG, {"Content-Type": JSON}), "HTTP 200, a body of more than 16 MiB"),
        (
            Reply(200, gzip.compress(LONG, 1), {"Content-Type": JSON, "Content-Encoding": "gzip"}),
            "HTTP 200, a body of more than 16 MiB",
        ),
    ],
    ids=lambda value: f"{value.body[:20]!r}" if isinstance(value, Reply) else None,
)
async def test_a_success_that_cannot_be_believed_is_read_again_and_proves_no_write(
    reply: Reply, reason: str
) -> None:
    async with (
        served(reply, json_reply({"a": 1}), reply) as stub,
        open_session(stub, Ledger(retries=1)) as session,
    ):
        read = await session.rest_get(f"{WEBEX}/v1/people")
        with pytest.raises(AmbiguousWrite, match=f"{re.escape(reason)}$"):
            await session.rest_put(f"{WEBEX}/v1/people/1", json={})

    assert (read, len(stub.asked)) == ({"a": 1}, 3)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(200), "an empty body"),
        (Reply(200, b"", {"Content-Type": JSON}), "an empty body"),
        (Reply(200, b" ", {"Content-Type": JSON}), "an empty body"),
        (json_reply({"items": []}, Link='<http://[::1>; rel="next"'), "a Link that is none"),
    ],
    ids=["untyped", "JSON", "blank", "link"],
)
async def test_a_read_has_something_to_show(reply: Reply, reason: str) -> None:
    async with served(reply) as stub, open_session(stub) as session:
        with pytest.raises(RetriesExhausted, match=f"the last answer: HTTP 200, {reason}$"):
            await session.rest_get(f"{WEBEX}/v1/people")


async def test_a_body_of_the_longest_kind_is_read() -> None:
    text = "x" * (MAX_BODY - len('{"a":""}'))
    async with served(json_reply({"a": text})) as stub, open_session(stub) as session:
        assert await session.rest_get(f"{WEBEX}/v1/people") == {"a": text}


@pytest.mark.parametrize("content_type", ["text/html", "text/html;charset=nonsense"])
async def test_a_page_in_whatever_encoding_is_still_an_answer(content_type: str) -> None:
    page = Reply(502, "<html>Petición errónea</html>".encode("latin-1"), {"Content-Type": content_type})
    async with served(page, EMPTY) as stub, open_session(stub, Ledger(retries=1)) as session:
        assert await session.rest_get(f"{WEBEX}/v1/people") == ""


@pytest.mark.parametrize("status", [200, 400, 503])
@pytest.mark.parametrize("content_type", [JSON, "text/plain", "text/html"])
async def test_a_token_that_the_server_repeats_is_nowhere(status: int, content_type: str) -> None:
    lines: list[bytes] = []
    body = b'{"message": "seen Bearer %b", "errors": [{"description": "%b"}]}' % (
        TOKEN.encode(),
        TOKEN.encode(),
    )
    echo = Reply(status, body, {"Content-Type": content_type, "X-Seen": f"Bearer {TOKEN}"})
    shown = ""
    async with served(echo) as stub, open_session(stub, lines=lines) as session:
        try:
            await session.rest_get(f"{WEBEX}/v1/people")
        except (AsRestError, RetriesExhausted) as error:
            refused = error if isinstance(error, AsRestError) else error.__cause__
            assert isinstance(refused, AsRestError)
            shown = (
                f"{error!r} {refused!r} {refused.args} {refused.detail!r} {traceback.format_exception(error)}"
            )

    assert TOKEN not in shown
    assert len(lines) == 1
    assert TOKEN.encode() not in lines[0]
    assert b"http.response" in lines[0]


async def test_an_error_of_aiohttp_itself_carries_no_token_either() -> None:
    async with served(Reply(raw=b"HTTP/1.1 what\r\n\r\n")) as stub, open_session(stub) as session:
        with pytest.raises(RetriesExhausted) as given_up:
            await session.rest_get(f"{WEBEX}/v1/people")

    cause = given_up.value.__cause__
    assert isinstance(cause, aiohttp.ClientResponseError)
    assert TOKEN not in f"{cause!r} {cause.args}"
