"""A server that costs next to nothing: it answers the two calls of one action as the sandbox does, and forgets.

The sandbox serves some thousands of requests a second, which is less than what a bench of clients must see;
this one answers with bytes made beforehand. Every read shows settings that no row wants, so every row is two
calls, in every round. Latency and limits are the sandbox's own. It is a program, to have a processor for itself.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter
from typing import cast

import orjson

from odt_async.runner.event_loop import loop_factory
from odt_async.sandbox.faults import Faults, parse_faults
from odt_async.sandbox.gateway import Gateway

__all__ = ["COUNTS_PATH", "main"]

COUNTS_PATH = "/_bench/counts"  # tells how many requests were accepted and refused so far, as JSON

_FAMILY = "people/features"
_FORWARDING = {
    "callForwarding": {
        "always": {
            "enabled": False,
            "destination": "",
            "ringReminderEnabled": False,
            "destinationVoicemailEnabled": False,
        },
        "busy": {"enabled": False, "destination": "", "destinationVoicemailEnabled": False},
        "noAnswer": {
            "enabled": True,
            "destination": "+34915550123",
            "numberOfRings": 5,
            "systemMaxNumberOfRings": 20,
            "destinationVoicemailEnabled": False,
        },
    },
    "businessContinuity": {"enabled": False, "destination": "", "destinationVoicemailEnabled": False},
}
_BACKLOG = 1024
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"


def _answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "trackingid: BENCH_1", *headers]
    if body:
        lines += ["Content-Type: application/json;charset=UTF-8"]
    if not status.startswith("204"):
        lines += [f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


_READ = _answer("200 OK", orjson.dumps(_FORWARDING))
_WRITTEN = _answer("204 No Content")


class _Service:
    """What all connections share: when a request is answered, and the account of the answers."""

    def __init__(self, faults: Faults) -> None:
        self._counts = Counter(accepted=0, refused=0)
        self._latency = faults.latency
        self._gateway = Gateway(faults.throttle)
        self._loop = asyncio.get_running_loop()

    def answer(self, transport: asyncio.WriteTransport, head: bytes) -> None:
        """Answer one request, when its time has come."""
        if head.startswith(b"GET " + COUNTS_PATH.encode()):
            transport.write(_answer("200 OK", orjson.dumps(self._counts)))
            return
        refusal = self._gateway.admit(_FAMILY, self._loop.time(), time.time())
        if refusal is None:
            self._counts["accepted"] += 1
            answer = _READ if head.startswith(b"GET ") else _WRITTEN
        else:
            self._counts["refused"] += 1
            header = () if refusal.header is None else (f"Retry-After: {refusal.header}",)
            answer = _answer("429 Too Many Requests", b"", *header)
        latency = self._latency
        if latency.seconds:
            delay_s = latency.seconds * (1 + latency.spread * random.uniform(-1, 1))  # noqa: S311 - no secret
            self._loop.call_later(delay_s, self._finish, transport, answer, refusal is None)
        else:
            self._finish(transport, answer, admitted=refusal is None)

    def _finish(self, transport: asyncio.WriteTransport, answer: bytes, admitted: bool) -> None:
        if admitted:
            self._gateway.release(_FAMILY, self._loop.time())
        if not transport.is_closing():
            transport.write(answer)


class _Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, service: _Service) -> None:
        self._service = service
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        received = self._received + data
        while (end := received.find(_HEAD_END)) >= 0:
            head = received[:end]
            whole = end + len(_HEAD_END) + _content_length(head)
            if len(received) < whole:
                break
            received = received[whole:]
            self._service.answer(self._transport, head)
        self._received = received


def _content_length(head: bytes) -> int:
    at = head.lower().find(_LENGTH)
    return 0 if at < 0 else int(head[at + len(_LENGTH) :].partition(b"\r\n")[0])


async def _serve(faults: Faults) -> None:
    loop = asyncio.get_running_loop()
    service = _Service(faults)
    server = await loop.create_server(lambda: _Connection(service), "127.0.0.1", 0, backlog=_BACKLOG)
    async with server:
        port = server.sockets[0].getsockname()[1]
        print(f"http://127.0.0.1:{port}", flush=True)  # noqa: T201 - whoever started us reads it
        await asyncio.to_thread(sys.stdin.read)  # its end is ours


def main(faults: list[str]) -> None:
    """Serve until standard input ends; the address goes to standard output.

    faults: latency and throttle, as the sandbox reads them.

    Raises InputError.
    """
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(_serve(parse_faults(faults)))


if __name__ == "__main__":
    main(sys.argv[1:])
