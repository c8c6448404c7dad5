"""Webex for what is asked outside a run: the same token, session and policy, and nothing is logged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from odt_async import events
from odt_async.redaction import Redactor
from odt_async.runner.policy import RunPolicy, policy_for
from odt_async.settings import Settings
from odt_async.webex.client import open_api
from odt_async.webex.tokens import TokenSource, obtain, token_source

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["Connection", "connected"]


@dataclass(frozen=True, slots=True)
class Connection:
    """What is open while it lasts."""

    api: AsWebexSimpleApi
    tokens: TokenSource
    policy: RunPolicy


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Connection]:
    """Yield a connection under the limits of *settings*.

    Raises InputError or NotAuthorised when no token can be had.
    """
    redact = Redactor()
    tokens = token_source(settings, on_token=redact.add)
    await obtain(tokens)
    log = events.open_logger(lambda _line: None, redact)
    policy = policy_for(settings, tokens, log)
    connecting = open_api(
        tokens=tokens,
        policy=policy,
        log=log,
        base_url=settings.base_url,
        request_timeout_s=settings.request_timeout,
    )
    async with connecting as api:
        yield Connection(api, tokens, policy)
