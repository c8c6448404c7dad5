"""Numbers of people and workspaces: GET .../features/numbers, PUT /v1/telephony/config/.../numbers.

Source: webex-openapi-specs, `public-spec/webex-cloud-calling.json`: Get a List of Phone Numbers for a Person,
Assign or Unassign numbers (person, workspace), List numbers associated with a specific workspace. Where the
description contradicts itself both ways are shown: half of the workspaces have `external` and the ids around
it, as in its example, the others `directNumber`, as in its schema. That the whole request is refused when one
of its numbers cannot be had is not published.
"""

from __future__ import annotations

from typing import Any, Literal

from odt_async.sandbox.bodies import StrictBody, parse_body
from odt_async.sandbox.calling_targets import (
    Target,
    calling_person,
    calling_workspace,
    professional_workspace,
)
from odt_async.sandbox.endpoints.people import flag
from odt_async.sandbox.errors import ErrorShape, Refused
from odt_async.sandbox.numbers import find_number
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.secondary_numbers import add_secondary, remove_secondary, secondary_numbers
from odt_async.sandbox.state import Organisation

__all__ = ["ROUTES"]

_BAD_FIELD = 25008
_SPAIN = "+34"


class _Number(StrictBody):
    primary: bool
    action: Literal["ADD", "DELETE"]
    direct_number: str
    extension: str = ""
    ring_pattern: Literal["NORMAL", "LONG_LONG", "SHORT_SHORT_LONG", "SHORT_LONG_SHORT"] = "NORMAL"


class _PersonUpdate(StrictBody):
    enable_distinctive_ring_pattern: bool = True
    phone_numbers: tuple[_Number, ...]


class _WorkspaceUpdate(StrictBody):
    distinctive_ring_enabled: bool = True
    phone_numbers: tuple[_Number, ...]


def read_person(call: Call) -> Answer:
    """Answer with one person's numbers; without preferE164Format in the national form."""
    target = calling_person(call)
    numbers = _shown(call.organisation, target, "directNumber")
    if not flag(call.query, "preferE164Format"):
        for number in numbers:
            if "directNumber" in number:
                number["directNumber"] = number["directNumber"].removeprefix(_SPAIN)
    return json_answer(_optional_flag(target) | {"phoneNumbers": numbers})


def read_workspace(call: Call) -> Answer:
    """Answer with one workspace's numbers."""
    target = calling_workspace(call)
    organisation = call.organisation
    as_schema = target.number % 2 == 1
    numbers = _shown(organisation, target, "directNumber" if as_schema else "external")
    answer = _optional_flag(target) | {"phoneNumbers": numbers}
    if not as_schema:
        location = organisation.location(target.location)
        answer |= {
            "workspace": {"id": organisation.workspaces.hydra(target.number)},
            "location": {"id": location.id, "name": location.name},
            "organization": {"id": organisation.id, "name": "Sandbox"},
        }
    return json_answer(answer)


def update_person(call: Call) -> Answer:
    """Give a person more numbers, or take some away; 204."""
    return _update(call, calling_person(call), parse_body(call, _PersonUpdate, code=_BAD_FIELD))


def update_workspace(call: Call) -> Answer:
    """Give a workspace more numbers, or take some away; 204."""
    return _update(call, professional_workspace(call), parse_body(call, _WorkspaceUpdate, code=_BAD_FIELD))


def _optional_flag(target: Target) -> dict[str, Any]:
    return {"distinctiveRingEnabled": True} if target.number % 3 else {}


def _shown(organisation: Organisation, target: Target, key: str) -> list[dict[str, Any]]:
    primary = {key: target.phone_number, "extension": target.extension, "esn": target.extension}
    shown = [{"primary": True} | {name: text for name, text in primary.items() if text}]
    return shown + [
        {"primary": False, key: number, "ringPattern": "NORMAL"}
        for number in secondary_numbers(organisation, target.name)
    ]


def _update(call: Call, target: Target, update: _PersonUpdate | _WorkspaceUpdate) -> Answer:
    organisation = call.organisation
    has = set(secondary_numbers(organisation, target.name))
    for number in update.phone_numbers:
        if number.primary:
            raise Refused(400, "The primary number is not changed here", code=_BAD_FIELD)
        if number.action == "ADD":
            _check_available(organisation, target, number.direct_number, has)
            has.add(number.direct_number)
        elif number.direct_number in has:
            has.remove(number.direct_number)
        else:
            raise Refused(400, f"Phone number {number.direct_number} is not assigned to this target")
    for number in update.phone_numbers:
        change = add_secondary if number.action == "ADD" else remove_secondary
        change(organisation, target.name, number.direct_number)
    return Answer(204, changed=bool(update.phone_numbers))


def _check_available(organisation: Organisation, target: Target, text: str, has: set[str]) -> None:
    number = find_number(organisation, text) if text.startswith("+") and text[1:].isdecimal() else None
    if number is None or number.location != target.location:
        raise Refused(400, f"Phone number {text} is not in the location of this target")
    if number.owner is not None or text in has:
        raise Refused(400, f"Phone number {text} is already assigned")


_PERSON = "/v1/telephony/config/people/{personId}/numbers"
_WORKSPACE = "/v1/telephony/config/workspaces/{workspaceId}/numbers"
ROUTES = (
    Route("GET", "/v1/people/{personId}/features/numbers", read_person, errors=ErrorShape.CALLING),
    Route("PUT", _PERSON, update_person, errors=ErrorShape.CALLING),
    Route("GET", "/v1/workspaces/{workspaceId}/features/numbers", read_workspace, errors=ErrorShape.CALLING),
    Route("PUT", _WORKSPACE, update_workspace, errors=ErrorShape.CALLING),
)
