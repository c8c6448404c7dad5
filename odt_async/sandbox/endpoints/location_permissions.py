"""The outgoing permissions that people and workspaces of a location have unless they have their own.

Source: webex-openapi-specs, `webex-cloud-calling.json`: Get and Update Location Outgoing Permission. A write holds
"the subset of calling permissions to be updated".
"""

from __future__ import annotations

from pydantic import Field

from odt_async.sandbox.bodies import StrictBody, parse_body
from odt_async.sandbox.call_types import CALL_TYPES, CallAction, CallType
from odt_async.sandbox.calling_locations import calling_location
from odt_async.sandbox.errors import ErrorShape, Refused
from odt_async.sandbox.location_settings import Json, store, stored
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation

__all__ = ["ROUTES"]

_KIND = "location permissions"
_LOCKED, _LOCKS = "SPECIAL_SERVICES_I", 4  # by the system, at one of nine locations


class _Permission(StrictBody):
    call_type: CallType
    action: CallAction
    transfer_enabled: bool


class _Update(StrictBody):
    calling_permissions: list[_Permission] = Field(default_factory=list)


def read(call: Call) -> Answer:
    """Answer with all ten call types."""
    return json_answer({"callingPermissions": _permissions(call.organisation, calling_location(call))})


def modify(call: Call) -> Answer:
    """Store the call types that were sent; 204."""
    index = calling_location(call)
    sent = {entry.call_type: entry.sent() for entry in parse_body(call, _Update).calling_permissions}
    before = _permissions(call.organisation, index)
    after = [entry | sent.get(entry["callType"], {}) for entry in before]
    for old, new in zip(before, after, strict=True):
        if old != new and old["isCallTypeRestrictionEnabled"]:
            raise Refused(400, f"The call type {old['callType']} is restricted and cannot be changed.")
    if after != before:
        store(call.organisation, _KIND, index, {entry["callType"]: entry for entry in after})
    return Answer(204, changed=after != before)


def _permissions(organisation: Organisation, index: int) -> list[Json]:
    known = stored(organisation, _KIND, index)
    return list(known.values()) if known else [_default(call_type, index) for call_type in CALL_TYPES]


def _default(call_type: str, index: int) -> Json:
    """Return what the location has from the start: everything but premium numbers is allowed."""
    premium = call_type.startswith("PREMIUM")
    return {
        "callType": call_type,
        "action": "BLOCK" if premium else "ALLOW",
        "transferEnabled": not premium,
        "isCallTypeRestrictionEnabled": call_type == _LOCKED and index % 9 == _LOCKS,
    }


_PERMISSIONS = "/v1/telephony/config/locations/{locationId}/outgoingPermission"
ROUTES = (
    Route("GET", _PERMISSIONS, read, errors=ErrorShape.CALLING),
    Route("PUT", _PERMISSIONS, modify, errors=ErrorShape.CALLING),
)
