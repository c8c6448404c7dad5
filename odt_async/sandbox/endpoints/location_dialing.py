"""Where a location sends extensions that it does not know: internalDialing.

Source: webex-openapi-specs, `webex-cloud-calling.json`: Read and Modify the Internal Dialing configuration for a
location. Whether a route outlives the switch is not published; here it does not.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from odt_async.sandbox.bodies import StrictBody, parse_body
from odt_async.sandbox.calling_locations import calling_location, known_route
from odt_async.sandbox.errors import ErrorShape, Refused
from odt_async.sandbox.location_settings import Json, store, stored
from odt_async.sandbox.premise_routes import PremiseRoute, premise_routes
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation

__all__ = ["ROUTES"]

_KIND = "location dialing"
_ROUTED = 5  # of six locations the one that has a route from the start


class _Identity(StrictBody):
    id: str
    type: Annotated[str, Field(pattern="^(ROUTE_GROUP|TRUNK)$")]


class _Update(StrictBody):
    enable_unknown_extension_route_policy: bool = False
    unknown_extension_route_identity: _Identity | None = None


def read(call: Call) -> Answer:
    """Answer with switch and route."""
    return json_answer(_settings(call.organisation, calling_location(call)))


def modify(call: Call) -> Answer:
    """Store what was sent; 204."""
    index = calling_location(call)
    body = parse_body(call, _Update)
    sent, before = body.sent(), _settings(call.organisation, index)
    if sent.get("unknownExtensionRouteIdentity", {}) is None:
        raise Refused(400, "unknownExtensionRouteIdentity cannot be null.")
    after = before.copy()
    if identity := body.unknown_extension_route_identity:
        after["unknownExtensionRouteIdentity"] = _shown(known_route(call, identity.type, identity.id))
    if "enableUnknownExtensionRoutePolicy" in sent:
        after["enableUnknownExtensionRoutePolicy"] = body.enable_unknown_extension_route_policy
    if not after["enableUnknownExtensionRoutePolicy"]:
        after.pop("unknownExtensionRouteIdentity", None)
    elif "unknownExtensionRouteIdentity" not in after:
        raise Refused(400, "unknownExtensionRouteIdentity is required to route unknown extensions.")
    if after != before:
        store(call.organisation, _KIND, index, after)
    return Answer(204, changed=after != before)


def _settings(organisation: Organisation, index: int) -> Json:
    known = stored(organisation, _KIND, index)
    if known is not None:
        return known
    if index % 6 != _ROUTED:
        return {"enableUnknownExtensionRoutePolicy": False}
    trunks = premise_routes(organisation.settings.seed).trunks
    return {
        "enableUnknownExtensionRoutePolicy": True,
        "unknownExtensionRouteIdentity": _shown(trunks[index % len(trunks)]),
    }


def _shown(route: PremiseRoute) -> Json:
    return {"id": route.id, "name": route.name, "type": route.type}


_DIALING = "/v1/telephony/config/locations/{locationId}/internalDialing"
ROUTES = (
    Route("GET", _DIALING, read, errors=ErrorShape.CALLING),
    Route("PUT", _DIALING, modify, errors=ErrorShape.CALLING),
)
