"""Where the access token comes from, and how it is renewed.

In this order: a service app's refresh token (`WEBEX_REFRESH_TOKEN` with `WEBEX_CLIENT_ID` and
`WEBEX_CLIENT_SECRET`), a token file (`WEBEX_TOKEN_FILE`, read again when it changes), `WEBEX_ACCESS_TOKEN`
from the environment, which cannot change, or from `.env`, which is read again when it changes. A token file
beside a refresh token stands in for it once that is refused for good. No token is ever written, logged or put
in a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from odt_async.errors import InputError, NotAuthorised
from odt_async.language import written
from odt_async.settings import Settings
from odt_async.webex.refresh_token import RefreshToken
from odt_async.webex.token_file import DotenvToken, SecretTokens, TokenFile, parse_token
from odt_async.webex.token_life import TokenLife

if TYPE_CHECKING:
    from wxc_sdk.tokens import Tokens

__all__ = ["DotenvToken", "FixedToken", "RefreshToken", "TokenFile", "TokenSource", "obtain", "token_source"]

_PAUSES_S = (1.0, 2.0, 4.0)  # between the tries to get a first token


class TokenSource(Protocol):
    """A token that may change while a run uses it.

    tokens: the SDK's object; the session reads its access_token for every request, so setting it is enough.
    may_change: whether a later `renew` may succeed after one that did not.
    """

    name: str
    cure: str  # what an operator can do about a refused token
    may_change: bool

    @property
    def tokens(self) -> Tokens:
        """The object that the session reads."""
        ...

    @property
    def access_token(self) -> str:
        """The token as it is now."""
        ...

    @property
    def life(self) -> TokenLife | None:
        """How long it lives; None where nobody has said."""
        ...

    @property
    def renews_itself(self) -> bool:
        """Whether `renew` brings another token though nobody has put one in place."""
        ...

    async def look(self) -> bool:
        """Take a token that somebody has put in place; return whether there is one. Cheap: to be asked often."""
        ...

    async def renew(self) -> bool:
        """Ask the source again; return whether there is another token now.

        Raises NotAuthorised when there will be none.
        """
        ...


class FixedToken:
    """A token that is what it is: from the environment."""

    name = "WEBEX_ACCESS_TOKEN"
    cure = written("get a new one and start again with --resume")
    may_change = False
    renews_itself = False
    life: TokenLife | None = None

    def __init__(self, access_token: str) -> None:
        self.tokens = SecretTokens(access_token=access_token)

    @property
    def access_token(self) -> str:
        """The token."""
        return self.tokens.access_token or ""

    async def look(self) -> bool:
        """Nobody can put another in its place."""
        return False

    async def renew(self) -> bool:
        """There is no other."""
        return False


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
    reason = written("its service does not answer") if tokens.renews_itself else tokens.cure
    raise NotAuthorised("no token can be had from {name}: {reason}", name=tokens.name, reason=reason)


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
            stand_in=settings.token_file,
        )
    if settings.token_file is not None:
        return TokenFile(settings.token_file, on_token=on_token)
    given = settings.access_token.get_secret_value() if settings.access_token else ""
    if given and given == Settings.dotenv_access_token():
        return DotenvToken(Path(".env"), on_token=on_token)
    try:
        token = parse_token(given)
    except ValueError:
        raise InputError("WEBEX_ACCESS_TOKEN must hold the access token and nothing else") from None
    on_token(token)
    return FixedToken(token)
