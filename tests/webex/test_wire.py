"""Our way over the wire against aiohttp's own: the same bytes out, the same answers and errors back."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import ClientRequest, ClientResponse, ClientSession
from aiohttp.http import HttpProcessingError
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from odt_async.webex.line import Connector, Line
from odt_async.webex.wire import Wire

if TYPE_CHECKING:
    from aiohttp.connector import Connection

JSON = "application/json;charset=utf-8"
HEADERS = {"Content-Type": JSON, "x-more": "1", "Authorization": "Bearer t", "TrackingID": "T_1"}
PACKED = zlib.compress(bytes(3_000_000))
OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ntrackingid: S_1\r\nContent-Length: 7\r\n\r\n{"a":1}'


class Peer:
    """A server that keeps what it is sent and answers the same to everything."""

    def __init__(self, *answer: bytes, closes: bool = False, hurries: bool = False) -> None:
        self.answer = answer  # in pieces
        self.hurries = hurries  # sends its first answer before it is asked
        self.closes = closes  # after each answer
        self.requests: list[bytes] = []
        self.connections = self.open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        if self.hurries:
            writer.writelines(self.answer)
        while request := await _request(reader):
            self.requests.append(request)
            for piece in self.answer:
                writer.write(piece)
                await asyncio.sleep(0.001)
            if self.closes:
                break
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        self.open -= 1


async def _request(reader: asyncio.StreamReader) -> bytes:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
    lines = [line.lower().partition(b": ") for line in head.split(b"\r\n")]
    length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
    return head + await reader.readexactly(length)


@asynccontextmanager
async def listening(peer: Peer) -> AsyncIterator[str]:
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        while peer.open:  # noqa: ASYNC110 - its connections are closed by now
            await asyncio.sleep(0.01)


@asynccontextmanager
async def session_to(peer: Peer) -> AsyncIterator[tuple[ClientSession, str]]:
    async with (
        listening(peer) as origin,
        ClientSession(connector=Connector(), cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        yield session, origin


async def aiohttp_way(session: ClientSession, method: str, url: str, **how: Any) -> dict[str, Any]:
    async with session.request(method, url, headers=HEADERS, allow_redirects=False, **how) as response:
        return told(response, await response.read())


async def plain_way(method: str, url: str, **how: Any) -> dict[str, Any]:
    async with ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        return await aiohttp_way(session, method, url, **how)


async def our_way(
    session: ClientSession, method: str, url: str, *, params: Any = None, data: Any = None
) -> dict[str, Any]:
    with closing(Wire(session, str(URL(url).origin()))) as wire:
        address = wire.address(url, params)
        response, body = await wire.send(method, address, headers=HEADERS, data=data, limit_s=60)
        return told(response, body)


class Slow(Connector):
    """Takes its time before it connects, or after."""

    def __init__(self, *, before_s: float = 0.0, after_s: float = 0.0) -> None:
        super().__init__()
        self._before_s, self._after_s = before_s, after_s

    async def connect(self, *how: Any, **more: Any) -> Connection:
        await asyncio.sleep(self._before_s)
        connection = await super().connect(*how, **more)
        await asyncio.sleep(self._after_s)
        return connection


async def ask(wire: Wire, origin: str) -> int:
    response, _body = await wire.send("GET", f"{origin}/", headers={}, data=None, limit_s=60)
    return response.status


def told(response: ClientResponse, body: bytes | None) -> dict[str, Any]:
    """Return all that a caller can learn of *response*."""
    request = response.request_info
    return {
        "answer": (response.version, response.status, response.reason, body),
        "headers": (list(response.headers.items()), response.raw_headers, response.links),
        "request": (response.method, response.url, response.real_url, response.history),
        "info": (request.method, request.url, request.real_url, list(request.headers.items())),
    }


@pytest.mark.parametrize(
    ("method", "params", "data"),
    [
        ("GET", None, None),
        ("GET", {"orgId": "a b/c+ü", "max": 10}, None),
        ("GET", [("id", "1"), ("id", "2")], None),
        ("DELETE", None, None),
        ("DELETE", {"orgId": "x"}, b'{"a":1}'),
        ("PUT", None, b'{"a":1}'),
        ("PATCH", None, '{"a":"ñ"}'),
        ("POST", None, None),
        ("POST", None, b""),
        ("GET", None, b'{"odd":true}'),
        ("POST", None, b"x" * 300_000),
    ],
)
async def test_requests_and_answers_are_those_of_aiohttp(method: str, params: Any, data: Any) -> None:
    peer = Peer(OK)
    async with session_to(peer) as (session, origin):
        url = f"{origin}/v1/people/a=b%2Fc/x y?z=1"
        theirs = await plain_way(method, url, params=params, data=data)
        over_a_line = await aiohttp_way(session, method, url, params=params, data=data)
        ours = await our_way(session, method, url, params=params, data=data)
    assert peer.requests == [peer.requests[0]] * 3
    assert (over_a_line, ours) == (theirs, theirs)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000_000,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: %d\r\n\r\n%b"
        % (len(PACKED), PACKED),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Trailer: t\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Length: -\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: 10\r\n\r\nx\x9c\xab\xae\x05\x00\x01u\x00\xf9",
    ],
)
async def test_answers_of_every_kind_are_read_as_aiohttp_reads_them(answer: bytes) -> None:
    async with session_to(Peer(answer)) as (session, origin):
        theirs = await plain_way("GET", f"{origin}/")
        over_a_line = await aiohttp_way(session, "GET", f"{origin}/")
        ours = await our_way(session, "GET", f"{origin}/")
    assert (over_a_line, ours) == (theirs, theirs)


async def test_the_head_of_an_answer_may_come_alone() -> None:
    async with session_to(Peer(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")) as (session, origin):
        theirs = await plain_way("HEAD", f"{origin}/")
        ours = await our_way(session, "HEAD", f"{origin}/")
    assert ours == theirs


@pytest.mark.parametrize("pause_s", [0, 5])
async def test_what_comes_before_it_is_asked_for_is_the_answer_to_the_first_request(pause_s: float) -> None:
    refusal = OK.replace(b"200 OK", b"503 Service Unavailable")
    connector = Slow(after_s=pause_s)
    async with (
        listening(Peer(refusal, hurries=True)) as origin,
        ClientSession(connector=connector) as session,
    ):
        with closing(Wire(session, origin)) as wire:
            assert await ask(wire, origin) == HTTPStatus.SERVICE_UNAVAILABLE


async def test_what_went_wrong_before_an_answer_is_waited_for_is_told_then() -> None:
    async with listening(Peer(b"no HTTP at all\r\n\r\n")) as origin, Connector() as connector:
        to_peer = ClientRequest("GET", URL(origin), loop=asyncio.get_running_loop())
        with closing(await connector.connect(to_peer, [], aiohttp.ClientTimeout())) as connection:
            line = connection.protocol
            assert isinstance(line, Line)
            line.ask("GET", b"GET / HTTP/1.1\r\n\r\n")
            await asyncio.sleep(5)
            with pytest.raises(HttpProcessingError, match="Bad status line"):
                await line.answer()


async def test_what_is_no_http_before_it_is_asked_for_is_an_error_all_the_same() -> None:
    peer = Peer(b"220 ready\r\n", hurries=True)
    async with listening(peer) as origin, ClientSession(connector=Slow(after_s=5)) as session:
        for send in (aiohttp_way(session, "GET", origin), our_way(session, "GET", f"{origin}/")):
            with pytest.raises(aiohttp.ClientError):
                await send


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200",
    ],
)
async def test_what_goes_wrong_is_the_same_error(answer: bytes) -> None:
    errors = []
    async with session_to(Peer(answer, closes=True)) as (session, origin):
        for send in (
            plain_way("GET", f"{origin}/"),
            aiohttp_way(session, "GET", f"{origin}/"),
            our_way(session, "GET", f"{origin}/"),
        ):
            with pytest.raises(aiohttp.ClientError) as caught:
                await send
            errors.append((type(caught.value), str(caught.value), getattr(caught.value, "status", None)))
    assert errors == [errors[0]] * 3


async def test_nobody_there_is_the_same_error() -> None:
    async with session_to(Peer()) as (session, _):
        errors = []
        origin = "http://127.0.0.1:1"
        for send in (plain_way("GET", f"{origin}/"), our_way(session, "GET", f"{origin}/")):
            with pytest.raises(aiohttp.ClientError) as caught:
                await send
            errors.append(type(caught.value))
    assert errors == [aiohttp.ClientConnectorError] * 2


async def test_a_connection_is_used_again_once_the_body_is_read() -> None:
    peer = Peer(OK)
    async with session_to(peer) as (session, origin):
        with closing(Wire(session, origin)) as wire:
            for _ in range(3):
                await ask(wire, origin)
    assert (peer.connections, len(peer.requests)) == (1, 3)


class Faulty(Connector):
    """Finds nobody in time, or gives connections that are being closed."""

    def __init__(self, *, in_time: bool) -> None:
        super().__init__()
        self._in_time = in_time

    async def connect(self, *how: Any, **more: Any) -> Connection:
        if not self._in_time:
            raise TimeoutError
        connection = await super().connect(*how, **more)
        assert connection.transport is not None
        connection.transport.close()
        return connection


@pytest.mark.parametrize(
    ("in_time", "error"),
    [(False, aiohttp.ConnectionTimeoutError), (True, aiohttp.ClientConnectionResetError)],
)
async def test_a_connection_that_does_not_come_about_is_an_error_of_aiohttp(
    in_time: bool, error: type[Exception]
) -> None:
    async with listening(Peer(OK)) as origin, ClientSession(connector=Faulty(in_time=in_time)) as session:
        with pytest.raises(error):
            await our_way(session, "GET", f"{origin}/")


@pytest.mark.parametrize("unasked", [OK.replace(b"200 OK", b"403 Forbidden"), b"HTTP/1.1 4"])
async def test_what_comes_unasked_is_no_answer_to_the_next_request(unasked: bytes) -> None:
    peer = Peer(OK, unasked)
    async with session_to(peer) as (session, origin):
        with closing(Wire(session, origin)) as wire:
            statuses = []
            for _ in range(2):
                statuses.append(await ask(wire, origin))
                await asyncio.sleep(0.05)  # until the second has come
    assert (statuses, peer.connections) == ([200, 200], 2)


async def test_a_connection_that_was_idle_for_long_is_not_used_again() -> None:
    peer = Peer(OK)
    async with session_to(peer) as (session, origin):
        with closing(Wire(session, origin, keep_alive_s=15)) as wire:
            for idle_s in (14, 16, 0):
                await ask(wire, origin)
                await asyncio.sleep(idle_s)
    assert peer.connections == 2


PIECES = st.text(st.sampled_from("aZ9_-.~=/%2Fé +&?#:@"), max_size=12)


@given(
    path=PIECES,
    params=st.none() | st.dictionaries(PIECES, PIECES | st.integers() | st.lists(PIECES), max_size=2),
)
async def test_addresses_are_quoted_as_aiohttp_quotes_them(path: str, params: dict[str, Any] | None) -> None:
    origin = "http://127.0.0.1:80"
    async with ClientSession(connector=Connector()) as session:
        ours = Wire(session, origin).address(f"{origin}/{path}", params)
    theirs = URL(f"{origin}/{path}")
    assert ours == origin + (theirs.extend_query(params) if params else theirs).raw_path_qs


async def test_a_header_that_would_smuggle_another_is_refused() -> None:
    async with session_to(Peer(OK)) as (session, origin):
        with pytest.raises(ValueError, match="header"):
            await Wire(session, origin).send(
                "GET", f"{origin}/", headers={"a": "b\r\nc: d"}, data=None, limit_s=60
            )


HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{"


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200", HALF])
async def test_a_wait_that_is_cut_short_closes_its_connection(answer: bytes) -> None:
    async with session_to(Peer(answer)) as (session, origin):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await our_way(session, "GET", f"{origin}/")
        assert session.connector is not None
        assert not session.connector._acquired


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200", HALF])
async def test_an_answer_that_is_late_is_waited_for_no_longer(answer: bytes) -> None:
    now = asyncio.get_running_loop().time
    async with session_to(Peer(answer)) as (session, origin):
        with closing(Wire(session, origin)) as wire, pytest.raises(TimeoutError) as late:
            await wire.send("GET", f"{origin}/", headers={}, data=None, limit_s=5)
        assert (type(late.value), round(now(), 1)) == (TimeoutError, 5.0)
        assert session.connector is not None
        assert not session.connector._acquired


async def test_the_time_to_connect_counts() -> None:
    now = asyncio.get_running_loop().time
    async with listening(Peer(HALF)) as origin, ClientSession(connector=Slow(before_s=4)) as session:
        with closing(Wire(session, origin)) as wire:
            for limit_s, ended in ((3, 3), (5, 8)):
                with pytest.raises(TimeoutError) as late:
                    await wire.send("GET", f"{origin}/", headers={}, data=None, limit_s=limit_s)
                assert (type(late.value), round(now(), 1)) == (TimeoutError, ended)
