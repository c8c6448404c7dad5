"""GET /v1/locations and /v1/locations/{locationId}.

Source: webex-openapi-specs, `public-spec/webex-device.json`: List Locations, Get Location Details (their
examples: the schema beside them is that of another list).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odt_async.sandbox.errors import Refused
from odt_async.sandbox.paging import page_of
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation

__all__ = ["ROUTES"]

_PATH = "/v1/locations"
_DEFAULT_PAGE = 500
_LARGEST_PAGE = 1000  # not published


def list_locations(call: Call) -> Answer:
    """Answer with one page of the locations that the filters leave."""
    matching = _matching(call.organisation, call.query)
    page = page_of(call, _PATH, matching, default=_DEFAULT_PAGE, largest=_LARGEST_PAGE)
    items = [_shown(call.organisation, index) for index in page.indexes]
    return json_answer({"items": items}, headers=page.headers)


def details(call: Call) -> Answer:
    """Answer with one location."""
    index = call.organisation.locations.index(call.ids[0])
    if index is None:
        raise Refused(404, "Could not find the location.")
    return json_answer(_shown(call.organisation, index))


def _matching(organisation: Organisation, query: dict[str, str]) -> Iterable[int]:
    everywhere = range(organisation.settings.locations)
    if "id" in query:
        index = organisation.locations.index(query["id"])
        return [] if index is None else [index]
    part = query.get("name", "").casefold()
    if not part:
        return everywhere
    return (index for index in everywhere if part in organisation.location(index).name.casefold())


def _shown(organisation: Organisation, index: int) -> dict[str, Any]:
    location = organisation.location(index)
    return {
        "id": location.id,
        "name": location.name,
        "orgId": organisation.id,
        "address": {
            "address1": location.address,
            "city": location.city,
            "state": location.province,
            "postalCode": location.postal_code,
            "country": "ES",
        },
        "timeZone": "Europe/Madrid",
        "preferredLanguage": "es_es",
    }


ROUTES = (
    Route("GET", _PATH, list_locations),
    Route("GET", f"{_PATH}/{{locationId}}", details),
)
