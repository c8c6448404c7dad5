"""Delivers messages to one URL, in a task of its own that the run never waits for.

The connection has nothing to do with that to Webex: a session of its own, without our token, and no redirect is
followed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from odt_async import __version__
from odt_async.alerts.message import Alert, Event, body_for

if TYPE_CHECKING:
    from aiohttp import ClientSession

__all__ = ["Channel"]

_TIMEOUT_S = 10.0  # of one attempt
_WAITS_S = (1.0, 4.0)  # before the second attempt and the third, which is the last
_LONGEST_WAIT_S = 30.0  # that a Retry-After may ask for
# messages that the run stands still or goes on, and the seconds that there may be so many in
_MOST_STATES, _STATES_S = 2, 60.0
_PASSING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT)
_STATES: tuple[Event, ...] = ("paused", "resumed")


class Channel:
    """One URL that is told; a secret, so only where it leads is ever shown.

    At most one message of each kind waits: a run that pauses and goes on all the time is told twice a minute at
    most, by its latest state and the number of messages that it stands for.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.shown = f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}/***"
        self.failure: str | None = None  # why a message was given up; the first one's reason
        self.delivered = 0
        self._url = url
        self._path = parts.path
        self._waiting: dict[str, Alert] = {}  # by kind, in their order
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._now = asyncio.get_running_loop().time
        self._states_told_at = deque[float](maxlen=_MOST_STATES)

    def put(self, alert: Alert) -> None:
        """Have *alert* sent; returns at once."""
        kind = "state" if alert.event in _STATES else alert.event
        if (before := self._waiting.pop(kind, None)) is not None:
            alert = replace(alert, merged=before.merged + 1)
        if alert.event == "end":  # which tells how it stands
            self._waiting.pop("state", None)
        self._waiting[kind] = alert
        self._idle.clear()
        self._news.set()

    async def deliver(self) -> None:
        """Send what is put in, for ever; a failure is noted and ends nothing."""
        import aiohttp  # noqa: PLC0415 - only a run that notifies pays for it here

        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"odt_async/{__version__}"},
        ) as session:
            while True:
                await self._something_is_due()
                alert = self._waiting.pop(self._due() or "")
                if alert.event in _STATES:
                    self._states_told_at.append(self._now())
                if (trouble := await self._send(session, alert)) is None:
                    self.delivered += 1
                else:
                    self.failure = self.failure or trouble
                if not self._waiting:
                    self._idle.set()

    async def drained(self) -> None:
        """Return when nothing waits and nothing is being sent."""
        await self._idle.wait()

    def give_up(self) -> None:
        """Note that what is not sent yet will not be."""
        if not self._idle.is_set():
            self.failure = self.failure or "TimeoutError"

    def _due(self) -> str | None:
        """Return the kind of the message to be sent next; None: there is none, or it has to wait."""
        early = self._until_next_state_s() > 0
        return next((kind for kind in self._waiting if kind != "state" or not early), None)

    def _until_next_state_s(self) -> float:
        told = self._states_told_at
        return told[0] + _STATES_S - self._now() if len(told) == _MOST_STATES else 0.0

    async def _something_is_due(self) -> None:
        while self._due() is None:
            self._news.clear()
            wait_s = self._until_next_state_s() if self._waiting else None
            try:
                async with asyncio.timeout(wait_s):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _send(self, session: ClientSession, alert: Alert) -> str | None:
        """Return None, or why it was given up: a status or the name of an error, which hold no secret."""
        trouble = None
        for wait_s in (*_WAITS_S, None):
            trouble, asked_s = await self._attempt(session, alert)
            if trouble is None or asked_s is None or wait_s is None:
                break
            await asyncio.sleep(max(wait_s, min(asked_s, _LONGEST_WAIT_S)))
        return trouble

    async def _attempt(self, session: ClientSession, alert: Alert) -> tuple[str | None, float | None]:
        """Return why it failed, None when it did not; and after how many seconds it may go, None: not again."""
        import aiohttp  # noqa: PLC0415

        body = body_for(self._path, alert)
        try:
            async with session.post(self._url, json=body, allow_redirects=False) as response:
                status = response.status
                asked = response.headers.get("Retry-After", "")
        except (aiohttp.InvalidURL, aiohttp.ClientSSLError) as error:
            return type(error).__name__, None
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            return type(error).__name__, 0.0
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return None, None
        passing = status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return f"HTTP {status}", (float(asked) if asked.isdecimal() else 0.0) if passing else None
