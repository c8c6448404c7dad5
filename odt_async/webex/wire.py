"""One request and its answer over aiohttp's connections and parser, without the rest of its session.

What `ClientSession.request` does for every call (redirects, cookies, proxies, netrc, traces, a task for the body,
timers in three places) takes most of the time of a call, and nothing of it is wanted here: redirects are not
followed, cookies not kept, and nothing is sent twice. What goes over the wire is the same, byte for byte, and so
are the answers and the errors: `tests/webex/test_wire.py` compares them with aiohttp's own way (aiohttp 3.14).
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import ClientRequest, ClientResponse, ClientSession, RequestInfo, hdrs
from aiohttp.helpers import TimerNoop
from aiohttp.http import SERVER_SOFTWARE, HttpProcessingError, RawResponseMessage
from aiohttp.http_writer import _serialize_headers
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.connector import Connection
    from aiohttp.streams import StreamReader

__all__ = ["MAX_BODY", "Wire", "read_body"]

# Bytes, unpacked. The longest answer asked for is a page of 1,000 people of some kB each, about 5 MB; with 64
# requests under way the worst of answers take 1 GiB at most.
MAX_BODY = 16 * 2**20

_ALWAYS = {str(name): value for name, value in ClientRequest.DEFAULT_HEADERS.items()} | {
    "User-Agent": SERVER_SOFTWARE
}
_READ_AHEAD = 2**16  # bytes that the parser may hold back: aiohttp's own default
_NO_TIMER = TimerNoop()
# what a URL is sent as without any quoting, as those of nearly all calls are
_PLAIN_PATH = re.compile(r"(?:/[\w=~-]+)+", re.ASCII)
_PLAIN_VALUE = re.compile(r"[\w.~-]+", re.ASCII)


class Wire:
    """Sends to one origin, through connections of *session*, which it keeps until it is closed.

    origin: `scheme://host:port`; no request goes to another.
    keep_alive_s: a connection that has been idle for longer is not used again.
    """

    def __init__(self, session: ClientSession, origin: str, *, keep_alive_s: float = 15.0) -> None:
        assert session.connector is not None  # noqa: S101 - a session that is open has one
        self._session = session
        self._connector = session.connector
        self._keep_alive_s = keep_alive_s
        self._now = asyncio.get_running_loop().time
        # whom to connect to, and how, is the same for all requests: asked of one that is never sent
        self._peer = ClientRequest("GET", URL(origin), loop=asyncio.get_running_loop(), session=session)
        self._host = self._peer.headers[hdrs.HOST]
        self._origin = origin
        self._idle: deque[tuple[Connection, float]] = deque()  # and since when; the longest first

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._idle:
            self._idle.popleft()[0].close()

    def address(self, url: str, params: Any = None) -> str:
        """Return *url* with *params* as its query, quoted as aiohttp quotes them."""
        path = url[len(self._origin) :]
        if _PLAIN_PATH.fullmatch(path):
            if not params:
                return url
            if isinstance(params, dict) and all(map(_is_plain, (*params, *params.values()))):
                return f"{url}?{'&'.join(map('='.join, params.items()))}"
        whole = URL(url)
        return self._origin + (whole.extend_query(params) if params else whole).raw_path_qs

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        data: bytes | str | None,
    ) -> tuple[ClientResponse, bytes | None]:
        """Return the response and its body, unpacked; None for a body of more than MAX_BODY, which is not read.

        Of the session's timeouts those of connecting count; a limit to the whole is the caller's.

        url: below the origin, and quoted (`address`).

        Raises aiohttp's errors.
        """
        body = data.encode() if isinstance(data, str) else data
        whole = {"Host": self._host, **headers, **_ALWAYS}
        if body is not None or method not in ClientRequest.GET_METHODS:
            whole["Content-Length"] = str(len(body or b""))
        # it takes any mapping
        head = _serialize_headers(f"{method} {url[len(self._origin) :]} HTTP/1.1", whole)  # type: ignore[arg-type]
        request = _Request(method, url, whole)
        connection = self._take() or await self._connect(request)
        try:
            protocol = connection.protocol
            assert protocol is not None  # noqa: S101 - the connection is ours
            _start(protocol, method, head + body if body else head)
            message, payload = await protocol.read()
            while message.code < HTTPStatus.OK and message.code != HTTPStatus.SWITCHING_PROTOCOLS:
                message, payload = await protocol.read()
            content = await read_body(payload)
        except HttpProcessingError as error:
            connection.close()
            raise aiohttp.ClientResponseError(
                request.info, (), status=error.code, message=error.message, headers=error.headers
            ) from error
        except (
            BaseException
        ):  # cancelled or timed out: the answer may still come, and nobody may take it for his
            connection.close()
            raise
        if protocol.should_close:
            connection.close()
        else:
            self._idle.append((connection, self._now()))
        return _Response(request, message), content

    def _take(self) -> Connection | None:
        """Return a connection that was used before, if there is one that still can be."""
        while self._idle:
            connection, since = self._idle.popleft()
            protocol = connection.protocol
            # what has come since then nobody has asked for: it is no answer to what will be asked now
            usable = protocol is not None and protocol.is_connected() and not protocol.should_close
            if usable and self._now() - since <= self._keep_alive_s:
                return connection
            connection.close()
        return None

    async def _connect(self, request: _Request) -> Connection:
        try:
            return await self._connector.connect(self._peer, traces=[], timeout=self._session.timeout)
        except TimeoutError as error:
            raise aiohttp.ConnectionTimeoutError(f"Connection timeout to host {request.url}") from error


async def read_body(payload: StreamReader) -> bytes | None:
    """Return all that comes, unpacked; None when that is more than MAX_BODY: then it is not read to its end."""
    if payload.is_eof():  # nearly all are short enough to come with their head
        whole = payload.read_nowait()
        return whole if len(whole) <= MAX_BODY else None
    pieces = []
    size = 0
    async for piece in payload.iter_any():
        size += len(piece)
        if size > MAX_BODY:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def _start(protocol: ResponseHandler, method: str, request: bytes) -> None:
    """Send *request* at once, and without a task. Raises aiohttp's error when the peer has gone."""
    protocol.set_response_params(
        timer=_NO_TIMER,
        skip_payload=method == hdrs.METH_HEAD,
        read_until_eof=True,
        read_bufsize=_READ_AHEAD,
    )
    transport = protocol.transport
    if transport is None or transport.is_closing():
        raise aiohttp.ClientConnectionResetError("Cannot write to closing transport")
    transport.write(request)


def _is_plain(text: object) -> bool:
    return type(text) is str and _PLAIN_VALUE.fullmatch(text) is not None


class _Request:
    """A request as it was sent, with its *url* quoted."""

    __slots__ = ("_headers", "method", "url")

    def __init__(self, method: str, url: str, headers: Mapping[str, str]) -> None:
        self.method = method
        self.url = url
        self._headers = headers

    @property
    def info(self) -> RequestInfo:
        """What aiohttp's errors tell of it."""
        url = URL(self.url, encoded=True)
        return RequestInfo(url, self.method, CIMultiDictProxy(CIMultiDict(self._headers)), url)


class _Response(ClientResponse):
    """The head of an answer, as aiohttp's own tells it; what is seldom asked for is made when it is.

    Its connection has been given back, and its body to whoever sent the request: `read`, `text` and `json` have none.
    """

    def __init__(self, request: _Request, message: RawResponseMessage) -> None:
        # what ClientResponse makes in its __init__ and start() is for a body that is still to come
        self.method = request.method
        self.version, self.status, self.reason = message.version, message.code, message.reason
        self._headers, self._raw_headers = message.headers, message.raw_headers
        self._request = request
        self._cache = {}

    @property
    def url(self) -> URL:
        return self.request_info.url

    @property
    def real_url(self) -> URL:
        return self.request_info.real_url

    @property
    def request_info(self) -> RequestInfo:
        return self._request.info
