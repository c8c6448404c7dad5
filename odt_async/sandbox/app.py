"""The server: one handler for every address, from arrival to answer or deliberate silence."""

from __future__ import annotations

import asyncio
import random
import time
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from odt_async.sandbox.access_tokens import AccessTokens
from odt_async.sandbox.bad_answers import send_struck
from odt_async.sandbox.control import CONTROL_PREFIX, control
from odt_async.sandbox.endpoints import all_routes
from odt_async.sandbox.errors import ErrorShape, Refused, error_body
from odt_async.sandbox.faults import Faults
from odt_async.sandbox.gateway import Gateway, Throttled
from odt_async.sandbox.idle import IdleConnections
from odt_async.sandbox.injection import INTACT, SHOWN_BY_NAME, SILENT, UNPROCESSED, Injector, Strike
from odt_async.sandbox.journal import Journal
from odt_async.sandbox.routing import Call, Route, RoutingTable
from odt_async.sandbox.state import Organisation, SandboxSettings

__all__ = ["Sandbox"]

_JSON = "application/json;charset=UTF-8"
_SHUTDOWN_S = 0.05
_BACKLOG = 1024  # a client may open all its connections at once
_KEEP_ALIVE_S = 3600.0  # longer than any hold: an idle client must not find its connections closed


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
        self._suffer(faults or Faults())
        self._port = port
        self._table = RoutingTable(all_routes())
        self._random = random.Random(self.settings.seed)
        self._answered = 0

    def replace_faults(self, faults: Faults) -> None:
        """Let other things go wrong from now on, with the sandbox open; what was struck may be struck again.

        Tokens already issued keep their end.

        Raises InputError when *faults* name nobody of the organisation; then nothing has changed.
        """
        self._suffer(faults)
        self._suffered_since = self._loop.time()
        self.tokens.ttl_s = faults.token_ttl_s

    def _suffer(self, faults: Faults) -> None:
        self.organisation.afflict(faults)
        self.faults = faults
        self._gateway = Gateway(faults.throttle)
        self._injector = Injector(faults, self.settings.seed)
        self._idle = IdleConnections(close_s=faults.idle_close_s, forget_s=faults.idle_forget_s)

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._suffered_since = self._loop.time()
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

    def usage(self) -> list[dict[str, Any]]:
        """Return what each limit allowed, accepted and refused, by minute, since the faults were given."""
        return self._gateway.usage(self._loop.time())

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
        connection = request.transport
        body = await request.read() if request.body_exists else b""
        if connection is None:  # its client has left
            return web.Response()
        if request.path.startswith(CONTROL_PREFIX):
            return self._control(request.method, request.path.removeprefix(CONTROL_PREFIX), body)
        idle = self._idle
        try:
            return await self._serve(request, body, connection)
        finally:
            idle.answered(connection, self._loop)

    async def _serve(
        self, request: web.BaseRequest, body: bytes, connection: asyncio.Transport
    ) -> web.StreamResponse:
        """Answer, and count how."""
        method, target = request.method, request.raw_path
        path, _, query = target.partition("?")
        route, ids = self._table.find(method, path)
        now, gateway = self._loop.time(), self._gateway
        self.journal.arrived(route.family, now)
        token = _bearer(request.headers.get("Authorization", ""))
        forgotten = self._idle.is_forgotten(connection, now)
        strike = Strike.FORGOTTEN if forgotten else self._injector.outage(now - self._suffered_since)
        refusal = None if strike else self._refusal(route, token, gateway, now)
        admitted = not strike and not refusal
        result = "cancelled"
        try:
            await self._delay()
            if refusal is not None:
                response = self._refuse(refusal, route, now)
            else:
                content_type = request.headers.get("Content-Type", "")
                now = self._loop.time()
                call = Call(ids, query, content_type, body, self.organisation, self.tokens, now, token)
                response, strike = self._process(call, route, _what_is_struck(method, target, body), strike)
            result = strike.value if strike in SHOWN_BY_NAME else str(response.status)
        finally:
            if admitted:
                gateway.release(route.family, self._loop.time())
            self.journal.finished(method, route.template, result)
        return response if strike is None else await send_struck(strike, response, request, connection)

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

    def _process(
        self, call: Call, route: Route, target: str, strike: Strike | None
    ) -> tuple[web.Response, Strike | None]:
        """Return the answer, and what strikes it on its way."""
        if strike is None and route.needs_token:  # the token service has its faults in token-ttl
            strike = self._injector.strike(route.method, target)
        if strike in UNPROCESSED:
            status = self._injector.status(route.method, target) if strike is Strike.SERVER_ERROR else 503
            return self._error(Refused(status), route.errors), strike
        answered = strike is None or strike in INTACT
        try:
            _check_organisation(call)
            answer = route.answer(call)
        except Refused as refused:
            if refused.stored:
                self.journal.wrote(changed=True, answered=answered)
            return self._error(refused, route.errors), strike if strike in SILENT else None
        if answer.changed is not None:
            self.journal.wrote(changed=answer.changed, answered=answered)
        if strike is Strike.ERROR_200_AFTER:
            return self._error(Refused(500), route.errors), strike
        response = self._response(answer.status, answer.body)
        if answer.headers:
            response.headers.update(answer.headers)
        return response, strike

    def _error(self, refused: Refused, shape: ErrorShape) -> web.Response:
        tracking_id = f"SANDBOX_{self._answered + 1}"
        return self._response(refused.status, error_body(refused, shape, tracking_id))

    def _response(self, status: int, body: bytes) -> web.Response:
        self._answered += 1
        headers = {"trackingid": f"SANDBOX_{self._answered}"}
        if body:
            headers["Content-Type"] = _JSON
        return web.Response(status=status, body=body or None, headers=headers)

    def _control(self, method: str, command: str, body: bytes) -> web.Response:
        try:
            answer = control(self, method, command, body)
        except Refused as refused:
            return self._error(refused, ErrorShape.PLATFORM)
        return self._response(answer.status, answer.body)


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
