"""The PSTN connection of a location: /v1/telephony/pstn/locations/{locationId}/connection and its options.

Source: webex-openapi-specs, `webex-cloud-calling.json`: Retrieve PSTN Connection Options, Retrieve and Setup PSTN
Connection for a Location. That a location without one answers 404 is not published.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from odt_async.sandbox.bodies import StrictBody, parse_body
from odt_async.sandbox.calling_locations import calling_location, known_route
from odt_async.sandbox.errors import ErrorShape, Refused
from odt_async.sandbox.location_settings import (
    CISCO_PSTN,
    LOCAL_GATEWAY,
    connect_pstn,
    pstn_connection,
    pstn_options,
    pstn_type,
)
from odt_async.sandbox.routing import Answer, Call, Route, json_answer

__all__ = ["ROUTES"]


class _Setup(StrictBody):
    id: str = ""
    premise_route_type: Annotated[str, Field(pattern="^(ROUTE_GROUP|TRUNK)$")] = ""
    premise_route_id: str = ""


def options(call: Call) -> Answer:
    """Answer with the connections that the location may have."""
    calling_location(call)
    return json_answer({"items": pstn_options(call.organisation)})


def read(call: Call) -> Answer:
    """Answer with the connection that it has; 404 when there is none."""
    connection = pstn_connection(call.organisation, calling_location(call))
    if connection is None:
        raise Refused(404, "The location has no PSTN connection.")
    return json_answer(connection)


def set_up(call: Call) -> Answer:
    """Connect the location: to a route through the local gateway, or to a provider; 204."""
    index = calling_location(call)
    body = parse_body(call, _Setup)
    kind = pstn_type(call.organisation, body.id) if body.id else LOCAL_GATEWAY
    if kind is None:
        raise Refused(400, "There is no PSTN connection option with this id.")
    if kind == CISCO_PSTN:
        raise Refused(400, "This PSTN connection type cannot be set through the API.")
    route = None
    if kind == LOCAL_GATEWAY:
        if not (body.premise_route_type and body.premise_route_id):
            raise Refused(400, "premiseRouteType and premiseRouteId are required for the local gateway.")
        route = known_route(call, body.premise_route_type, body.premise_route_id)
    elif body.premise_route_type or body.premise_route_id:
        raise Refused(400, "premiseRouteType and premiseRouteId are for the local gateway only.")
    return Answer(204, changed=connect_pstn(call.organisation, index, kind, route))


_CONNECTION = "/v1/telephony/pstn/locations/{locationId}/connection"
ROUTES = (
    Route("GET", f"{_CONNECTION}Options", options, errors=ErrorShape.CALLING),
    Route("GET", _CONNECTION, read, errors=ErrorShape.CALLING),
    Route("PUT", _CONNECTION, set_up, errors=ErrorShape.CALLING),
)
