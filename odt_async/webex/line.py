"""A connection that carries one request and its answer at a time, for less than aiohttp's own takes.

What comes over it is read by aiohttp, which also says what is wrong with it; and aiohttp's own session can use it.
Left out is what a call pays for and has no use of: a queue between the parser and whoever waits for an answer, and
a look for what the parser has held back, each time that a part of a body is taken (aiohttp 3.14).
"""

from __future__ import annotations

import asyncio
import functools
import math
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import hdrs
from aiohttp.client_proto import ResponseHandler
from aiohttp.helpers import TimerNoop, set_exception
from aiohttp.http import HttpResponseParser, RawResponseMessage
from aiohttp.streams import EofStream, StreamReader

if TYPE_CHECKING:
    from aiohttp.connector import Connection

__all__ = ["Connector", "Line"]

RawAnswer = tuple[RawResponseMessage, StreamReader]  # its head, and where its body comes in

_READ_AHEAD = 2**16  # bytes that the parser may hold back: aiohttp's own default
_NO_TIMER = TimerNoop()


class Connector(aiohttp.TCPConnector):
    """aiohttp's connector; its connections are lines."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # private to aiohttp; without it `Wire` refuses what it is given
        self._factory = functools.partial(Line, loop=self._loop)  # type: ignore[assignment] # partial is invariant


class Line(ResponseHandler):
    """One connection, for one exchange after the other."""

    connection: Connection  # what its connector knows it by
    ends_at = math.inf  # when the answer must be there; loop time, as are all of these
    idle_since = 0.0

    def ask(self, method: str, request: bytes) -> None:
        """Send *request* at once. Raises aiohttp's error when the peer has gone."""
        self._skip_payload = method == hdrs.METH_HEAD
        self._parser = HttpResponseParser(
            self,
            self._loop,
            _READ_AHEAD,
            timer=_NO_TIMER,
            payload_exception=aiohttp.ClientPayloadError,
            response_with_body=not self._skip_payload,
            read_until_eof=True,
        )
        self._drain_tail()  # what a peer that refuses whoever connects has sent already
        transport = self.transport
        if transport is None or transport.is_closing():
            raise aiohttp.ClientConnectionResetError("Cannot write to closing transport")
        transport.write(request)

    def answer(self) -> asyncio.Future[RawAnswer]:
        """Return the next answer, which may be a provisional one. Raises aiohttp's errors, and TimeoutError."""
        waiter: asyncio.Future[RawAnswer] = self._loop.create_future()
        if self._buffer:
            waiter.set_result(self._buffer.popleft()[0])
        elif self._eof:
            waiter.set_exception(self._exception or EofStream())
        else:
            self._waiter = waiter  # type: ignore[assignment] # that of aiohttp only tells that there is one
        return waiter

    async def read(self) -> RawAnswer:
        """Return the same to aiohttp's own session."""
        return await self.answer()

    def feed_data(self, data: RawAnswer, size: int = 0) -> None:
        """Give an answer to whoever waits for it."""
        waiter: asyncio.Future[Any] | None = self._waiter
        self._waiter = None
        if waiter is None or waiter.done():
            super().feed_data(data, size)
        else:
            waiter.set_result(data)

    def resume_reading(self, resume_parser: bool = True) -> None:  # noqa: FBT002 - aiohttp's
        """Go on with a body that was coming in faster than it was taken."""
        if self._reading_paused:
            super().resume_reading(resume_parser)

    def expire(self) -> None:
        """Let whoever waits for the answer, or for the rest of it, have a TimeoutError."""
        error = TimeoutError()
        self.set_exception(error)
        if self._payload is not None:
            set_exception(self._payload, error)

    def rest(self) -> None:
        """Stop reading: whatever comes before the next request is no answer to it, and the line `should_close`."""
        self._parser = None
        self.idle_since = self._loop.time()
