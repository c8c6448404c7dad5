"""What the product is measured against: three programs that do the same two calls a row, and nothing else.

naive   what one writes first: `asyncio.gather` and a `Semaphore` over the plain SDK, a task for every row, in
        the event loop that `asyncio.run` makes (the product's is uvloop's, `runner/event_loop.py`)
bare    aiohttp itself, without the SDK's models, by as many workers as there are slots, in that loop too
raw     bytes through sockets, in uvloop where it is installed: what the server bears

They keep no log, no journal and no result, find out no rate, and repeat nothing but what the SDK repeats itself.
"""

from __future__ import annotations

import asyncio
import csv
import gc
import json
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, cast

from odt_async.runner.event_loop import loop_factory

__all__ = ["CLIENTS", "main"]

_TIMEOUT_S = 60
_GET = "GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer x\r\n\r\n"
_PUT = (
    "PUT {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer x\r\n"
    "Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
)
_BODY = json.dumps(
    {"callForwarding": {"always": {"enabled": True, "destination": "538000", "padding": "x" * 300}}}
)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _path(row: dict[str, str]) -> str:
    return f"/v1/people/{row['person_id']}/features/callForwarding"


async def naive(url: str, rows: Path, concurrency: int) -> int:
    """Take all *rows* through the plain SDK; return how many."""
    from wxc_sdk.as_api import AsWebexSimpleApi  # noqa: PLC0415
    from wxc_sdk.as_rest import AsRestSession  # noqa: PLC0415

    AsRestSession.BASE = f"{url}/v1"
    slots = asyncio.Semaphore(concurrency)

    async def forward(row: dict[str, str]) -> None:
        async with slots:
            forwarding = api.person_settings.forwarding
            state = await forwarding.read(entity_id=row["person_id"])
            state.call_forwarding.always.enabled = True
            state.call_forwarding.always.destination = f"53{row['extension']}"
            await forwarding.configure(entity_id=row["person_id"], forwarding=state)

    async with AsWebexSimpleApi(tokens="x", concurrent_requests=concurrency) as api:
        done = await asyncio.gather(*(forward(row) for row in _rows(rows)))
    return len(done)


async def bare(url: str, rows: Path, concurrency: int) -> int:
    """Take all *rows* through aiohttp; return how many."""
    import aiohttp  # noqa: PLC0415

    unread, done = _rows(rows), 0

    async def work() -> None:
        nonlocal done
        for row in unread:
            address = url + _path(row)
            async with session.get(address) as response:
                state = await response.json()
            always = state["callForwarding"]["always"]
            always |= {"enabled": True, "destination": f"53{row['extension']}"}
            async with session.put(address, json=state) as response:
                await response.read()
            done += 1

    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    headers = {"Authorization": "Bearer x"}
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        aiohttp.ClientSession(connector=connector, headers=headers, timeout=timeout) as session,
        asyncio.TaskGroup() as workers,
    ):
        for _ in range(concurrency):
            workers.create_task(work())
    return done


class _Socket(asyncio.Protocol):
    """One connection: a read, then a write, for each of the rows that it takes."""

    def __init__(self, requests: Iterator[bytes], ended: asyncio.Future[None]) -> None:
        self._requests = requests
        self._ended = ended
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if end and (head.startswith(b"HTTP/1.1 204") or len(body) == _length(head)):
            self._received = b""
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._ended.done():
            self._ended.set_exception(exc or ConnectionResetError("the server hung up"))

    def _send(self) -> None:
        request = next(self._requests, None)
        if request is None:
            if not self._ended.done():
                self._ended.set_result(None)
            self._transport.close()
        else:
            self._transport.write(request)


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


async def raw(url: str, rows: Path, concurrency: int) -> int:
    """Push the requests of all *rows* through sockets; return how many rows."""
    loop = asyncio.get_running_loop()
    host, port = url.removeprefix("http://").split(":")
    done = 0

    def requests() -> Iterator[bytes]:
        nonlocal done
        for row in _rows(rows):
            done += 1
            yield _GET.format(path=_path(row)).encode()
            yield _PUT.format(path=_path(row), length=len(_BODY)).encode() + _BODY.encode()

    unsent = requests()
    ended = []
    for _ in range(concurrency):
        ended.append(loop.create_future())
        await loop.create_connection(lambda: _Socket(unsent, ended[-1]), host, int(port))
    await asyncio.gather(*ended)
    return done


_Client = Callable[[str, Path, int], Coroutine[Any, Any, int]]
CLIENTS: dict[str, tuple[_Client, Callable[[], Callable[[], asyncio.AbstractEventLoop]]]] = {
    "naive": (naive, lambda: asyncio.new_event_loop),
    "bare": (bare, lambda: asyncio.new_event_loop),
    "raw": (raw, loop_factory),
}


def main(name: str, url: str, rows: str, concurrency: str) -> None:
    """Run the client *name*, and print how it went as JSON; what it imports is not in the figures."""
    client, loop = CLIENTS[name]
    if name == "naive":
        import wxc_sdk.as_api  # noqa: F401, PLC0415
    if name == "bare":
        import aiohttp  # noqa: F401, PLC0415
    gc.collect()
    with asyncio.Runner(loop_factory=loop()) as runner:
        started, cpu = time.perf_counter(), time.process_time()
        done = runner.run(client(url, Path(rows), int(concurrency)))
        figures = {
            "rows": done,
            "elapsed_s": time.perf_counter() - started,
            "cpu_s": time.process_time() - cpu,
        }
    print(json.dumps(figures))  # noqa: T201 - the bench reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
