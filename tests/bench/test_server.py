"""The bench's server gives the answers of the sandbox."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from wxc_sdk.person_settings.forwarding import PersonForwardingSetting

from odt_async.bench.processes import serving
from odt_async.bench.server import COUNTS_PATH
from odt_async.sandbox import Sandbox

PERSON = "/v1/people/{}/features/callForwarding"


@pytest.mark.real_time
async def test_a_read_has_the_fields_of_the_sandbox_and_a_write_is_as_silent() -> None:
    with serving([]) as url:
        ours = await read_and_write(url, "x", "anybody")
        counts = await get(url + COUNTS_PATH)
    async with Sandbox() as sandbox:
        person = sandbox.organisation.person(1).id
        theirs = await read_and_write(sandbox.url, sandbox.token, person)
    assert fields(ours[0]) == fields(theirs[0]) | fields(ours[0])
    assert ours[1:] == theirs[1:] == (204, b"")
    assert counts == {"accepted": 2, "refused": 0}


async def read_and_write(url: str, token: str, person: str) -> tuple[object, int, bytes]:
    address, headers = url + PERSON.format(person), {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(address) as response:
            state = await response.json()
        async with session.put(
            address, json=PersonForwardingSetting.model_validate(state).update()
        ) as response:
            return state, response.status, await response.read()


async def get(url: str) -> object:
    async with aiohttp.request("GET", url) as response:
        return await response.json()


def fields(value: object, path: str = "") -> set[str]:
    if not isinstance(value, dict):
        return {path}
    return {found for key, item in value.items() for found in fields(item, f"{path}.{key}")}


@pytest.mark.real_time
async def test_limits_and_latency_are_the_sandbox_s_own() -> None:
    with serving(["throttle=concurrent:1", "latency=20ms"]) as url:
        async with aiohttp.ClientSession() as session:

            async def status() -> int:
                async with session.get(url + PERSON.format("x")) as response:
                    return response.status

            assert sorted(await asyncio.gather(*(status() for _ in range(3)))) == [200, 429, 429]
            assert await status() == 200
