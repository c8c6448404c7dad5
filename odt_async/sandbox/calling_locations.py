"""The location that a calling endpoint is about, or the refusal that Webex has instead."""

from __future__ import annotations

from odt_async.sandbox.errors import Refused
from odt_async.sandbox.location_settings import is_enabled
from odt_async.sandbox.premise_routes import PremiseRoute, premise_routes
from odt_async.sandbox.routing import Call
from odt_async.sandbox.state import Organisation

__all__ = ["calling_location", "known_location", "known_route"]

_NO_LOCATION = 4152  # "Location not found"
_NO_ROUTE = 27656


def known_location(organisation: Organisation, location_id: str) -> int:
    """Return the index of a location. Raises Refused (404)."""
    index = organisation.locations.index(location_id)
    if index is None:
        raise Refused(404, "Location not found.", code=_NO_LOCATION)
    return index


def calling_location(call: Call) -> int:
    """Return the index of the location of the address. Raises Refused (404) unless it is one of Calling."""
    index = known_location(call.organisation, call.ids[0])
    if not is_enabled(call.organisation, index):
        raise Refused(404, "The location is not enabled for Webex Calling.", code=_NO_LOCATION)
    return index


def known_route(call: Call, kind: str, route_id: str) -> PremiseRoute:
    """Return the route group or trunk. Raises Refused (400), for an id of the other kind too."""
    route = premise_routes(call.organisation.settings.seed).find(kind, route_id)
    if route is None:
        raise Refused(400, f"There is no {kind} with this id.", code=_NO_ROUTE)
    return route
