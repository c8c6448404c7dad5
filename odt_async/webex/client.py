"""open_api(): the SDK's API over our session, as an async context manager."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wxc_sdk.as_api import AsWebexSimpleApi

from odt_async.events import Logger
from odt_async.webex.calls import HttpPolicy
from odt_async.webex.session import PolicySession
from odt_async.webex.tokens import TokenSource

__all__ = ["open_api"]


@asynccontextmanager
async def open_api(
    *,
    tokens: TokenSource,
    policy: HttpPolicy,
    log: Logger,
    base_url: str | None = None,
    request_timeout_s: float = 60,
) -> AsyncIterator[AsWebexSimpleApi]:
    """Yield an API whose every call goes through *policy*.

    The session is closed here: the SDK does not close one that it was given (wxc_sdk 1.41).
    """
    session = PolicySession(
        tokens=tokens.tokens,
        policy=policy,
        log=log,
        base_url=base_url,
        request_timeout_s=request_timeout_s,
    )
    async with session:
        yield AsWebexSimpleApi(tokens=tokens.tokens, session=session)
