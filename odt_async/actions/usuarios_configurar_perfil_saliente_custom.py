"""Give a person outgoing permissions of its own, or those of the location again.

Reads       GET /people/{id}/features/outgoingPermission
Writes      PUT, the same URL
Idempotent  yes: a person whose flags and named call types are as wanted is left alone
Undo        yes: the permissions read before the write are put back

Call types that neither the row nor its profile names keep what they have. Raw calls: the SDK (wxc_sdk 1.41) has
another address, which is not published and serves here where the published one answers 404 or 405, and sends
nulls and call types that are not published.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from odt_async.actions._custom_profile import CustomProfileParams, plan, recorded
from odt_async.actions._organisation import organisation_query
from odt_async.actions._targets import PersonParams

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["ORDER", "SCOPES", "SUMMARY", "Params", "apply", "plan", "read", "undo"]

SUMMARY = "Da a una persona permisos de llamadas salientes propios, según un perfil o la fila."
ORDER = 130
SCOPES = ("spark-admin:people_read", "spark-admin:people_write")

_ADDRESSES = ("people/{}/features/outgoingPermission", "telephony/config/people/{}/outgoingPermission")
_NOT_CALLING = 4008


class Params(CustomProfileParams, PersonParams):
    """The person and the permissions."""


async def read(api: AsWebexSimpleApi, params: Params) -> dict[str, Any]:
    """Return the person's outgoing permissions."""
    return cast("dict[str, Any]", await _request(api, params, "GET"))


async def apply(api: AsWebexSimpleApi, params: Params, change: dict[str, Any]) -> None:
    """Write *change*."""
    await _request(api, params, "PUT", json=change)


async def undo(api: AsWebexSimpleApi, params: Params, before: dict[str, Any]) -> None:
    """Put back the permissions of *before*."""
    await _request(api, params, "PUT", json=recorded(before))


async def _request(api: AsWebexSimpleApi, params: Params, method: str, **body: Any) -> Any:
    """Send to the published address, and to the SDK's where that one is not served.

    The error of the published one is raised when both refuse.
    """
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415

    from odt_async.webex.errors import error_code  # noqa: PLC0415

    published, alternative = (api.session.ep(address.format(params.entity_id)) for address in _ADDRESSES)
    query = organisation_query(params.org_id)
    send = api.session.rest_get if method == "GET" else api.session.rest_put
    try:
        return await send(url=published, params=query, **body)
    except AsRestError as error:
        not_served = error.status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
        if not not_served or error_code(error) == _NOT_CALLING:
            raise
        refused = error
    try:
        return await send(url=alternative, params=query, **body)
    except AsRestError:
        raise refused from None


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
