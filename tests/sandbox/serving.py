"""A sandbox and a plain client for it, for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import aiohttp
import orjson

from odt_async.sandbox import Sandbox, SandboxSettings, parse_faults

SMALL = SandboxSettings(people=2_000, locations=7, workspaces=50)


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]  # names in lower case
    json: Any  # None for an empty body, text for one that is not JSON


@dataclass(frozen=True)
class Client:
    sandbox: Sandbox
    session: aiohttp.ClientSession

    async def ask(self, method: str, path: str, **how: Any) -> Reply:
        """Send one request with the first token, unless *how* says other headers."""
        how.setdefault("headers", {"Authorization": f"Bearer {self.sandbox.token}"})
        async with self.session.request(method, path, **how) as response:
            body = await response.read()
            parsed: Any = body.decode()
            if response.content_type == "application/json":
                parsed = orjson.loads(body)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status, headers, parsed or None)

    def forwarding_of(self, index: int) -> str:
        return f"/v1/people/{self.sandbox.organisation.people.hydra(index)}/features/callForwarding"


@asynccontextmanager
async def served(*faults: str, settings: SandboxSettings = SMALL) -> AsyncIterator[Client]:
    async with (
        Sandbox(settings, parse_faults(faults)) as sandbox,
        aiohttp.ClientSession(sandbox.url, connector=aiohttp.TCPConnector(limit=0)) as session,
    ):
        # aiohttp's own second try of a GET or PUT would hide every dropped connection
        session._retry_connection = False
        yield Client(sandbox, session)
