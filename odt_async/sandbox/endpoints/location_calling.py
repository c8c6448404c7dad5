"""Webex Calling details of locations: /v1/telephony/config/locations.

Source: webex-openapi-specs, `webex-cloud-calling.json`: List Locations Webex Calling Details, Enable a Location
for Webex Calling, Get and Update Location Webex Calling Details.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from odt_async.sandbox.bodies import StrictBody, parse_body
from odt_async.sandbox.calling_locations import calling_location, known_location, known_route
from odt_async.sandbox.errors import ErrorShape, Refused
from odt_async.sandbox.location_settings import (
    LOCAL_GATEWAY,
    Json,
    change_settings,
    connect_pstn,
    enable,
    is_enabled,
    pstn_connection,
    settings,
)
from odt_async.sandbox.numbers import find_number
from odt_async.sandbox.paging import page_of
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation

__all__ = ["ROUTES"]

_PAGE = 1000
_LISTED = ("outsideDialDigit", "enforceOutsideDialDigit", "routingPrefix")
_Text = Annotated[str, Field(min_length=1)]


class _Address(StrictBody):
    address1: _Text
    address2: str = ""
    city: _Text
    state: _Text
    postal_code: _Text
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]


class _Enable(StrictBody):
    id: str
    name: Annotated[str, Field(min_length=1, max_length=80)]
    time_zone: _Text
    preferred_language: _Text
    announcement_language: _Text
    address: _Address


class _CallingLine(StrictBody):
    name: str = ""
    phone_number: str = ""


class _Connection(StrictBody):
    type: Annotated[str, Field(pattern="^(ROUTE_GROUP|TRUNK)$")]
    id: str


class _Update(StrictBody):
    announcement_language: str = ""
    calling_line_id: _CallingLine = _CallingLine()
    connection: _Connection | None = None
    external_caller_id_name: str = ""
    p_access_network_info: str = ""
    outside_dial_digit: str = ""
    enforce_outside_dial_digit: bool = False
    routing_prefix: str = ""
    charge_number: str = ""


def list_locations(call: Call) -> Answer:
    """Answer with one page of the locations that are enabled for Calling; `name` is looked for anywhere in names."""
    organisation = call.organisation
    wanted = call.query.get("name", "").casefold()
    matching = (
        index
        for index in range(organisation.settings.locations)
        if is_enabled(organisation, index) and wanted in organisation.location(index).name.casefold()
    )
    page = page_of(call, "/v1/telephony/config/locations", matching, default=_PAGE, largest=_PAGE)
    items = [_listed(organisation, index) for index in page.indexes]
    return json_answer({"locations": items}, headers=page.headers)


def enable_location(call: Call) -> Answer:
    """Make the location one of Webex Calling; 201 with its id."""
    body = parse_body(call, _Enable)
    index = known_location(call.organisation, body.id)
    if is_enabled(call.organisation, index):
        raise Refused(409, "The location is already enabled for Webex Calling.")
    enable(call.organisation, index, body.announcement_language)
    return json_answer({"id": call.organisation.locations.hydra(index)}, status=201)._replace(changed=True)


def details(call: Call) -> Answer:
    """Answer with the Calling details of one location."""
    index = calling_location(call)
    organisation = call.organisation
    location = organisation.location(index)
    shown: Json = {"id": location.id, "name": location.name} | settings(organisation, index)
    connection = pstn_connection(organisation, index)
    if connection is not None and "routeId" in connection:
        shown["connection"] = {"type": connection["routeType"], "id": connection["routeId"]}
    return json_answer(shown)


def update(call: Call) -> Answer:
    """Store the fields that were sent; 204, or 200 with the job of a new routing prefix."""
    index = calling_location(call)
    sent = parse_body(call, _Update).sent()
    line = sent.get("callingLineId")
    if line is not None:
        sent["callingLineId"] = _calling_line(call.organisation, index, line)
    changed = False
    if connection := sent.pop("connection", None):
        changed = _connect(call, index, connection)
    changed |= change_settings(call.organisation, index, sent)
    if "routingPrefix" in sent and changed:
        return json_answer({"batchJobId": f"routing-prefix-{index}"})._replace(changed=True)
    return Answer(204, changed=changed)


def _listed(organisation: Organisation, index: int) -> Json:
    location, known = organisation.location(index), settings(organisation, index)
    return {
        "id": location.id,
        "name": location.name,
        "callingLineId": known["callingLineId"],
        "e911SetupRequired": False,
    } | {name: known[name] for name in _LISTED}


def _calling_line(organisation: Organisation, index: int, line: dict[str, Any]) -> Json:
    """Return name and number together. Raises Refused (400) for a number that the location does not have."""
    if "phoneNumber" not in line:
        raise Refused(400, "callingLineId.phoneNumber is required when its name is changed.")
    entry = find_number(organisation, line["phoneNumber"]) if line["phoneNumber"][1:].isdigit() else None
    if entry is None or entry.location != index:
        raise Refused(400, f"The phone number {line['phoneNumber']} does not belong to the location.")
    kept: Json = settings(organisation, index)["callingLineId"]
    return kept | line


def _connect(call: Call, index: int, connection: dict[str, str]) -> bool:
    before = pstn_connection(call.organisation, index)
    if before is None or before["pstnConnectionType"] != LOCAL_GATEWAY:
        raise Refused(400, "connection can only be changed between trunks and route groups.")
    route = known_route(call, connection["type"], connection["id"])
    return connect_pstn(call.organisation, index, LOCAL_GATEWAY, route)


_LOCATIONS = "/v1/telephony/config/locations"
_LOCATION = "/v1/telephony/config/locations/{locationId}"
ROUTES = (
    Route("GET", _LOCATIONS, list_locations, errors=ErrorShape.CALLING),
    Route("POST", _LOCATIONS, enable_location, errors=ErrorShape.CALLING),
    Route("GET", _LOCATION, details, errors=ErrorShape.CALLING),
    Route("PUT", _LOCATION, update, errors=ErrorShape.CALLING),
)
