"""Keeps a run in a token that Webex takes: found when it is replaced, renewed before it ends, awaited when refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from odt_async import events
from odt_async.errors import NotAuthorised
from odt_async.language import written
from odt_async.runner.gate import Gate
from odt_async.webex.token_life import TokenLife
from odt_async.webex.tokens import TokenSource

__all__ = ["TokenWatch"]

_POLL_S = 5.0  # how often somebody's new token is looked for
_FIRST_RETRY_S = 10.0  # after a renewal that failed though the old token is still good; doubles
_LONGEST_RETRY_S = 600.0
_ENDS_SOON_S = 1800.0  # time enough to get another one
_REFRESH_ENDS_SOON_S = 86_400.0
_START_AGAIN = written("put a good one there and start again")


class TokenWatch:
    """The one owner of a run's token; whoever renews it holds the lock, so that it is done once for all."""

    def __init__(self, source: TokenSource, gate: Gate, log: events.Logger) -> None:
        self._source = source
        self._gate = gate
        self._log = log
        self._now = asyncio.get_running_loop().time
        self._renewal = asyncio.Lock()
        self._retry_at = 0.0
        self._retry_s = _FIRST_RETRY_S
        self._failing = False  # the last renewal before the end has failed
        self._told: str | None = None
        self.ask_left_s: Callable[[], Awaitable[float | None]] | None = (
            None  # of Webex, where the source is silent
        )
        self._asked_of = ""  # the token that was asked about last
        self._learnt: TokenLife | None = None  # by asking

    @property
    def _life(self) -> TokenLife | None:
        if self._source.life is not None:
            return self._source.life
        return self._learnt if self._asked_of == self._source.access_token else None

    @property
    def renews_itself(self) -> bool:
        """Whether its source brings another token though nobody has put one in place."""
        return self._source.renews_itself

    @property
    def warning(self) -> str | None:
        """What somebody should do something about, before the token ends; None: nothing."""
        life = self._life
        if life is None:
            return None
        renewed = self._source.renews_itself and not self._failing
        left_s = life.ends_at - self._now()
        if left_s < _ENDS_SOON_S and not renewed:
            return written(
                "the token of {name} {left_s} and is not renewed: {cure}",
                name=self._source.name,
                left_s=_ends(left_s),
                cure=self._source.cure,
            )
        if life.refresh_ends_at is None:
            return None
        left_s = life.refresh_ends_at - self._now()
        if left_s < _REFRESH_ENDS_SOON_S:
            return written(
                "the refresh token of {name} {left_s}: authorise the service app again",
                name=self._source.name,
                left_s=_ends(left_s),
            )
        return None

    async def replace(self, refused: str, *, was_good: bool) -> None:
        """Return when there is another token than *refused*: renewed once for all who ask, or awaited.

        While there is none and its source may bring one, the run is paused.

        was_good: whether Webex has taken a token of this run before; the first one is not waited for.

        Raises NotAuthorised when there will be no other, and RunInterrupted when the run ends meanwhile.
        """
        async with self._renewal:
            if self._source.access_token != refused:
                return  # somebody who was refused before us has renewed it
            if await self._source.renew():
                self._renewed("refused")
                return
            if not self._source.may_change:
                raise NotAuthorised(self._refusal())
            if not was_good:
                raise NotAuthorised(
                    "{what_is_refused}, and so no request is made: {start_again}",
                    what_is_refused=self._what_is_refused(),
                    start_again=_START_AGAIN,
                )
            await self._wait_for_another()

    async def keep(self) -> None:
        """Take up a token that is put in place, and renew one in time, for ever.

        A renewal that fails is tried again, ever more seldom: as long as the old token is good there is no harm.
        """
        while True:
            await asyncio.sleep(_POLL_S)
            if self._renewal.locked():
                continue  # it is renewed already, or awaited
            async with self._renewal:
                if await self._source.look():
                    self._renewed("replaced")
                elif self._is_due():
                    await self._renew_early()
            await self._learn_life()
            self._tell()

    def _is_due(self) -> bool:
        life = self._life
        if life is None or not self._source.renews_itself:
            return False
        return self._now() >= max(life.renew_at, self._retry_at)

    async def _learn_life(self) -> None:
        token = self._source.access_token
        if self.ask_left_s is None or self._source.life is not None or self._asked_of == token:
            return
        self._asked_of, self._learnt = token, None
        left_s = await self.ask_left_s()
        if left_s is not None:
            now = self._now()
            self._learnt = TokenLife(now, now + left_s)

    async def _renew_early(self) -> None:
        try:
            if await self._source.renew():
                self._renewed("due")
                return
            reason = (
                written("its service does not answer") if self._source.renews_itself else self._source.cure
            )
        except NotAuthorised as refused:  # a request that is refused will end the run, if it comes to that
            reason = str(refused)
        self._failing = True
        self._retry_at = self._now() + self._retry_s
        self._log.warning(
            events.HTTP_TOKEN_NOT_RENEWED, source=self._source.name, reason=reason, wait_for_s=self._retry_s
        )
        self._retry_s = min(2 * self._retry_s, _LONGEST_RETRY_S)

    def _renewed(self, because: str) -> None:
        self._forget_failures()
        self._log.info(events.HTTP_TOKEN_RENEWED, source=self._source.name, because=because)

    def _forget_failures(self) -> None:
        self._failing = False
        self._retry_at, self._retry_s = 0.0, _FIRST_RETRY_S

    def _tell(self) -> None:
        """Log a warning once, not at every look; a text that only counts the minutes is the same one."""
        warning = self.warning
        kind = None if warning is None else warning.partition(" ends ")[0]
        if kind is not None and kind != self._told:
            self._log.warning(events.HTTP_TOKEN_ENDING, warning=warning)
        self._told = kind

    async def _wait_for_another(self) -> None:
        reason = self._refusal()
        self._gate.close(reason)
        self._log.warning(events.RUN_PAUSED, reason=reason)
        try:
            while not await self._source.renew():
                await self._gate.pause(_POLL_S)
        finally:
            self._gate.open(reason)
        self._forget_failures()
        self._log.info(events.RUN_RESUMED, reason=written("there is a new token"))

    def _refusal(self) -> str:
        return f"{self._what_is_refused()}: {self._source.cure}"

    def _what_is_refused(self) -> str:
        return written("Webex refuses the token of {name} (401)", name=self._source.name)


def _ends(left_s: float) -> str:
    return written("ends in {left_s:.0f} min", left_s=left_s / 60) if left_s > 0 else written("has ended")
