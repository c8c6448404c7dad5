"""One request and its answer over aiohttp's connections and parser, without the rest of its session.

What `ClientSession.request` does for every call (redirects, cookies, proxies, netrc, traces, a task for the body,
timers in three places) takes half of the time of a call, and nothing of it is wanted here: redirects are not
followed, cookies not kept, and nothing is sent twice. What goes over the wire is the same, byte for byte, and so
are the answers and the errors: `tests/webex/test_wire.py` compares them with aiohttp's own way (aiohttp 3.14).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import ClientRequest, ClientResponse, ClientSession, RequestInfo, hdrs
from aiohttp.helpers import TimerNoop
from aiohttp.http import SERVER_SOFTWARE, HttpProcessingError, RawResponseMessage
from aiohttp.http_writer import StreamWriter, _serialize_headers
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

if TYPE_CHECKING:
    from aiohttp.connector import Connection
    from aiohttp.streams import StreamReader

__all__ = ["Wire"]

_ALWAYS = {str(name): value for name, value in ClientRequest.DEFAULT_HEADERS.items()} | {
    "User-Agent": SERVER_SOFTWARE
}
_READ_AHEAD = 2**16  # bytes that the parser may hold back: aiohttp's own default


def _address(url: str, params: Any) -> URL:
    if not params:
        return _known(url)
    if isinstance(params, dict) and all(type(key) is type(value) is str for key, value in params.items()):
        return _known(url, **params)
    return _known(url).extend_query(params)


@lru_cache(maxsize=1024)  # a row writes where it has read
def _known(url: str, /, **params: str) -> URL:
    return URL(url).extend_query(params) if params else URL(url)


class Wire:
    """Sends to one origin, through the connections of *session*.

    origin: `scheme://host:port`; no request goes to another.
    """

    def __init__(self, session: ClientSession, origin: str) -> None:
        assert session.connector is not None  # noqa: S101 - a session that is open has one
        self._session = session
        self._connector = session.connector
        self._loop = asyncio.get_running_loop()
        # whom to connect to, and how, is the same for all requests: asked of one that is never sent
        self._peer = ClientRequest("GET", URL(origin), loop=self._loop, session=session)
        self._host = self._peer.headers[hdrs.HOST]
        self._no_timer = TimerNoop()

    async def send(
        self,
        method: str,
        url: str,
        params: Any = None,
        *,
        headers: Mapping[str, str],
        data: bytes | str | None,
    ) -> ClientResponse:
        """Return the response with its head; its connection is free when the body has been read, or it is closed.

        Of the session's timeouts those of connecting count; a limit to the whole is the caller's.

        Raises aiohttp's errors.
        """
        address = _address(url, params)
        body = data.encode() if isinstance(data, str) else data
        whole = CIMultiDict({hdrs.HOST: self._host, **headers, **_ALWAYS})
        if body is not None or method not in ClientRequest.GET_METHODS:
            whole[hdrs.CONTENT_LENGTH] = str(len(body or b""))
        head = _serialize_headers(f"{method} {address.raw_path_qs} HTTP/1.1", whole)
        try:
            connection = await self._connector.connect(self._peer, traces=[], timeout=self._session.timeout)
        except TimeoutError as error:
            raise aiohttp.ConnectionTimeoutError(f"Connection timeout to host {address}") from error
        request = RequestInfo(address, method, CIMultiDictProxy(whole), address)
        try:
            return await self._exchange(connection, request, head + body if body else head)
        except HttpProcessingError as error:
            connection.close()
            raise aiohttp.ClientResponseError(
                request, (), status=error.code, message=error.message, headers=error.headers
            ) from error
        except BaseException:
            connection.close()
            raise

    async def _exchange(self, connection: Connection, request: RequestInfo, whole: bytes) -> ClientResponse:
        protocol = connection.protocol
        assert protocol is not None  # noqa: S101 - the connection is ours
        protocol.set_response_params(
            timer=self._no_timer,
            skip_payload=request.method == hdrs.METH_HEAD,
            read_until_eof=True,
            read_bufsize=_READ_AHEAD,
        )
        writer = StreamWriter(protocol, self._loop)
        writer._write(whole)  # noqa: SLF001 - at once and without a task; raises if the peer has gone
        message, payload = await protocol.read()
        while message.code < HTTPStatus.OK and message.code != HTTPStatus.SWITCHING_PROTOCOLS:
            message, payload = await protocol.read()
        response = ClientResponse(
            request.method,
            request.real_url,
            writer=None,
            continue100=None,
            timer=self._no_timer,
            request_info=request,
            traces=[],
            loop=self._loop,
            session=self._session,
            stream_writer=writer,
        )
        _begin(response, connection, message, payload)
        return response


def _begin(
    response: ClientResponse, connection: Connection, message: RawResponseMessage, payload: StreamReader
) -> None:
    """Do what `ClientResponse.start` does once it has read the head."""
    response._closed = False  # noqa: SLF001
    response._connection = connection  # noqa: SLF001
    response.version, response.status, response.reason = message.version, message.code, message.reason
    response._headers, response._raw_headers = message.headers, message.raw_headers  # noqa: SLF001
    response.content = payload
    payload.on_eof(response._response_eof)  # noqa: SLF001
