"""GET /v1/telephony/config/premisePstn/routeGroups, .../trunks and /v1/telephony/config/routeChoices.

Source: webex-openapi-specs, `public-spec/webex-cloud-calling.json`: Read the List of Routing Groups, of Trunks,
of Routing Choices. That the names are searched for parts, letter case aside, is what "contains" lists of Webex
do; it is not said of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from odt_async.sandbox.errors import ErrorShape
from odt_async.sandbox.paging import page_of
from odt_async.sandbox.premise_routes import PremiseRoute, PremiseRoutes, premise_routes
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Location

__all__ = ["ROUTES"]

_CONFIG = "/v1/telephony/config"
_PAGE = 2000  # not published


def list_route_groups(call: Call) -> Answer:
    """Answer with one page of the route groups."""
    shown = [
        {"id": route.id, "name": route.name, "inUse": True}
        for route in _named(_routes(call).route_groups, call, "name")
    ]
    return _page(call, f"{_CONFIG}/premisePstn/routeGroups", "routeGroups", shown)


def list_trunks(call: Call) -> Answer:
    """Answer with one page of the trunks; each stands at a location."""
    organisation, locations = call.organisation, call.organisation.settings.locations
    asked = _asked(call, "locationName")
    shown = []
    for route in _named(_routes(call).trunks, call, "name"):
        place = organisation.location(route.number % locations)
        if _fits(place.name, asked):
            shown.append(_shown_trunk(route, place))
    return _page(call, f"{_CONFIG}/premisePstn/trunks", "trunks", shown)


def list_route_choices(call: Call) -> Answer:
    """Answer with one page of route groups and trunks together."""
    routes = _routes(call)
    groups = _named(routes.route_groups, call, "routeGroupName")
    trunks = _named(routes.trunks, call, "trunkName")
    shown = [{"id": route.id, "name": route.name, "type": route.type} for route in (*groups, *trunks)]
    return _page(call, f"{_CONFIG}/routeChoices", "routeIdentities", shown)


def _shown_trunk(route: PremiseRoute, place: Location) -> dict[str, Any]:
    return {
        "id": route.id,
        "name": route.name,
        "location": {"id": place.id, "name": place.name},
        "inUse": True,
        "trunkType": "REGISTERING",
        "isRestrictedToDedicatedInstance": False,
    }


def _routes(call: Call) -> PremiseRoutes:
    return premise_routes(call.organisation.settings.seed)


def _named(routes: Sequence[PremiseRoute], call: Call, parameter: str) -> list[PremiseRoute]:
    parts = _asked(call, parameter)
    return [route for route in routes if _fits(route.name, parts)]


def _asked(call: Call, parameter: str) -> list[str]:
    """Return all values of a parameter that may be repeated."""
    return [value.casefold() for name, value in parse_qsl(call.query_text) if name == parameter]


def _fits(name: str, parts: list[str]) -> bool:
    return not parts or any(part in name.casefold() for part in parts)


def _page(call: Call, path: str, key: str, shown: list[dict[str, Any]]) -> Answer:
    page = page_of(call, path, range(len(shown)), default=_PAGE, largest=_PAGE)
    return json_answer({key: [shown[index] for index in page.indexes]}, headers=page.headers)


ROUTES = (
    Route("GET", f"{_CONFIG}/premisePstn/routeGroups", list_route_groups, errors=ErrorShape.CALLING),
    Route("GET", f"{_CONFIG}/premisePstn/trunks", list_trunks, errors=ErrorShape.CALLING),
    Route("GET", f"{_CONFIG}/routeChoices", list_route_choices, errors=ErrorShape.CALLING),
)
