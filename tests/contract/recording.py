"""What an API client put on the wire, taken down by aiohttp's own tracing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from aiohttp import TraceConfig, TraceRequestChunkSentParams, TraceRequestEndParams, TraceRequestStartParams
from yarl import URL

from tests.contract.published import Sent

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi


class Recorder:
    """Takes down every request that *api* sends and gets an answer to, from `start` on.

    But for those that follow a link to the next page: such an address is Webex's own, and taken as it is.
    """

    def __init__(self, api: AsWebexSimpleApi) -> None:
        self.requests: list[Sent] = []
        self._is_on = False
        self._linked: set[URL] = set()
        trace = TraceConfig()
        trace.on_request_start.append(self._started)
        trace.on_request_chunk_sent.append(self._sent)
        trace.on_request_end.append(self._ended)
        trace.freeze()
        api.session.trace_configs.append(trace)

    def start(self) -> None:
        """Take down what is sent from now on: what came before was preparation."""
        self._is_on = True

    async def _started(
        self, _session: Any, context: SimpleNamespace, _params: TraceRequestStartParams
    ) -> None:
        context.body = b""

    async def _sent(
        self, _session: Any, context: SimpleNamespace, params: TraceRequestChunkSentParams
    ) -> None:
        context.body += params.chunk

    async def _ended(self, _session: Any, context: SimpleNamespace, params: TraceRequestEndParams) -> None:
        sent = params.response.request_info
        is_linked = sent.url.relative() in self._linked
        if "next" in (links := params.response.links):
            self._linked.add(URL(str(links["next"]["url"])).relative())
        if self._is_on and not is_linked:
            self.requests.append(
                Sent(
                    method=sent.method,
                    path=sent.url.path,
                    query=tuple(sent.url.query.items()),
                    headers=tuple(sent.headers.items()),
                    body=context.body,
                )
            )
