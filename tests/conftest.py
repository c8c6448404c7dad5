"""What every test gets: virtual time, a clean environment and an empty working directory."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import pytest
from aiohttp import ClientResponse
from aioresponses import aioresponses

from tests.virtual_time import VirtualTimeLoop

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> Mapping[str, LoopFactory]:
    """Run async tests and their fixtures in virtual time, unless the test is marked `real_time`."""
    if item.get_closest_marker("real_time"):
        return {"real": asyncio.SelectorEventLoop}
    return {"virtual": VirtualTimeLoop}


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the developer's token, settings, `.env` and language out of every test.

    Settings are read from WEBEX_* and ODT_* variables and from `.env` in the working directory, and
    runs write to `logs/` there; so each test starts in an empty directory of its own. A test that
    needs a file of the project finds it from its own `__file__`. The locale names no language, so that the
    sentences are English.
    """
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("LANGUAGE", raising=False)
    for name in os.environ:
        if name.upper().startswith(("WEBEX_", "ODT_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def mocked_http(monkeypatch: pytest.MonkeyPatch) -> Iterator[aioresponses]:
    """Answer the requests of any aiohttp session from memory; for what needs no real HTTP.

    aiohttp 3.14 made `stream_writer` a required argument of ClientResponse, and aioresponses 0.7.9
    does not pass one. It is handed in here; once aioresponses does so itself, its own value wins and
    this line can go.
    """
    complete = partial(ClientResponse, stream_writer=Mock(output_size=0))
    monkeypatch.setattr("aioresponses.core.ClientResponse", complete)
    with aioresponses() as mocked:
        yield mocked
