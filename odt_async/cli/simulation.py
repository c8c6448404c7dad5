"""What a command talks to: Webex, or a sandbox that lives as long as the command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from pydantic import SecretStr

from odt_async.settings import Settings

if TYPE_CHECKING:
    from odt_async.sandbox import Faults

__all__ = ["reachable"]


@asynccontextmanager
async def reachable(settings: Settings, faults: Faults | None) -> AsyncIterator[Settings]:
    """Yield the settings that lead to Webex.

    faults: of a sandbox that is opened in its stead; None for the real thing.
    """
    if faults is None:
        yield settings
        return
    from odt_async.sandbox import Sandbox  # noqa: PLC0415

    async with Sandbox(faults=faults) as sandbox:
        yield settings.model_copy(
            update={
                "base_url": sandbox.url,
                "refresh_token": SecretStr(sandbox.refresh_token),
                "client_id": sandbox.client_id,
                "client_secret": SecretStr(sandbox.client_secret),
            }
        )
