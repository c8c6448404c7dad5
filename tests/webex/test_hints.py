"""The cure that an operator is told."""

from __future__ import annotations

from typing import Any

import pytest

from odt_async.webex.hints import hint_for
from tests.webex.refusals import make_refusal


def calling(code: int, description: str) -> dict[str, Any]:
    return {"error": [{"key": "400", "message": [{"code": code, "description": description}]}]}


@pytest.mark.parametrize(
    ("status", "detail", "words"),
    [
        (400, calling(4003, "Not authorized to set UserCallForwardingBusy"), "'busy' forwarding"),
        (400, calling(4003, "Target user not authorized"), "refuses the values"),
        (404, calling(4008, "User not found"), "no Webex Calling licence"),
        (405, calling(25409, "Not supported"), "Professional licence"),
        (400, None, "refuses the values"),
        (403, None, "lacks a scope"),
        (404, None, "of nobody in this organisation"),
        (405, None, "check its licence"),
        (409, None, "run the row again"),
    ],
)
def test_the_hint_follows_the_number_and_else_the_status(status: int, detail: Any, words: str) -> None:
    assert words in (hint_for(make_refusal(detail, status=status)) or "")


def test_there_is_no_hint_where_no_cure_is_known() -> None:
    assert hint_for(make_refusal(status=451)) is None
