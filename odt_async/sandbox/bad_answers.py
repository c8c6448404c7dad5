"""Answers that are not what they should be, made of the good ones; the long ones are never held in memory."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from functools import cache
from typing import Any

import orjson
from aiohttp import web

from odt_async.sandbox.injection import Strike

__all__ = ["send_struck"]

_HTML = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)
_ELSEWHERE = "https://elsewhere.invalid"  # RFC 6761, 6.4: this name is nowhere
_JSON = "application/json;charset=UTF-8"
_SOMETHING = b'{"id":"sandbox","name":"sandbox","done":true}'  # a body where none is due
_BLOCK = b" " * 2**20
_BLOCKS = 300  # of a long body
_STALL_POLL_S = 1.0  # how often a request left hanging looks whether its client has gone
_TRICKLE_S = 1.0  # between two bytes
_HINTS = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
_JUNK = (
    ("Date", "the day before yesterday"),
    ("Link", '<http://[::1>; rel="next"'),
    ("Link", "<>;;rel=,"),
    ("trackingid", "another"),
    ("Set-Cookie", "=;;"),
    ("X-Junk", "ñ" * 1000),
)


async def send_struck(
    strike: Strike, response: web.Response, request: web.BaseRequest, connection: asyncio.Transport
) -> web.StreamResponse:
    """Send, or return to be sent, what *strike* leaves of *response*; all of it where it leaves all.

    response: of a request that was not processed, or got an error with 200, the error.
    """
    body = response.body if isinstance(response.body, bytes) and response.body else _SOMETHING
    headers = {**response.headers, "Content-Type": _JSON}
    if strike in _STALLED:
        while not connection.is_closing():  # noqa: ASYNC110 - aiohttp tells nobody
            await asyncio.sleep(_STALL_POLL_S)
    elif strike in _DROPPED:
        connection.abort()
    elif strike in _STREAMS:
        return await _stream(_STREAMS[strike](), headers | _STREAM_HEADERS.get(strike, {}), request)
    elif strike is Strike.CUT_BODY:
        half = await _stream(_half(body), headers | {"Content-Length": str(len(body))}, request)
        connection.close()
        return half
    elif strike is Strike.BODY_204:
        return _Overrun(connection, headers)
    elif strike is Strike.EARLY_HINTS:
        connection.write(_HINTS)
    else:
        return _spoiled(strike, response, request, body, headers)
    return response


def _spoiled(
    strike: Strike, response: web.Response, request: web.BaseRequest, body: bytes, headers: dict[str, str]
) -> web.Response:
    if strike in _SPOILERS:
        return web.Response(body=_SPOILERS[strike](body), headers=headers)
    if strike in _REPLACED:
        status, text, content_type = _REPLACED[strike]
        headers["Content-Type"] = content_type
        return web.Response(status=status, body=text or body, headers=headers)
    if strike in _REDIRECTED:
        location = _REDIRECTED[strike] + request.raw_path
        return web.Response(status=302 if len(location) % 2 else 307, headers={"Location": location})
    if strike is Strike.NEXT_ELSEWHERE:
        response.headers["Link"] = f'<{_ELSEWHERE}{request.path}?cursor=2>; rel="next"'
    if strike is Strike.JUNK_HEADERS:
        response.headers.extend(_JUNK)
    return response


class _Overrun(web.Response):
    """204, and behind it a body that no client may take for the beginning of the next answer."""

    def __init__(self, transport: asyncio.Transport, headers: Mapping[str, str]) -> None:
        super().__init__(status=204, headers=headers)
        self._transport = transport

    async def write_eof(self, data: bytes = b"") -> None:
        await super().write_eof(data)
        self._transport.write(_SOMETHING)


async def _stream(
    pieces: AsyncIterator[bytes], headers: Mapping[str, str], request: web.BaseRequest
) -> web.StreamResponse:
    """Send *pieces* until their end, or until the client has had enough."""
    response = web.StreamResponse(headers=headers)
    try:
        await response.prepare(request)
        async for piece in pieces:
            await response.write(piece)
    except ConnectionError:
        pass  # it has left; that is what it should do
    return response


async def _half(body: bytes) -> AsyncIterator[bytes]:
    yield body[: len(body) // 2]


async def _huge() -> AsyncIterator[bytes]:
    yield b'{"items":['
    for _ in range(_BLOCKS):
        yield _BLOCK
    yield b"]}"


async def _trickle() -> AsyncIterator[bytes]:
    yield b"{"
    while True:
        await asyncio.sleep(_TRICKLE_S)
        yield b" "


async def _bomb() -> AsyncIterator[bytes]:
    head, block, tail = _deflated()
    yield head
    for _ in range(_BLOCKS):
        yield block
    yield tail


@cache
def _deflated() -> tuple[bytes, bytes, bytes]:
    """Return start, block to be repeated and end of a gzip member of `[` blanks `]`.

    After a full flush a block stands for itself (RFC 1951), so one is enough for all.
    """
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)

    def flushed(data: bytes) -> bytes:
        return deflater.compress(data) + deflater.flush(zlib.Z_FULL_FLUSH)

    start, block = flushed(b"["), flushed(_BLOCK)
    end = deflater.compress(b"]") + deflater.flush()
    checksum, size = zlib.crc32(b"["), _BLOCKS * len(_BLOCK) + 2
    for _ in range(_BLOCKS):
        checksum = zlib.crc32(_BLOCK, checksum)
    checksum = zlib.crc32(b"]", checksum)
    gzip_header = b"\x1f\x8b\x08" + bytes(6) + b"\xff"  # RFC 1952: deflate, no name, unknown system
    return gzip_header + start, block, end + checksum.to_bytes(4, "little") + size.to_bytes(4, "little")


def _misfit(body: bytes) -> bytes:
    """Return the members of *body* with types that nobody would expect."""
    value = orjson.loads(body)
    if not isinstance(value, dict):
        return b'"unexpected"'
    other: dict[str, Any] = {
        name: "unexpected" if isinstance(member, dict | list) else {"unexpected": [member]}
        for name, member in value.items()
    }
    return orjson.dumps(other)


_SPOILERS: Mapping[Strike, Callable[[bytes], bytes]] = {
    Strike.TRUNCATED: lambda body: body[: len(body) // 2],
    Strike.EMPTY_BODY: lambda _body: b"",
    Strike.MISFIT: _misfit,
    Strike.WRONG_CHARSET: lambda body: body.decode().encode("utf-16"),
}
_STREAMS: Mapping[Strike, Callable[[], AsyncIterator[bytes]]] = {
    Strike.HUGE_BODY: _huge,
    Strike.GZIP_BOMB: _bomb,
    Strike.TRICKLE: _trickle,
}
_REPLACED = {  # status, body (empty: as it is) and content type
    Strike.HTML_502: (502, _HTML, "text/html"),
    Strike.HTML_200: (200, _HTML, "text/html"),
    Strike.ERROR_200_BEFORE: (200, b"", _JSON),
    Strike.ERROR_200_AFTER: (200, b"", _JSON),
    Strike.WRONG_TYPE: (200, b"", "text/plain"),
}
_REDIRECTED = {Strike.REDIRECT: _ELSEWHERE, Strike.REDIRECT_SAME: ""}
_STREAM_HEADERS = {Strike.GZIP_BOMB: {"Content-Encoding": "gzip"}}
_STALLED = frozenset({Strike.STALL_BEFORE, Strike.STALL_AFTER})
_DROPPED = frozenset({Strike.RESET_BEFORE, Strike.RESET_AFTER, Strike.OUTAGE_DROP, Strike.FORGOTTEN})
