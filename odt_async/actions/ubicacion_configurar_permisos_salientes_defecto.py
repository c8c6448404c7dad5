"""Set what people and workspaces of a location may dial, unless they have a profile of their own.

Reads       GET /telephony/config/locations/{id}/outgoingPermission
Writes      PUT, the same URL: the call types that change, each with callType, action and transferEnabled
Idempotent  yes: call types that are as wanted are not sent, and those that nothing names keep what they have
Undo        yes: the call types that the row names get back what they had

Raw calls: wxc_sdk 1.41 adds nulls and read-only fields, and call types that Webex does not publish. An operator had to
write the location's id as a bare UUID here: on 400 and 404 that form is tried too.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from odt_async.actions._organisation import organisation_query
from odt_async.actions._outgoing_profile import (
    ProfileParams,
    Triple,
    changed_permissions,
    recorded_permissions,
)
from odt_async.actions._targets import LocationParams
from odt_async.columns import hydra_type, uuid_of

if TYPE_CHECKING:  # the SDK takes a second to import; only a run pays for it
    from wxc_sdk.as_api import AsWebexSimpleApi

SUMMARY = (
    "Configura los permisos de llamadas salientes por defecto de la ubicación, de un perfil o de listas."
)
ORDER = 50
SCOPES = ("spark-admin:telephony_config_read", "spark-admin:telephony_config_write")

_Json = dict[str, Any]


class Params(LocationParams, ProfileParams):
    """The location, and what may be dialled there."""

    @model_validator(mode="after")
    def _wants_something(self) -> Params:
        if not self.wanted_permissions:
            raise PydanticCustomError(
                "no_permissions",
                "no call type is named: fill in perfil, allow_call_types, block_call_types or call_type",
            )
        return self


async def read(api: AsWebexSimpleApi, params: Params) -> _Json:
    """Return the location's permissions, all call types of them, as Webex shows them."""
    answer: _Json = await _send(api, params, "GET")
    return answer


def plan(state: _Json, params: Params) -> list[Triple] | None:
    """Return the triples to write, or None when all hold. Raises RowError for a locked call type."""
    return changed_permissions(state, params.wanted_permissions) or None


async def apply(api: AsWebexSimpleApi, params: Params, change: list[Triple]) -> None:
    """Write the call types that change."""
    await _send(api, params, "PUT", {"callingPermissions": change})


async def undo(api: AsWebexSimpleApi, params: Params, before: _Json) -> None:
    """Put back what *before* has of the call types that the row names."""
    await apply(api, params, recorded_permissions(before, params.wanted_permissions))


async def _send(api: AsWebexSimpleApi, params: Params, method: str, body: _Json | None = None) -> Any:
    """Return the answer; with the bare UUID of the location where the id as given is not taken."""
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415

    location_id = params.location_id or ""
    try:
        return await _send_to(api, location_id, params, method, body)
    except AsRestError as error:
        if error.status not in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}:
            raise
        if hydra_type(location_id) is None:
            raise
        try:
            return await _send_to(api, uuid_of(location_id), params, method, body)
        except AsRestError:
            raise error from None


async def _send_to(
    api: AsWebexSimpleApi, location_id: str, params: Params, method: str, body: _Json | None
) -> Any:
    url = api.session.ep(f"telephony/config/locations/{location_id}/outgoingPermission")
    query = organisation_query(params.org_id)
    if method == "GET":
        return await api.session.rest_get(url=url, params=query)
    return await api.session.rest_put(url=url, params=query, json=body)


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
