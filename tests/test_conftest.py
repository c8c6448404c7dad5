"""What every test may rely on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from aioresponses import aioresponses


async def test_mocked_http_answers_a_session_of_the_pinned_aiohttp(mocked_http: aioresponses) -> None:
    mocked_http.get("http://webex.test/v1/people", payload={"items": []}, headers={"trackingId": "T1"})

    async with (
        aiohttp.ClientSession() as session,
        session.get("http://webex.test/v1/people") as answer,
    ):
        seen = answer.status, answer.headers["trackingId"], await answer.json()

    assert seen == (200, "T1", {"items": []})


def test_no_setting_of_the_developer_reaches_a_test() -> None:
    assert [name for name in os.environ if name.startswith(("WEBEX_", "ODT_"))] == []


def test_a_test_starts_in_an_empty_directory(tmp_path: Path) -> None:
    assert (Path.cwd(), list(Path.cwd().iterdir())) == (tmp_path, [])
