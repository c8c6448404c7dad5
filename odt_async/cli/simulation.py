"""What a command talks to: Webex, or a sandbox that lives as long as the command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from odt_async.errors import InputError
from odt_async.settings import Settings, is_loopback

if TYPE_CHECKING:
    from odt_async.runs import PastRun
    from odt_async.sandbox import Faults

__all__ = ["reachable", "refuse_a_try"]


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


def refuse_a_try(run: PastRun, settings: Settings) -> None:
    """See that the real Webex is not taken for done because a simulated one is.

    run: is to be resumed by one of *settings* that no sandbox of its own is opened for.

    Raises InputError when *run* was a try on this machine and the other one goes elsewhere.
    """
    against = run.manifest.get("settings", {}).get("base_url")
    if _is_here(against) and not _is_here(settings.base_url):
        raise InputError(
            "--resume {run}: it was a try against {url}, and in Webex none of its rows is done: "
            "leave --resume out, or add --sandbox to go on with the try",
            run=run.run_id,
            url=against,
        )


def _is_here(url: str | None) -> bool:
    return url is not None and is_loopback(urlsplit(url).hostname or "")
