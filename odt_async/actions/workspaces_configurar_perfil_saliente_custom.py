"""Give a workspace outgoing permissions of its own, or those of the location again.

Reads       GET /workspaces/{id}/features/outgoingPermission
Writes      PUT, the same URL
Idempotent  yes: a workspace whose flags and named call types are as wanted is left alone
Undo        yes: the permissions read before the write are put back

Call types that neither the row nor its profile names keep what they have. Raw calls: the SDK (wxc_sdk 1.41)
sends nulls and call types that are not published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from odt_async.actions._custom_profile import CustomProfileParams, plan, recorded
from odt_async.actions._organisation import organisation_query
from odt_async.actions._targets import WorkspaceParams

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["ORDER", "SCOPES", "SUMMARY", "Params", "apply", "plan", "read", "undo"]

SUMMARY = "Da a un espacio de trabajo permisos de llamadas salientes propios, según un perfil o la fila."
ORDER = 135
SCOPES = ("spark-admin:workspaces_read", "spark-admin:workspaces_write")


class Params(CustomProfileParams, WorkspaceParams):
    """The workspace and the permissions."""


async def read(api: AsWebexSimpleApi, params: Params) -> dict[str, Any]:
    """Return the workspace's outgoing permissions."""
    answer = await api.session.rest_get(url=_url(api, params), params=organisation_query(params.org_id))
    return cast("dict[str, Any]", answer)


async def apply(api: AsWebexSimpleApi, params: Params, change: dict[str, Any]) -> None:
    """Write *change*."""
    await api.session.rest_put(url=_url(api, params), params=organisation_query(params.org_id), json=change)


async def undo(api: AsWebexSimpleApi, params: Params, before: dict[str, Any]) -> None:
    """Put back the permissions of *before*."""
    await apply(api, params, recorded(before))


def _url(api: AsWebexSimpleApi, params: Params) -> str:
    return api.session.ep(f"workspaces/{params.entity_id}/features/outgoingPermission")


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
