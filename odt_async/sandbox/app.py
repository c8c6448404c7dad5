"""The server: one handler for every address, from arrival to answer or deliberate silence."""

from __future__ import annotations

import asyncio
import random
import time
from types import TracebackType
from typing import Self

import orjson
from aiohttp import web

from odt_async.sandbox.access_tokens import AccessTokens
from odt_async.sandbox.endpoints import all_routes
from odt_async.sandbox.errors import ErrorShape, Refused, error_body
from odt_async.sandbox.faults import Faults
from odt_async.sandbox.gateway import Gateway, Throttled
from odt_async.sandbox.injection import Injector, Strike
from odt_async.sandbox.journal import Journal
from odt_async.sandbox.routing import Call, Route, RoutingTable
from odt_async.sandbox.state import Organisation, SandboxSettings

__all__ = ["Sandbox"]

_CONTROL_PREFIX = "/_sandbox/"
_JSON = "application/json;charset=UTF-8"
_STALL_POLL_S = 1.0  # how often a request left hanging looks whether its client has gone
_SHUTDOWN_S = 0.05
_BACKLOG = 1024  # a client may open all its connections at once
_KEEP_ALIVE_S = 3600.0  # longer than any hold: an idle client must not find its connections closed
_HTML = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


class Sandbox:
    """A simulated Webex Calling on 127.0.0.1, open from `async with` to its end; it can be entered once.

    port: 0 takes any free one.

    Raises InputError when *faults* name nobody of the organisation, and on entering OSError when the port
    is taken.
    """

    def __init__(
        self, settings: SandboxSettings | None = None, faults: Faults | None = None, *, port: int = 0
    ) -> None:
        self.settings = settings or SandboxSettings()
        self.organisation = Organisation(self.settings)
        self.journal = Journal()
        self.replace_faults(faults or Faults())
        self._port = port
        self._table = RoutingTable(all_routes())
        self._random = random.Random(self.settings.seed)
        self._answered = 0

    def replace_faults(self, faults: Faults) -> None:
        """Let other things go wrong from now on; tokens already issued keep their end."""
        self.organisation.afflict(faults)
        self.faults = faults
        self._gateway = Gateway(faults.throttle)
        self._injector = Injector(faults, self.settings.seed)

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self.tokens = AccessTokens(self.settings.seed, self.faults.token_ttl_s, self._loop.time())
        server = web.Server(self._handle, access_log=None, keepalive_timeout=_KEEP_ALIVE_S)
        self._runner = web.ServerRunner(server, shutdown_timeout=_SHUTDOWN_S)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=_BACKLOG).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`: what stands in for `https://webexapis.com`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def token(self) -> str:
        """The first access token; the same for the same seed."""
        return self.tokens.first

    @property
    def refresh_token(self) -> str:
        """What `POST /v1/access_token` takes, with `client_id` and `client_secret`."""
        return self.tokens.refresh_token

    @property
    def client_id(self) -> str:
        """The id of the simulated service app."""
        return self.tokens.client_id

    @property
    def client_secret(self) -> str:
        """The secret of the simulated service app; no secret at all."""
        return self.tokens.client_secret

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        method, target = request.method, request.raw_path
        path, _, query = target.partition("?")
        if path.startswith(_CONTROL_PREFIX):
            return self._control(method, path)
        body = await request.read() if request.body_exists else b""
        route, ids = self._table.find(method, path)
        now, gateway = self._loop.time(), self._gateway
        self.journal.arrived(route.family, now)
        token = _bearer(request.headers.get("Authorization", ""))
        refusal = self._refusal(route, token, gateway, now)
        result = "cancelled"
        try:
            await self._delay()
            if refusal is not None:
                outcome: web.Response | Strike = self._refuse(refusal, route, now)
            else:
                content_type = request.headers.get("Content-Type", "")
                now = self._loop.time()
                call = Call(ids, query, content_type, body, self.organisation, self.tokens, now, token)
                outcome = self._process(call, route, _what_is_struck(method, target, body))
            result = outcome.value if isinstance(outcome, Strike) else str(outcome.status)
        finally:
            if refusal is None:
                gateway.release(route.family)
            self.journal.finished(method, route.template, result)
        return outcome if isinstance(outcome, web.Response) else await _stay_silent(request, outcome)

    def _refusal(self, route: Route, token: str, gateway: Gateway, now: float) -> Refused | Throttled | None:
        if route.needs_token and not self.tokens.is_valid(token, now):
            return Refused(401)
        return gateway.admit(route.family, now, time.time())

    async def _delay(self) -> None:
        latency = self.faults.latency
        if latency.seconds:
            await asyncio.sleep(latency.seconds * (1 + latency.spread * self._random.uniform(-1, 1)))

    def _refuse(self, refusal: Refused | Throttled, route: Route, arrived: float) -> web.Response:
        """Answer as the gateway does: in the platform's shape, whatever the endpoint's."""
        if isinstance(refusal, Refused):
            return self._error(refusal, ErrorShape.PLATFORM)
        response = self._error(Refused(429), ErrorShape.PLATFORM)
        if refusal.header is not None:
            response.headers["Retry-After"] = refusal.header
            sent = self._loop.time()
            until = (arrived if refusal.dated else sent) + refusal.wait_s
            self.journal.announced(route.family, sent, until)
        return response

    def _process(self, call: Call, route: Route, target: str) -> web.Response | Strike:
        # the token service is another one: it has its faults in token-ttl
        strike = self._injector.strike(route.method, target) if route.needs_token else None
        if strike in {Strike.RESET_BEFORE, Strike.STALL_BEFORE}:
            return strike
        if strike is Strike.SERVER_ERROR:
            return self._error(Refused(self._injector.status(route.method, target)), route.errors)
        if strike is Strike.HTML_502:
            return self._response(502, _HTML, "text/html")
        try:
            _check_organisation(call)
            answer = route.answer(call)
        except Refused as refused:
            if refused.stored:
                self.journal.wrote(changed=True, answered=strike is None)
            return strike or self._error(refused, route.errors)
        if answer.changed is not None:
            self.journal.wrote(changed=answer.changed, answered=strike is None)
        if strike is not None:
            return strike
        response = self._response(answer.status, answer.body)
        if answer.headers:
            response.headers.update(answer.headers)
        return response

    def _error(self, refused: Refused, shape: ErrorShape) -> web.Response:
        tracking_id = f"SANDBOX_{self._answered + 1}"
        return self._response(refused.status, error_body(refused, shape, tracking_id))

    def _response(self, status: int, body: bytes, content_type: str = _JSON) -> web.Response:
        self._answered += 1
        headers = {"trackingid": f"SANDBOX_{self._answered}"}
        if body:
            headers["Content-Type"] = content_type
        return web.Response(status=status, body=body or None, headers=headers)

    def _control(self, method: str, path: str) -> web.Response:
        """Answer what is asked of the sandbox itself: no token, no faults, not in the journal."""
        command = (method, path.removeprefix(_CONTROL_PREFIX))
        if command == ("GET", "journal"):
            return self._response(200, orjson.dumps(self.journal.as_json()))
        if command == ("POST", "reset"):
            self.journal.clear()
            return self._response(204, b"")
        return self._error(Refused(404), ErrorShape.PLATFORM)


def _what_is_struck(method: str, target: str, body: bytes) -> str:
    """Return what a fault strikes: an address, or for what is made at one address the thing that is made."""
    return f"{target} {body.hex()}" if method in {"POST", "PATCH"} else target


def _bearer(authorization: str) -> str:
    """Return the token of the header, an empty text when there is none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _check_organisation(call: Call) -> None:
    if "orgId=" in call.query_text and call.organisation.organisations.index(call.query["orgId"]) is None:
        raise Refused(403, "The token has no access to this organization.")


async def _stay_silent(request: web.BaseRequest, strike: Strike) -> web.StreamResponse:
    """Drop the connection, now or when the client has gone; the response returned reaches nobody."""
    if strike in {Strike.RESET_BEFORE, Strike.RESET_AFTER}:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - aiohttp tells nobody
        await asyncio.sleep(_STALL_POLL_S)
    return web.Response()
