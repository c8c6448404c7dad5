"""What an API client and its server said to each other, taken down with aiohttp's own tracing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from aiohttp import (
    ClientResponse,
    StreamReader,
    TraceConfig,
    TraceRequestChunkSentParams,
    TraceRequestEndParams,
    TraceRequestStartParams,
)
from yarl import URL

from tests.contract.published import Answer, Sent

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi


_JUDGED_HEADERS = {"Authorization", "Content-Type"}  # the others are different in every request


class Recorder:
    """Takes down every request that *api* sends and gets an answer to, from `start` on.

    But for those that follow a link to the next page: such an address is Webex's own, and taken as it is.
    """

    def __init__(self, api: AsWebexSimpleApi) -> None:
        self._taken: list[tuple[SimpleNamespace, ClientResponse]] = []
        self._is_on = False
        self._linked: set[URL] = set()
        trace = TraceConfig()
        trace.on_request_start.append(self._started)
        trace.on_request_chunk_sent.append(self._sent)
        trace.on_request_end.append(self._answered)
        trace.freeze()
        api.session.trace_configs.append(trace)

    def start(self) -> None:
        """Take down what is sent from now on: what came before was preparation."""
        self._is_on = True

    @property
    def exchanges(self) -> list[tuple[Sent, Answer]]:
        """What was sent, and what came back; to be asked for when all answers have been read."""
        return [
            (_request(context, response), _answer(context, response)) for context, response in self._taken
        ]

    async def _started(
        self, _session: Any, context: SimpleNamespace, _params: TraceRequestStartParams
    ) -> None:
        context.sent = context.received = b""

    async def _sent(
        self, _session: Any, context: SimpleNamespace, params: TraceRequestChunkSentParams
    ) -> None:
        context.sent += params.chunk

    async def _answered(self, _session: Any, context: SimpleNamespace, params: TraceRequestEndParams) -> None:
        response = params.response
        is_linked = response.request_info.url.relative() in self._linked
        if "next" in response.links:
            self._linked.add(URL(str(response.links["next"]["url"])).relative())
        response.content = _Tee(response.content, context)  # type: ignore[assignment]
        if self._is_on and not is_linked:
            self._taken.append((context, response))


class _Tee:
    """A body that is taken down while it is read, at once or by pieces, of which aiohttp's traces are not told."""

    def __init__(self, content: StreamReader, context: SimpleNamespace) -> None:
        self._content = content
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._content, name)

    def read_nowait(self) -> bytes:
        self._context.received += (whole := self._content.read_nowait())
        return whole

    async def iter_any(self) -> AsyncIterator[bytes]:
        async for piece in self._content.iter_any():
            self._context.received += piece
            yield piece


def _request(context: SimpleNamespace, response: ClientResponse) -> Sent:
    sent = response.request_info
    return Sent(
        method=sent.method,
        path=sent.url.path,
        query=tuple(sent.url.query.items()),
        headers=tuple((name, text) for name, text in sent.headers.items() if name.title() in _JUDGED_HEADERS),
        body=context.sent,
    )


def _answer(context: SimpleNamespace, response: ClientResponse) -> Answer:
    return Answer(response.status, response.headers.get("Content-Type", ""), context.received)
