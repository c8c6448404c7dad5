"""Asking when the token ends is no row's business, and holds nothing up."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from odt_async.errors import RetriesExhausted
from odt_async.webex.calls import CallRecord, current_row
from odt_async.webex.token_expiry import token_left_s


def api_that_says(answer: float | Exception, asked_by: list[CallRecord | None]) -> Any:
    async def get_token_expiration_status() -> float:
        asked_by.append(current_row.get())
        if isinstance(answer, Exception):
            raise answer
        return answer

    authorizations = SimpleNamespace(get_token_expiration_status=get_token_expiration_status)
    return SimpleNamespace(authorizations=authorizations)


async def test_it_is_asked_aside_and_the_next_call_is_not() -> None:
    asked_by: list[CallRecord | None] = []
    left_s = await token_left_s(api_that_says((time.time() + 100) * 1000, asked_by))
    assert left_s == pytest.approx(100, abs=10)
    assert [record and record.aside for record in asked_by] == [True]
    assert current_row.get() is None


@pytest.mark.parametrize("answer", [RetriesExhausted("gave up"), KeyError("expires"), 1000.0])
async def test_no_answer_or_one_that_makes_no_sense_is_not_known(answer: float | Exception) -> None:
    assert await token_left_s(api_that_says(answer, [])) is None
    assert current_row.get() is None
