"""Send the extensions that a location does not know to a route group or trunk, or stop doing so.

Reads       GET /telephony/config/locations/{id}/internalDialing
Writes      PUT, the same URL: switch, and `{id, type}` of the route where it is on
Idempotent  yes: a location that is set so is left alone
Undo        yes: switch and route before are put back

Raw calls: wxc_sdk 1.41 sends nulls and the route's name, which the API does not take. Webex counts 2 to 6 digits
as an extension here: one of eight digits never takes this route.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from odt_async.actions._organisation import organisation_query
from odt_async.actions._premise_route import PremiseRouteParams
from odt_async.columns import Flag, same_id

if TYPE_CHECKING:  # the SDK takes a second to import; only a run pays for it
    from wxc_sdk.as_api import AsWebexSimpleApi

SUMMARY = "Encamina las extensiones desconocidas (2 a 6 dígitos) a un route group o trunk, o deja de hacerlo."
ORDER = 40
SCOPES = ("spark-admin:telephony_config_read", "spark-admin:telephony_config_write")
SWITCH, ROUTE = "enableUnknownExtensionRoutePolicy", "unknownExtensionRouteIdentity"

_Json = dict[str, Any]


class Params(PremiseRouteParams):
    """The location, and where unknown extensions go."""

    enable_unknown_extension_route_policy: Annotated[
        Flag, Field(description="FALSE deja de encaminarlas.", examples=["TRUE"])
    ] = True

    @model_validator(mode="after")
    def _names_a_route(self) -> Params:
        if self.enable_unknown_extension_route_policy and not self.names_route:
            raise PydanticCustomError(
                "no_route", "no route is named: fill in premise_route_id or route_identity"
            )
        return self


async def read(api: AsWebexSimpleApi, params: Params) -> _Json:
    """Return switch and route as Webex shows them."""
    answer: Any = await api.session.rest_get(url=_url(api, params), params=organisation_query(params.org_id))
    return dict(answer)


def plan(state: _Json, params: Params) -> _Json | None:
    """Return the body to write, or None when it holds; switched off, the route is none of it."""
    is_on = bool(state.get(SWITCH))
    if not params.enable_unknown_extension_route_policy:
        return {SWITCH: False} if is_on else None
    route = state.get(ROUTE) or {}
    if is_on and route.get("type") == params.route_type and same_id(route.get("id"), params.route_id):
        return None
    return {SWITCH: True, ROUTE: {"id": params.route_id, "type": params.route_type}}


async def apply(api: AsWebexSimpleApi, params: Params, change: _Json) -> None:
    """Write switch and route."""
    await api.session.rest_put(url=_url(api, params), params=organisation_query(params.org_id), json=change)


async def undo(api: AsWebexSimpleApi, params: Params, before: _Json) -> None:
    """Put back switch and route of *before*, as far as the API takes them."""
    change: _Json = {SWITCH: bool(before.get(SWITCH))}
    if change[SWITCH] and (route := before.get(ROUTE)):
        change[ROUTE] = {"id": route["id"], "type": route["type"]}
    await apply(api, params, change)


def _url(api: AsWebexSimpleApi, params: Params) -> str:
    return api.session.ep(f"telephony/config/locations/{params.location_id}/internalDialing")


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
