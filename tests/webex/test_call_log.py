"""Every exchange is a line of the action log, whatever is sent and whatever comes of it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from wxc_sdk.as_rest import AsRestError

from odt_async.errors import AmbiguousWrite
from odt_async.webex.calls import CallRecord, current_row
from odt_async.webex.session import WEBEX
from tests.webex.serving import DROP, EMPTY, PLATFORM, Ledger, json_reply, open_session, served

BUSY = json_reply({"message": "Server is overloaded."}, 503, **{"Retry-After": "7"})


async def test_every_exchange_is_one_line_of_the_log() -> None:
    lines: list[bytes] = []
    current_row.set(CallRecord(row_index=4))
    refused = json_reply(PLATFORM, 400, trackingid="T1", **{"Set-Cookie": "session=s"})
    async with (
        served(BUSY, json_reply({"a": 1}), DROP, refused) as stub,
        open_session(stub, Ledger(retries=1, wait_s=2), lines=lines) as session,
    ):
        await session.rest_get(f"{WEBEX}/v1/people", params={"max": 1})
        with pytest.raises(AmbiguousWrite):
            await session.rest_put(f"{WEBEX}/v1/people/1", json={"b": 2})
        with pytest.raises(AsRestError):
            await session.rest_put(f"{WEBEX}/v1/people/1", data='{"c": 3}')

    logged = [orjson.loads(line) for line in lines]
    shown = [
        {
            key: record.get(key)
            for key in ("event", "method", "status", "verdict", "row_index", "request_body")
        }
        for record in logged
    ]
    assert shown == [
        {
            "event": event,
            "method": method,
            "status": status,
            "verdict": verdict,
            "row_index": 4,
            "request_body": body,
        }
        for event, method, status, verdict, body in [
            ("http.response", "GET", 503, "transient", None),
            ("http.retry_scheduled", "GET", None, None, None),
            ("http.response", "GET", 200, "ok", None),
            ("http.response", "PUT", None, "ambiguous_write", {"b": 2}),
            ("http.response", "PUT", 400, "permanent", {"c": 3}),
        ]
    ]
    assert logged[1]["wait_for_s"] == 2.0
    assert logged[1]["retry_after_s"] == 7.0
    assert logged[2]["url"] == f"{stub.url}/v1/people?max=1"
    assert logged[2]["response_headers"] is None
    assert logged[3]["error"] == "ServerDisconnectedError: Server disconnected"
    assert logged[4]["response_headers"]["Set-Cookie"] == "***"
    assert logged[4]["response_body"] == PLATFORM
    assert logged[4]["tracking_id"] == "T1"
    assert logged[4]["request_tracking_id"] == stub.asked[3].headers["TrackingID"]


@pytest.mark.parametrize(
    ("data", "logged"),
    [
        (b"raw", "raw"),
        ("text", "text"),
        ('{\n"a": 1}', '{\n"a": 1}'),
        (b"\xff", "\ufffd"),
        ({"form": "x"}, "{'form': 'x'}"),
        ("", ""),
    ],
)
async def test_a_body_of_any_kind_stays_on_its_line(data: Any, logged: str) -> None:
    lines: list[bytes] = []
    async with served(EMPTY) as stub, open_session(stub, lines=lines) as session:
        await session.rest_post(f"{WEBEX}/v1/people", data=data, content_type="application/octet-stream")
    assert [orjson.loads(line)["request_body"] for line in lines] == [logged]
