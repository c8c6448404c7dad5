"""GET /v1/people, /v1/people/me and /v1/people/{personId}.

Source: webex-openapi-specs, `public-spec/webex-admin.json`: List People, Get My Own Details, Get Person
Details. The administrator behind every token is person 0.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from odt_async.sandbox.errors import Refused
from odt_async.sandbox.identity import hydra
from odt_async.sandbox.names import people_named
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation

__all__ = ["ROUTES"]

_PUBLIC_ORIGIN = "https://webexapis.com"  # Webex writes it into links, whatever proxy a client came through
_DEFAULT_PAGE = 100
_LARGEST_PAGE = 1000
_LARGEST_CALLING_PAGE = 100
_LARGEST_LOCATION_PAGE = 50
_MOST_IDS = 85
_ADMINISTRATOR = 0
_ADMIN_ROLE = hydra("ciscospark://us/ROLE/", "id_full_admin")
_CREATED = "2024-01-15T08:00:00.000Z"


def list_people(call: Call) -> Answer:
    """Answer with one page of the people that the filters leave."""
    query = call.query
    calling = _flag(query, "callingData")
    if "id" in query:
        return _people_by_id(call.organisation, query["id"], calling=calling)
    start, size = _start(query), _page_size(query, calling=calling)
    indexes = list(islice(_matching(call.organisation, query, start), size + 1))
    items = [_person(call.organisation, index, calling=calling) for index in indexes[:size]]
    headers = {"Link": _next_link(query, start + size)} if len(indexes) > size else None
    return json_answer({"items": items, "notFoundIds": []}, headers=headers)


def my_details(call: Call) -> Answer:
    """Answer with the administrator whose token it is."""
    calling = _flag(call.query, "callingData")
    return json_answer(_person(call.organisation, _ADMINISTRATOR, calling=calling))


def details(call: Call) -> Answer:
    """Answer with one person."""
    index = call.organisation.people.index(call.ids[0])
    if index is None:
        raise Refused(404, "Could not find the person.")
    return json_answer(_person(call.organisation, index, calling=_flag(call.query, "callingData")))


def _people_by_id(organisation: Organisation, ids: str, *, calling: bool) -> Answer:
    """A look-up by id carries no licences and no roles, as documented."""
    wanted = ids.split(",")
    if len(wanted) > _MOST_IDS:
        raise Refused(400, f"id accepts up to {_MOST_IDS} person ids.")
    found = {text: organisation.people.index(text.strip()) for text in wanted}
    items = [
        _person(organisation, index, calling=calling, admin_fields=False)
        for index in found.values()
        if index is not None
    ]
    missing = [text for text, index in found.items() if index is None]
    return json_answer({"items": items, "notFoundIds": missing})


def _matching(organisation: Organisation, query: dict[str, str], start: int) -> Iterator[int]:
    """Yield the indexes that all filters leave, from the one numbered *start* on."""
    everybody = range(organisation.settings.people)
    candidates: Iterator[int] | range = everybody
    location = _location(organisation, query)
    if "roles" in query:
        held = [_ADMINISTRATOR] if _ADMIN_ROLE in query["roles"].split(",") else []
        candidates = iter(held)
    elif "email" in query:
        person = organisation.person_by_email(query["email"])
        candidates = iter([person.number] if person else [])
    elif query.get("displayName"):
        names = people_named(query["displayName"], seed=organisation.settings.seed, people=len(everybody))
        candidates = iter(names)
    elif location is not None:
        candidates = everybody[location :: organisation.settings.locations]
    if isinstance(candidates, range):
        return iter(candidates[start:])  # the thousandth page costs as little as the first
    left = (index for index in candidates if _passes(organisation, index, query, location))
    return islice(left, start, None)


def _passes(organisation: Organisation, index: int, query: dict[str, str], location: int | None) -> bool:
    person = organisation.person(index)
    return (
        query.get("email", person.email).lower() == person.email
        and person.display_name.casefold().startswith(query.get("displayName", "").casefold())
        and location in (None, person.location)
    )


def _location(organisation: Organisation, query: dict[str, str]) -> int | None:
    if "locationId" not in query:
        return None
    location = organisation.locations.index(query["locationId"])
    if location is None:
        raise Refused(400, "locationId is not the id of a location.")
    return location


def _person(
    organisation: Organisation, index: int, *, calling: bool, admin_fields: bool = True
) -> dict[str, Any]:
    person = organisation.person(index)
    shown: dict[str, Any] = {
        "id": person.id,
        "emails": [person.email],
        "displayName": person.display_name,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "orgId": organisation.id,
        "created": _CREATED,
        "lastModified": _CREATED,
        "type": "person",
    }
    if calling and person.has_calling:
        shown |= {
            "phoneNumbers": [{"type": "work_extension", "value": person.extension}],
            "extension": person.extension,
            "locationId": organisation.locations.hydra(person.location),
        }
    if admin_fields:
        shown |= {
            "roles": [_ADMIN_ROLE] if index == _ADMINISTRATOR else [],
            "licenses": [organisation.calling_licence] if person.has_calling else [],
            "status": "unknown",
            "invitePending": False,
            "loginEnabled": True,
        }
    return shown


def _flag(query: dict[str, str], name: str) -> bool:
    value = query.get(name, "false").lower()
    if value not in {"true", "false"}:
        raise Refused(400, f"{name} must be true or false.")
    return value == "true"


def _page_size(query: dict[str, str], *, calling: bool) -> int:
    text = query.get("max", str(_DEFAULT_PAGE))
    if not (text.isascii() and text.isdigit()) or int(text) == 0:
        raise Refused(400, "max must be a number greater than 0.")
    largest = _LARGEST_CALLING_PAGE if calling else _LARGEST_PAGE
    return min(int(text), _LARGEST_LOCATION_PAGE if "locationId" in query else largest)


def _start(query: dict[str, str]) -> int:
    if "cursor" not in query:
        return 0
    try:
        text = base64.urlsafe_b64decode(query["cursor"]).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    number = text.removeprefix("start=")
    if not number.isdigit():
        raise Refused(400, "cursor is not one of this list.")
    return int(number)


def _next_link(query: dict[str, str], start: int) -> str:
    cursor = base64.urlsafe_b64encode(f"start={start}".encode()).decode()
    return f'<{_PUBLIC_ORIGIN}/v1/people?{urlencode(query | {"cursor": cursor})}>; rel="next"'


ROUTES = (
    Route("GET", "/v1/people", list_people),
    Route("GET", "/v1/people/me", my_details),
    Route("GET", "/v1/people/{personId}", details),
)
