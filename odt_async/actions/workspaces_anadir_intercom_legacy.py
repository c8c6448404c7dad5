"""Give a workspace one more number: that of the old platform.

Reads       GET /workspaces/{id}/features/numbers
Writes      PUT /telephony/config/workspaces/{id}/numbers; only with a Professional licence
Idempotent  yes: a number that the workspace has, primary or not, is left alone
Undo        yes: the number is taken away again
Batch       rows about one workspace share the read and the call

Raw calls: the SDK (wxc_sdk 1.41) reads from an address with a trailing slash, names the organisation `org_id`
instead of `orgId`, and requires fields of the answer that the published schema does not have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from odt_async.actions._organisation import organisation_query
from odt_async.actions._secondary_number import NumberParams, batches_of, has_number, plan, removal
from odt_async.actions._targets import WorkspaceParams
from odt_async.actions._workspace_access import Refusal, refusal_of
from odt_async.errors import RowError

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["ORDER", "SCOPES", "SUMMARY", "Params", "apply", "plan", "read", "undo"]

SUMMARY = "Añade a un espacio de trabajo un número secundario: el de la plataforma antigua."
ORDER = 115
SCOPES = ("spark-admin:workspaces_read", "spark-admin:workspaces_write")


class Params(NumberParams, WorkspaceParams):
    """The workspace and the number."""


async def read(api: AsWebexSimpleApi, params: Params) -> dict[str, Any]:
    """Return the workspace's numbers."""
    url = api.session.ep(f"workspaces/{params.entity_id}/features/numbers")
    query = organisation_query(params.org_id)
    return cast("dict[str, Any]", await api.session.rest_get(url=url, params=query))


async def apply(api: AsWebexSimpleApi, params: Params, change: dict[str, Any]) -> None:
    """Write *change*. Raises RowError for a workspace without a Professional licence."""
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415

    try:
        await _put(api, params, change)
    except AsRestError as error:
        if refusal_of(error) is not Refusal.NO_PROFESSIONAL:
            raise
        raise RowError(
            "the workspace cannot have a secondary number: it needs a Professional licence of Webex Calling"
        ) from error


async def undo(api: AsWebexSimpleApi, params: Params, before: dict[str, Any]) -> None:
    """Take the number away, unless the workspace had it *before* or has lost it since."""
    if not has_number(before, params) and has_number(await read(api, params), params):
        await _put(api, params, removal(params))


async def _add(api: AsWebexSimpleApi, rows: Sequence[Params], body: dict[str, Any]) -> dict[str, Exception]:
    """Add the numbers of *rows*, all of one workspace: all or none."""
    await _put(api, rows[0], body)
    return {}


READ_BATCH, WRITE_BATCH = batches_of(read, _add)


async def _put(api: AsWebexSimpleApi, params: Params, body: dict[str, Any]) -> None:
    url = api.session.ep(f"telephony/config/workspaces/{params.entity_id}/numbers")
    await api.session.rest_put(url=url, params=organisation_query(params.org_id), json=body)


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
