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
from functools import lru_cache
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import ClientRequest, ClientResponse, ClientSession, RequestInfo, hdrs
from aiohttp.http import SERVER_SOFTWARE, HttpProcessingError, RawResponseMessage
from aiohttp.http_writer import _serialize_headers
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from odt_async.webex.line import Line
from odt_async.webex.time_limit import TimeLimits

if TYPE_CHECKING:
    from aiohttp.streams import StreamReader

__all__ = ["MAX_BODY", "Wire", "read_body"]

# Bytes, unpacked. The longest answer asked for is a page of 1,000 people of some kB each, about 5 MB; with 64
# requests under way the worst of answers take 1 GiB at most.
MAX_BODY = 16 * 2**20

_ALWAYS = {str(name): value for name, value in ClientRequest.DEFAULT_HEADERS.items()} | {
    "User-Agent": SERVER_SOFTWARE
}
# what a URL is sent as without any quoting, as those of nearly all calls are
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_/=~-]+")
_PLAIN_VALUE = re.compile(r"[\w.~-]+", re.ASCII)


class Wire:
    """Sends to one origin, through connections of *session*, which it keeps until it is closed.

    session: its connector is a `Connector`.
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
        self._limits = TimeLimits()
        self._idle: deque[Line] = deque()  # the longest first

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._idle:
            self._idle.popleft().connection.close()

    def address(self, url: str, params: Any = None) -> str:
        """Return *url* with *params* as its query, quoted as aiohttp quotes them."""
        path = url[len(self._origin) :]
        if _PLAIN_PATH.fullmatch(path):
            if not params:
                return url
            try:
                query = _plain_query(*params.items()) if isinstance(params, dict) else ""
            except TypeError:  # a value is a list
                query = ""
            if query:
                return f"{url}?{query}"
        whole = URL(url)
        return self._origin + (whole.extend_query(params) if params else whole).raw_path_qs

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        data: bytes | str | None,
        limit_s: float,
    ) -> tuple[ClientResponse, bytes | None]:
        """Return the response and its body, unpacked; None for a body of more than MAX_BODY, which is not read.

        url: below the origin, and quoted (`address`).
        limit_s: for all of it; of the session's timeouts only those of connecting count.

        Raises aiohttp's errors, and TimeoutError.
        """
        body = data.encode() if isinstance(data, str) else data
        whole = {"Host": self._host, **headers, **_ALWAYS}
        if body is not None or method not in ClientRequest.GET_METHODS:
            whole["Content-Length"] = str(len(body or b""))
        # it takes any mapping
        head = _serialize_headers(f"{method} {url[len(self._origin) :]} HTTP/1.1", whole)  # type: ignore[arg-type]
        request = _Request(method, url, whole)
        ends_at = self._now() + limit_s
        line = self._take()
        if line is None:
            line = await self._connect(request, limit_s)
        self._limits.start(line, ends_at)
        try:
            line.ask(method, head + body if body else head)
            message, payload = await line.answer()
            while message.code < HTTPStatus.OK and message.code != HTTPStatus.SWITCHING_PROTOCOLS:
                message, payload = await line.answer()
            content = await read_body(payload)
        except HttpProcessingError as error:
            line.connection.close()
            raise aiohttp.ClientResponseError(
                request.info, (), status=error.code, message=error.message, headers=error.headers
            ) from error
        except BaseException:  # cancelled, or late: the answer may still come, and nobody may take it for his
            line.connection.close()
            raise
        finally:
            self._limits.stop(line)
        if line.should_close:
            line.connection.close()
        else:
            line.rest()
            self._idle.append(line)
        return _Response(request, message), content

    def _take(self) -> Line | None:
        """Return a connection that was used before, if there is one that still can be."""
        while self._idle:
            line = self._idle.popleft()
            # what has come since then nobody has asked for: it is no answer to what will be asked now
            usable = line.is_connected() and not line.should_close
            if usable and self._now() - line.idle_since <= self._keep_alive_s:
                return line
            line.connection.close()
        return None

    async def _connect(self, request: _Request, limit_s: float) -> Line:
        async with asyncio.timeout(limit_s):
            try:
                connection = await self._connector.connect(
                    self._peer, traces=[], timeout=self._session.timeout
                )
            except TimeoutError as error:
                raise aiohttp.ConnectionTimeoutError(f"Connection timeout to host {request.url}") from error
        line = connection.protocol
        assert isinstance(line, Line)  # noqa: S101 - the connector makes no other
        line.connection = connection
        return line


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


@lru_cache(maxsize=64)  # nearly all calls have only their organisation's
def _plain_query(*items: tuple[object, object]) -> str:
    """Return *items* as a query, if that takes no quoting; else nothing."""
    return "&".join(map("=".join, items)) if all(map(_is_plain, chain(*items))) else ""  # type: ignore[arg-type]


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
