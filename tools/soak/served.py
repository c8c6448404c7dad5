"""The simulated Webex in a process of its own, and the plain client that governs and questions it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from odt_async.sandbox.access_tokens import AccessTokens
from odt_async.sandbox.entities import SandboxSettings

__all__ = ["Served", "served"]

_STARTS_WITHIN_S = 30.0
_POLL_S = 0.05
_MOST_CONNECTIONS = 16
_URL = re.compile(r"http://127\.0\.0\.1:\d+")


class Served:
    """A sandbox that is being served.

    http: for paths below *url*; raises for what is no success. access_token: of our own questions.
    """

    def __init__(self, url: str, pid: int, http: aiohttp.ClientSession, access_token: str = "") -> None:
        self.url = url
        self.access_token = access_token
        self._pid = pid
        self._http = http

    async def suffer(self, faults: Iterable[str]) -> None:
        """Put *faults*, as `--fault` takes them, in place of those there are."""
        async with self._http.put("/_sandbox/faults", json=list(faults)):
            pass

    async def expire_tokens(self) -> None:
        """End every access token issued so far."""
        async with self._http.post("/_sandbox/expire"):
            pass

    async def journal(self) -> dict[str, Any]:
        """Return what the sandbox has counted, as `GET /_sandbox/journal` tells it."""
        async with self._http.get("/_sandbox/journal") as answer:
            counted: dict[str, Any] = await answer.json()
        return counted

    async def new_token(self, credentials: AccessTokens) -> str:
        """Return an access token that the token service has just issued; it is ours from now on too."""
        form = {
            "grant_type": "refresh_token",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "refresh_token": credentials.refresh_token,
        }
        while True:
            async with self._http.post("/v1/access_token", data=form, raise_for_status=False) as answer:
                if answer.status == 200:  # noqa: PLR2004 - what a limit over everything refuses is asked again
                    self.access_token = (await answer.json())["access_token"]
                    return self.access_token
            await asyncio.sleep(0.2)

    async def get(self, path: str, **query: str) -> Any:
        """Return the JSON of `GET /v1/<path>`. Raises aiohttp.ClientError for anything but a success."""
        headers = {"Authorization": f"Bearer {self.access_token}"}
        async with self._http.get(f"/v1/{path}", params=query, headers=headers) as answer:
            return await answer.json()

    async def freeze(self, seconds: float) -> None:
        """Stop the process for that long; its connections stay open and nobody answers."""
        os.kill(self._pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(self._pid, signal.SIGCONT)


@asynccontextmanager
async def served(settings: SandboxSettings, log: Path) -> AsyncIterator[Served]:
    """Serve a sandbox of that size on any free port until the block ends; what it says goes to *log*.

    Raises RuntimeError when it does not come up.
    """
    words = [
        *("-m", "odt_async", "sandbox", "--port", "0", "--seed", str(settings.seed)),
        *("--people", str(settings.people), "--locations", str(settings.locations)),
        *("--workspaces", str(settings.workspaces)),
    ]
    with log.open("wb") as said:
        process = await asyncio.create_subprocess_exec(sys.executable, *words, stderr=said)
        try:
            url = await _url_in(log, process)
            connector = aiohttp.TCPConnector(limit=_MOST_CONNECTIONS)
            async with aiohttp.ClientSession(url, connector=connector, raise_for_status=True) as http:
                yield Served(url, process.pid, http)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _url_in(log: Path, process: asyncio.subprocess.Process) -> str:
    """Return the address that the server has said it listens on."""
    async with asyncio.timeout(_STARTS_WITHIN_S):
        while process.returncode is None:
            if match := _URL.search(_said(log)):
                return match[0]
            await asyncio.sleep(_POLL_S)
    raise RuntimeError(f"the sandbox ended at once: {_said(log).strip()}")


def _said(log: Path) -> str:
    return log.read_text("utf-8")
