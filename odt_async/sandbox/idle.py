"""Connections left idle: closed in time, as a polite proxy does, or forgotten without a word."""

from __future__ import annotations

import asyncio

__all__ = ["IdleConnections"]


class IdleConnections:
    """Knows since when each connection is idle; of those that are gone it knows nothing.

    close_s: after which an idle connection is closed; None: never.
    forget_s: after which the next request on it is not to be processed; None: never.
    """

    def __init__(self, *, close_s: float | None, forget_s: float | None) -> None:
        self._close_s = close_s
        self._forget_s = forget_s
        self._since: dict[asyncio.Transport, float] = {}

    def is_forgotten(self, connection: asyncio.Transport, now: float) -> bool:
        """Tell whether a request that has just arrived comes too late; its connection is not idle now."""
        since = self._since.pop(connection, now)
        return self._forget_s is not None and now - since >= self._forget_s

    def answered(self, connection: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Let the connection be idle from now on."""
        if self._close_s is None and self._forget_s is None:
            return
        for gone in [other for other in self._since if other.is_closing()]:
            del self._since[gone]
        self._since[connection] = now = loop.time()
        if self._close_s is not None:
            loop.call_later(self._close_s, self._close, connection, now)

    def _close(self, connection: asyncio.Transport, since: float) -> None:
        if self._since.get(connection) == since:
            connection.close()
