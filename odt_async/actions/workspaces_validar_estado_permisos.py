"""See whether a workspace's forwarding and outgoing permissions can be read; nothing is written.

Reads       GET /workspaces/{id}/features/callForwarding and .../outgoingPermission
Writes      nothing: a workspace that is ready is `unchanged`, any other an error that says what it lacks
Idempotent  yes
Undo        nothing to undo
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odt_async.actions._organisation import organisation_query
from odt_async.actions._targets import WorkspaceParams
from odt_async.actions._workspace_access import Refusal, refusal_of
from odt_async.errors import RowError
from odt_async.language import written

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

SUMMARY = "Comprueba, sin escribir nada, que un espacio de trabajo admite desvíos y permisos de salida."
ORDER = 140
SCOPES = ("spark-admin:workspaces_read",)

_FEATURES = ("callForwarding", "outgoingPermission")
_CURES = {
    Refusal.UNAUTHORIZED: (
        written(
            "Webex does not let this token see them: check its scopes and that it is a calling "
            "administrator's"
        )
    ),
    Refusal.NO_PROFESSIONAL: written(
        "the workspace needs a Professional licence of Webex Calling: assign one"
    ),
    Refusal.NO_CALLING: (
        written("the workspace has no Webex Calling licence or does not exist: assign one, or correct its id")
    ),
}


class Params(WorkspaceParams):
    """The workspace."""


async def read(api: AsWebexSimpleApi, params: Params) -> dict[str, Any]:
    """Return both settings. Raises RowError where Webex refuses one."""
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415

    state = {}
    for feature in _FEATURES:
        url = api.session.ep(f"workspaces/{params.entity_id}/features/{feature}")
        try:
            state[feature] = await api.session.rest_get(url=url, params=organisation_query(params.org_id))
        except AsRestError as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            raise RowError(
                "{refusal}, reading {feature}: {cures}",
                refusal=refusal,
                feature=feature,
                cures=_CURES[refusal],
            ) from error
    return state


def plan(_state: dict[str, Any], _params: Params) -> None:
    """Return None: what could be read needs no change."""


async def apply(_api: AsWebexSimpleApi, _params: Params, _change: None) -> None:
    """Write nothing; `plan` never asks for it."""


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
