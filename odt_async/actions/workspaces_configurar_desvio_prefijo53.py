"""Forward every call of a workspace to 53 + extension (the old platform), or to `destination`.

Reads       GET /workspaces/{id}/features/callForwarding
Writes      PUT, the same URL
Idempotent  yes: a workspace already forwarded there is left alone
Undo        yes: the settings read before the write are put back

Busy, no-answer and business-continuity settings are sent back as they were read. Where Webex closes the busy
branch to the token (error 4003), `always` is written without it, and read again to see that it holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odt_async.actions._prefix53 import ForwardingParams, plan, read_forwarding, restore, write
from odt_async.actions._targets import WorkspaceParams

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["ORDER", "SCOPES", "SUMMARY", "Params", "apply", "plan", "read", "undo"]

SUMMARY = "Desvía todas las llamadas de un espacio de trabajo a 53 + extensión, o a `destination`."
ORDER = 125
SCOPES = ("spark-admin:workspaces_read", "spark-admin:workspaces_write")


class Params(ForwardingParams, WorkspaceParams):
    """The workspace, and where its calls go."""


async def read(api: AsWebexSimpleApi, params: Params) -> dict[str, Any]:
    """Return the workspace's forwarding settings."""
    return await read_forwarding(api, "workspaces", params.entity_id, org_id=params.org_id)


async def apply(api: AsWebexSimpleApi, params: Params, change: dict[str, Any]) -> None:
    """Write the settings."""
    await write(api, "workspaces", params.entity_id, change, org_id=params.org_id)


async def undo(api: AsWebexSimpleApi, params: Params, before: dict[str, Any]) -> None:
    """Put back the settings of *before*, as `changes.jsonl` keeps them."""
    await restore(api, "workspaces", params.entity_id, before, org_id=params.org_id)


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
