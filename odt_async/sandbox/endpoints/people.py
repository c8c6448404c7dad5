"""GET /v1/people, /v1/people/me and /v1/people/{personId}.

Source: webex-openapi-specs, `public-spec/webex-admin.json`: List People, Get My Own Details, Get Person
Details. The administrator behind every token is person 0.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any
from urllib.parse import urlencode

from odt_async.sandbox.errors import Refused
from odt_async.sandbox.identity import hydra
from odt_async.sandbox.names import people_named
from odt_async.sandbox.paging import PUBLIC_ORIGIN, whole_number
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation

__all__ = ["ADMINISTRATOR", "ROUTES", "flag", "known_person", "shown_person"]

ADMINISTRATOR = 0

_DEFAULT_PAGE = 100
_LARGEST_PAGE = 1000
_LARGEST_CALLING_PAGE = 100
_LARGEST_LOCATION_PAGE = 50
_MOST_IDS = 85
_ADMIN_ROLE = hydra("ciscospark://us/ROLE/", "id_full_admin")
_CREATED = "2024-01-15T08:00:00.000Z"


def list_people(call: Call) -> Answer:
    """Answer with one page of the people that the filters leave."""
    query = call.query
    calling = flag(query, "callingData")
    if "id" in query:
        return _people_by_id(call.organisation, query["id"], calling=calling)
    start, size = _start(query), _page_size(query, calling=calling)
    found = list(islice(_matching(call, query, start), size + 1))
    items = [shown_person(call.organisation, index, calling=calling) for _, index in found[:size]]
    headers = {"Link": _next_link(query, found[size][0])} if len(found) > size else None
    return json_answer({"items": items, "notFoundIds": []}, headers=headers)


def my_details(call: Call) -> Answer:
    """Answer with the administrator whose token it is."""
    calling = flag(call.query, "callingData")
    return json_answer(shown_person(call.organisation, ADMINISTRATOR, calling=calling))


def details(call: Call) -> Answer:
    """Answer with one person."""
    index = known_person(call)
    return json_answer(shown_person(call.organisation, index, calling=flag(call.query, "callingData")))


def known_person(call: Call) -> int:
    """Return the index of the person in the address. Raises Refused (404)."""
    index = call.organisation.people.index(call.ids[0])
    if index is None:
        raise Refused(404, "Could not find the person.")
    return index


def _people_by_id(organisation: Organisation, ids: str, *, calling: bool) -> Answer:
    """A look-up by id carries no licences and no roles, as documented."""
    wanted = ids.split(",")
    if len(wanted) > _MOST_IDS:
        raise Refused(400, f"id accepts up to {_MOST_IDS} person ids.")
    found = {text: organisation.people.index(text.strip()) for text in wanted}
    items = [
        shown_person(organisation, index, calling=calling, admin_fields=False)
        for index in found.values()
        if index is not None
    ]
    missing = [text for text, index in found.items() if index is None]
    return json_answer({"items": items, "notFoundIds": missing})


def _matching(call: Call, query: dict[str, str], start: int) -> Iterator[tuple[int, int]]:
    """Yield position and index of all whom the filters leave, from the position *start* on."""
    organisation = call.organisation
    location = _location(organisation, query)
    candidates = _candidates(organisation, query, location)
    rest = candidates[start:] if isinstance(candidates, Sequence) else islice(candidates, start, None)
    for position, index in enumerate(rest, start):
        if (
            index in organisation.people
            and organisation.searchable("person", index, call.now)
            and _passes(organisation, index, query, location)
        ):
            yield position, index


def _candidates(
    organisation: Organisation, query: dict[str, str], location: int | None
) -> Sequence[int] | Iterator[int]:
    """Return whom the most telling filter may leave, in an order that stays."""
    settings, changed = organisation.settings, organisation.changes("person")
    if "roles" in query:
        return [ADMINISTRATOR] if _ADMIN_ROLE in query["roles"].split(",") else []
    if "email" in query:
        person = organisation.person_by_email(query["email"])
        return [person.number] if person else []
    if query.get("displayName"):
        named = people_named(query["displayName"], seed=settings.seed, people=settings.people)
        return chain((index for index in named if index not in changed), sorted(changed))
    if location is not None:
        derived = range(location, settings.people, settings.locations)
        moved_in = sorted(index for index in changed if index not in derived)
        return chain(derived, moved_in) if moved_in else derived
    return range(organisation.people.count)  # the thousandth page costs as little as the first


def _passes(organisation: Organisation, index: int, query: dict[str, str], location: int | None) -> bool:
    if location is None and query.keys().isdisjoint({"email", "displayName"}):
        return True
    person = organisation.person(index)
    return (
        query.get("email", person.email).lower() == person.email
        and person.display_name.casefold().startswith(query.get("displayName", "").casefold())
        and (location is None or (person.has_calling and location == person.location))
    )


def _location(organisation: Organisation, query: dict[str, str]) -> int | None:
    if "locationId" not in query:
        return None
    location = organisation.locations.index(query["locationId"])
    if location is None:
        raise Refused(400, "locationId is not the id of a location.")
    return location


def shown_person(
    organisation: Organisation, index: int, *, calling: bool, admin_fields: bool = True
) -> dict[str, Any]:
    """Return the person as People shows it."""
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
        **person.details.get("people", {}),
    }
    if calling and person.has_calling:
        numbers = {"work": person.phone_number, "work_extension": person.extension}
        shown |= {
            "phoneNumbers": [{"type": kind, "value": text} for kind, text in numbers.items() if text],
            "locationId": organisation.locations.hydra(person.location),
        }
        if person.extension:
            shown["extension"] = person.extension
    if admin_fields:
        shown |= {
            "roles": [_ADMIN_ROLE] if index == ADMINISTRATOR else [],
            "licenses": organisation.catalogue.ids(person.licences),
            "status": "unknown",
            "invitePending": False,
            "loginEnabled": person.details.get("scim", {}).get("active", True),
        }
    return shown


def flag(query: dict[str, str], name: str) -> bool:
    """Return the query parameter *name*, absent: False. Raises Refused (400)."""
    value = query.get(name, "false").lower()
    if value not in {"true", "false"}:
        raise Refused(400, f"{name} must be true or false.")
    return value == "true"


def _page_size(query: dict[str, str], *, calling: bool) -> int:
    asked = whole_number(query, "max", _DEFAULT_PAGE, least=1)
    largest = _LARGEST_CALLING_PAGE if calling else _LARGEST_PAGE
    return min(asked, _LARGEST_LOCATION_PAGE if "locationId" in query else largest)


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
    return f'<{PUBLIC_ORIGIN}/v1/people?{urlencode(query | {"cursor": cursor})}>; rel="next"'


ROUTES = (
    Route("GET", "/v1/people", list_people),
    Route("GET", "/v1/people/me", my_details),
    Route("GET", "/v1/people/{personId}", details),
)
