"""The telephone numbers of locations: adding, (de)activating, removing and listing them.

Source: webex-openapi-specs, `webex-cloud-calling.json`: Add Phone Numbers to a location, Manage Number State in a
location, Remove phone numbers from a location, Get Phone Numbers for an Organization with Given Criteria. The
body of a 400 that refuses single numbers is known from wxc_sdk's `NumberAddResponse`; whether the others of
such a request are added is not published: here they are not. Extensions are not listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from odt_async.sandbox.bodies import StrictBody, parse_body
from odt_async.sandbox.calling_locations import calling_location, known_location
from odt_async.sandbox.errors import ErrorShape, Refused
from odt_async.sandbox.location_settings import main_number, pstn_connection
from odt_async.sandbox.numbers import (
    InventoryNumber,
    add_number,
    change_state,
    find_number,
    numbers,
    remove_number,
)
from odt_async.sandbox.paging import page_of
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation

__all__ = ["ROUTES"]

_PAGE = 2000
_MOST_MOBILE, _MOST_REMOVED, _MOST_DEACTIVATED = 20, 5, 500
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_FOREIGN = "+34999"  # numbers of another organisation start so
_NOT_E164, _TAKEN = 9601, 9602


class _Numbers(StrictBody):
    phone_numbers: Annotated[list[str], Field(min_length=1)]


class _Add(_Numbers):
    number_type: Literal["DID", "TOLLFREE", "MOBILE"] = "DID"
    number_usage_type: Literal["NONE", "SERVICE"] = "NONE"
    state: Literal["ACTIVE", "INACTIVE"] = "ACTIVE"
    subscription_id: str = ""
    carrier_id: str = ""


class _Manage(_Numbers):
    action: Literal["ACTIVATE", "DEACTIVATE"] = "ACTIVATE"


def add(call: Call) -> Answer:
    """Add numbers to the location; those that it has already stay as they are; 201."""
    index = calling_location(call)
    body = parse_body(call, _Add)
    organisation = call.organisation
    if pstn_connection(organisation, index) is None:
        raise Refused(400, "The location has no PSTN connection.")
    if body.number_type == "MOBILE" and len(body.phone_numbers) > _MOST_MOBILE:
        raise Refused(400, f"At most {_MOST_MOBILE} mobile numbers can be added at once.")
    refused = [error for number in body.phone_numbers if (error := _refusal(organisation, index, number))]
    if refused:
        return json_answer([{"errors": refused}], status=400)
    new = [number for number in body.phone_numbers if find_number(organisation, number) is None]
    for number in new:
        add_number(organisation, number, index, state=body.state, kind=body.number_type)
    return Answer(201, changed=bool(new))


def manage(call: Call) -> Answer:
    """Activate or deactivate numbers of the location; 204."""
    index = calling_location(call)
    body = parse_body(call, _Manage)
    entries = [_entry(call.organisation, index, number) for number in body.phone_numbers]
    state = "ACTIVE" if body.action == "ACTIVATE" else "INACTIVE"
    if state == "INACTIVE":
        if len(entries) > _MOST_DEACTIVATED:
            raise Refused(400, f"At most {_MOST_DEACTIVATED} numbers can be deactivated at once.")
        for entry in entries:
            if entry.owner is not None or entry.type == "MOBILE":
                raise Refused(400, f"{entry.number} is assigned or mobile and cannot be deactivated.")
    changed = [entry for entry in entries if entry.state != state]
    for entry in changed:
        change_state(call.organisation, entry, state)
    return Answer(204, changed=bool(changed))


def remove(call: Call) -> Answer:
    """Take numbers away from the location; 204."""
    index = calling_location(call)
    body = parse_body(call, _Numbers)
    if len(body.phone_numbers) > _MOST_REMOVED:
        raise Refused(400, f"At most {_MOST_REMOVED} numbers can be removed at once.")
    entries = [_entry(call.organisation, index, number) for number in body.phone_numbers]
    for entry in entries:
        if entry.owner is not None or entry.number == main_number(call.organisation, index):
            raise Refused(400, f"{entry.number} is assigned or the main number and cannot be removed.")
    for entry in entries:
        remove_number(call.organisation, entry.number)
    return Answer(204, changed=True)


def list_numbers(call: Call) -> Answer:
    """Answer with one page of the numbers that the filters leave."""
    organisation = call.organisation
    wanted = [(_FILTERS[name], value) for name, value in call.query.items() if name in _FILTERS]
    matching = _candidates(call)
    if wanted:
        matching = (key for key in matching if _fits(find_number(organisation, f"+{key}"), wanted))
    page = page_of(call, "/v1/telephony/config/numbers", matching, default=_PAGE, largest=_PAGE)
    entries = [find_number(organisation, f"+{key}") for key in page.indexes]
    shown = [_shown(organisation, entry) for entry in entries if entry is not None]
    return json_answer({"phoneNumbers": shown}, headers=page.headers)


def _refusal(organisation: Organisation, index: int, number: str) -> dict[str, Any] | None:
    """Return why *number* cannot be added, in the words of the API's list; None when it can."""
    if _E164.fullmatch(number) is None:
        code, title = _NOT_E164, "Phone number is not in E.164 format"
    elif number.startswith(_FOREIGN):
        code, title = _TAKEN, "Phone number is in use by another organization"
    else:
        entry = find_number(organisation, number)
        if entry is None or entry.location == index:
            return None
        code, title = _TAKEN, "Phone number belongs to another location"
    return {
        "number": number,
        "errorType": "ERROR",
        "errorCode": code,
        "errorMessage": f"{title}: {number}",
        "errorTitle": title,
    }


def _entry(organisation: Organisation, index: int, number: str) -> InventoryNumber:
    entry = find_number(organisation, number) if _E164.fullmatch(number) else None
    if entry is None or entry.location != index:
        raise Refused(400, f"{number} is not a number of the location.")
    return entry


def _candidates(call: Call) -> Iterator[int]:
    query = call.query
    location = known_location(call.organisation, query["locationId"]) if "locationId" in query else None
    if "phoneNumber" not in query:
        return numbers(call.organisation, location)
    number = f"+{query['phoneNumber'].strip().removeprefix('+')}"
    entry = find_number(call.organisation, number) if _E164.fullmatch(number) else None
    return iter([] if entry is None or location not in {None, entry.location} else [int(number)])


def _fits(entry: InventoryNumber | None, wanted: list[tuple[Callable[[InventoryNumber], str], str]]) -> bool:
    return entry is not None and all(of(entry) == value for of, value in wanted)


def _owner_type(entry: InventoryNumber) -> str:
    return {"person": "PEOPLE", "workspace": "PLACE"}.get((entry.owner or "").partition(" ")[0], "")


# query parameter -> what it must be to find the number
_FILTERS: dict[str, Callable[[InventoryNumber], str]] = {
    "state": lambda entry: entry.state,
    "assigned": lambda entry: str(entry.owner is not None).lower(),
    "available": lambda entry: str(entry.owner is None).lower(),
    "ownerType": _owner_type,
    "tollFreeNumbers": lambda entry: str(entry.type == "TOLLFREE").lower(),
    "numberType": lambda _entry: "NUMBER",
    "reservedNumber": lambda _entry: "false",
}


def _shown(organisation: Organisation, entry: InventoryNumber) -> dict[str, Any]:
    location = organisation.location(entry.location)
    shown: dict[str, Any] = {
        "phoneNumber": entry.number,
        "state": entry.state,
        "phoneNumberType": "PRIMARY",
        "mainNumber": entry.number == main_number(organisation, entry.location),
        "includedTelephonyTypes": "MOBILE_NUMBER" if entry.type == "MOBILE" else "PSTN_NUMBER",
        "tollFreeNumber": entry.type == "TOLLFREE",
        "isServiceNumber": False,
        "elinEnabled": False,
        "isReservedNumber": False,
        "location": {"id": location.id, "name": location.name},
    }
    if entry.owner is not None:
        shown["owner"] = _owner(organisation, entry.owner)
    return shown


def _owner(organisation: Organisation, owner: str) -> dict[str, str]:
    kind, _, index = owner.partition(" ")
    if kind == "person":
        person = organisation.person(int(index))
        return {
            "id": person.id,
            "type": "PEOPLE",
            "firstName": person.first_name,
            "lastName": person.last_name,
        }
    workspace = organisation.workspace(int(index))
    return {"id": workspace.id, "type": "PLACE", "firstName": workspace.display_name}


_NUMBERS = "/v1/telephony/config/locations/{locationId}/numbers"
ROUTES = (
    Route("POST", _NUMBERS, add, errors=ErrorShape.CALLING),
    Route("PUT", _NUMBERS, manage, errors=ErrorShape.CALLING),
    Route("DELETE", _NUMBERS, remove, errors=ErrorShape.CALLING),
    Route("GET", "/v1/telephony/config/numbers", list_numbers, errors=ErrorShape.CALLING),
)
