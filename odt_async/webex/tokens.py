"""Where the access token comes from, and how it is renewed.

In this order: a service app's refresh token (`WEBEX_REFRESH_TOKEN` with `WEBEX_CLIENT_ID` and
`WEBEX_CLIENT_SECRET`), a token file (`WEBEX_TOKEN_FILE`, read again when it changes), `WEBEX_ACCESS_TOKEN`
from the environment or `.env`. No token is ever written, logged or put in a message.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Protocol

import aiohttp
from pydantic import AfterValidator, BaseModel
from wxc_sdk.tokens import Tokens

from odt_async.errors import InputError, NotAuthorised
from odt_async.settings import Settings
from odt_async.webex.session import WEBEX

__all__ = ["FixedToken", "RefreshToken", "TokenFile", "TokenSource", "obtain", "token_source"]

_REFRESH_TIMEOUT_S = 30
_PAUSES_S = (1.0, 2.0, 4.0)  # between the tries to get a first token
_VISIBLE = re.compile(r"[!-~]+")


def _token(text: str) -> str:
    """Return *text* without the space around it. Raises ValueError when that can be no token."""
    token = text.strip()
    if not _VISIBLE.fullmatch(token):
        raise ValueError("a token is one word of visible ASCII characters")
    return token


class _Issued(BaseModel):
    """What the token service answers; it may replace the refresh token too."""

    access_token: Annotated[str, AfterValidator(_token)]
    refresh_token: Annotated[str, AfterValidator(_token)] | None = None


class TokenSource(Protocol):
    """A token that may change while a run uses it.

    tokens: the SDK's object; the session reads its access_token for every request, so setting it is enough.
    may_change: whether a later `renew` may succeed after one that did not.
    """

    name: str
    cure: str  # what an operator can do about a refused token
    may_change: bool
    tokens: Tokens

    @property
    def access_token(self) -> str:
        """The token as it is now."""
        ...

    async def renew(self) -> bool:
        """Ask the source again; return whether there is another token now."""
        ...


class FixedToken:
    """A token that is what it is: from the environment or `.env`."""

    name = "WEBEX_ACCESS_TOKEN"
    cure = "get a new one and start again with --resume"
    may_change = False

    def __init__(self, access_token: str) -> None:
        self.tokens = Tokens(access_token=access_token)

    @property
    def access_token(self) -> str:
        """The token."""
        return self.tokens.access_token or ""

    async def renew(self) -> bool:
        """There is no other."""
        return False


class TokenFile:
    """A file with nothing but the token, which somebody or something else renews."""

    may_change = True

    def __init__(self, path: Path, *, on_token: Callable[[str], None]) -> None:
        """Read *path*; *on_token* is told of every token, so that it can be masked.

        Raises InputError when the file cannot be read or is empty.
        """
        self.name = f"WEBEX_TOKEN_FILE ({path})"
        self.cure = "write a new one into the file; the run goes on by itself"
        self._path = path
        self._on_token = on_token
        try:
            token = self._read()
        except OSError as error:
            raise InputError(f"WEBEX_TOKEN_FILE {path} cannot be read: {error.strerror}") from error
        except ValueError:
            raise InputError(f"WEBEX_TOKEN_FILE {path} must hold the access token and nothing else") from None
        on_token(token)
        self.tokens = Tokens(access_token=token)

    @property
    def access_token(self) -> str:
        """The token as last read."""
        return self.tokens.access_token or ""

    async def renew(self) -> bool:
        """Read the file again; one that is gone, or only half written, is one that has not changed."""
        try:
            token = self._read()
        except (OSError, ValueError):
            return False
        if token == self.access_token:
            return False
        self._on_token(token)
        self.tokens.access_token = token
        return True

    def _read(self) -> str:
        return _token(self._path.read_text(encoding="utf-8-sig"))


class RefreshToken:
    """A service app's or an integration's refresh token, turned into access tokens.

    POST /v1/access_token, grant_type=refresh_token (developer.webex.com, "Service Apps").
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
    ) -> None:
        self.tokens = Tokens(refresh_token=refresh_token)
        self._url = f"{(base_url or WEBEX).rstrip('/')}/v1/access_token"
        self._client_id = client_id
        self._client_secret = client_secret
        self._on_token = on_token
        for secret in (client_secret, refresh_token):
            on_token(secret)

    @property
    def access_token(self) -> str:
        """The token as last issued; empty before the first `renew`."""
        return self.tokens.access_token or ""

    async def renew(self) -> bool:
        """Ask for a new access token; False when the token service cannot be reached or is out of order.

        Raises NotAuthorised when it refuses the refresh token.
        """
        form = {
            "grant_type": "refresh_token",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "refresh_token": self.tokens.refresh_token or "",
        }
        timeout = aiohttp.ClientTimeout(total=_REFRESH_TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self._url, data=form, allow_redirects=False) as response,
            ):
                if response.status in {400, 401, 403}:
                    raise NotAuthorised(f"Webex refuses to renew the token ({response.status}): {self.cure}")
                if response.status != 200:  # noqa: PLR2004
                    return False
                issued = _Issued.model_validate_json(await response.read())
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False  # no answer, or one of something else in its place
        self._on_token(issued.access_token)
        self.tokens.access_token = issued.access_token
        if issued.refresh_token:
            self._on_token(issued.refresh_token)
            self.tokens.refresh_token = issued.refresh_token
        return True


async def obtain(tokens: TokenSource) -> None:
    """See to it that there is a token to begin with; its service is given a few seconds to answer.

    Raises NotAuthorised when none can be had.
    """
    if tokens.access_token:
        return
    for pause_s in (*_PAUSES_S, None):
        if await tokens.renew():
            return
        if pause_s is not None:
            await asyncio.sleep(pause_s)
    raise NotAuthorised(f"no token can be had from {tokens.name}: its service does not answer")


def token_source(settings: Settings, *, on_token: Callable[[str], None]) -> TokenSource:
    """Return the source that *settings* name; *on_token* is told of every secret, so that it can be masked.

    Raises InputError when they name none, or half of one.
    """
    settings.check_credentials()
    if settings.refresh_token and settings.client_id and settings.client_secret:
        return RefreshToken(
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            refresh_token=settings.refresh_token.get_secret_value(),
            base_url=settings.base_url,
            on_token=on_token,
        )
    if settings.token_file is not None:
        return TokenFile(settings.token_file, on_token=on_token)
    try:
        token = _token(settings.access_token.get_secret_value() if settings.access_token else "")
    except ValueError:
        raise InputError("WEBEX_ACCESS_TOKEN must hold the access token and nothing else") from None
    on_token(token)
    return FixedToken(token)
