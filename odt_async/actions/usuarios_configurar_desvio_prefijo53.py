"""Forward every call of a person to 53 + extension (the old platform), or to `destination`.

Reads       GET /people/{id}/features/callForwarding
Writes      PUT, the same URL
Idempotent  yes: a person already forwarded there is left alone
Undo        yes: the settings read before the write are put back

Busy, no-answer and business-continuity settings are sent back as they were read. Where Webex closes the busy
branch to the token (error 4003), `always` is written alone, and read again to see that it holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odt_async.actions._prefix53 import ForwardingParams, plan, read_forwarding, restore, write
from odt_async.actions._targets import PersonParams

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["ORDER", "SCOPES", "SUMMARY", "Params", "apply", "plan", "read", "undo"]

SUMMARY = "Desvía todas las llamadas de una persona a 53 + extensión, o a `destination`."
ORDER = 120
SCOPES = ("spark-admin:people_read", "spark-admin:people_write")


class Params(ForwardingParams, PersonParams):
    """The person, and where the calls go."""


async def read(api: AsWebexSimpleApi, params: Params) -> dict[str, Any]:
    """Return the person's forwarding settings."""
    return await read_forwarding(api, "people", params.entity_id, org_id=params.org_id)


async def apply(api: AsWebexSimpleApi, params: Params, change: dict[str, Any]) -> None:
    """Write the settings."""
    await write(api, "people", params.entity_id, change, org_id=params.org_id)


async def undo(api: AsWebexSimpleApi, params: Params, before: dict[str, Any]) -> None:
    """Put back the settings of *before*, as `changes.jsonl` keeps them."""
    await restore(api, "people", params.entity_id, before, org_id=params.org_id)


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
