"""A service app's or an integration's refresh token, turned into access tokens by Webex's token service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import aiohttp
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from odt_async.errors import NotAuthorised
from odt_async.language import written
from odt_async.webex.session import WEBEX
from odt_async.webex.token_file import SecretTokens, TokenFile, parse_token
from odt_async.webex.token_life import TokenLife

__all__ = ["RefreshToken"]

_TIMEOUT_S = 30
_LONGEST_S = 10 * 366 * 86_400  # ten years: more is not meant in seconds
_REFUSED = frozenset({400, 401, 403})


def _seconds(value: Any) -> float | None:
    """Return a lifetime as the token service tells it; None for none: the token is good all the same."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if 0 < seconds < _LONGEST_S else None


_Token = Annotated[str, AfterValidator(parse_token)]
_Seconds = Annotated[float | None, BeforeValidator(_seconds)]


class _Issued(BaseModel):
    """What the token service answers; it may replace the refresh token too."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: _Token
    refresh_token: _Token | None = None
    expires_in: _Seconds = None
    refresh_token_expires_in: _Seconds = None


class RefreshToken:
    """Asks for an access token as often as one is needed.

    POST /v1/access_token, grant_type=refresh_token (developer.webex.com, "Service Apps"): an access token of 14
    days, and a refresh token that lives for 90 days from each use.
    """

    name = "WEBEX_REFRESH_TOKEN"
    cure = "check WEBEX_REFRESH_TOKEN, WEBEX_CLIENT_ID and WEBEX_CLIENT_SECRET"
    may_change = True  # the token service itself may be out

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        refresh_token: str,
        base_url: str | None,
        on_token: Callable[[str], None],
        stand_in: Path | None = None,
    ) -> None:
        """Take the names of a service app; *on_token* is told of every secret, so that it can be masked.

        stand_in: a token file, for when the refresh token is refused for good; it need not be there before.
        """
        self.tokens = SecretTokens(refresh_token=refresh_token)
        self.life: TokenLife | None = None
        self.renews_itself = True
        self._url = f"{(base_url or WEBEX).rstrip('/')}/v1/access_token"
        self._client_id = client_id
        self._client_secret = client_secret
        self._on_token = on_token
        self._stand_in = (
            None if stand_in is None else TokenFile(stand_in, on_token=on_token, tokens=self.tokens)
        )
        if stand_in is not None:
            self.cure += written(", or write an access token into {stand_in}", stand_in=stand_in)
        for secret in (client_secret, refresh_token):
            on_token(secret)

    @property
    def access_token(self) -> str:
        """The token as last issued; empty before the first `renew`."""
        return self.tokens.access_token or ""

    async def look(self) -> bool:
        """Look into the token file, once it has to stand in."""
        if self.renews_itself or self._stand_in is None or not await self._stand_in.look():
            return False
        self.life = None
        return True

    async def renew(self) -> bool:
        """Ask for a new access token; False when the token service cannot be reached or is out of order.

        Raises NotAuthorised when it refuses the refresh token, and no token file stands in.
        """
        if self.renews_itself:
            try:
                return await self._refresh()
            except NotAuthorised:
                if self._stand_in is None:
                    raise
                self.renews_itself = False
                if self.life is not None and asyncio.get_running_loop().time() < self.life.ends_at:
                    return False  # the token may still be good, and the one in the file need not be
        assert self._stand_in is not None  # noqa: S101 - without one the refusal was raised
        if not await self._stand_in.renew():
            return False
        self.life = None
        return True

    async def _refresh(self) -> bool:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "refresh_token": self.tokens.refresh_token or "",
        }
        now = asyncio.get_running_loop().time()  # its life may begin before its answer arrives
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self._url, data=form, allow_redirects=False) as response,
            ):
                if response.status in _REFUSED:
                    raise NotAuthorised(
                        "Webex refuses to renew the token ({status}): {cure}",
                        status=response.status,
                        cure=self.cure,
                    )
                if response.status != 200:  # noqa: PLR2004
                    return False
                issued = _Issued.model_validate_json(await response.read())
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False  # no answer, or one of something else in its place
        self._take(issued, now)
        return True

    def _take(self, issued: _Issued, now: float) -> None:
        self._on_token(issued.access_token)
        self.tokens.access_token = issued.access_token
        if issued.refresh_token:
            self._on_token(issued.refresh_token)
            self.tokens.refresh_token = issued.refresh_token
        self.life = None
        if issued.expires_in is not None:
            refresh_s = issued.refresh_token_expires_in
            self.life = TokenLife(
                since=now,
                ends_at=now + issued.expires_in,
                refresh_ends_at=None if refresh_s is None else now + refresh_s,
            )
