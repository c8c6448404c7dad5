"""Outgoing permissions of people and workspaces: GET and PUT .../features/outgoingPermission.

Source: webex-openapi-specs, `public-spec/webex-cloud-calling.json`: Retrieve and Modify Outgoing Calling
Permissions Settings for a Person, and for a Workspace. What a list does to the call types that it leaves out is
not published: here they fall back to what they were at first, the worst that can happen to a client. The
SDK's address below /telephony/config is not published either: it is served for those alone whom a fault names.
"""

from __future__ import annotations

from typing import Any

from odt_async.sandbox.bodies import StrictBody, parse_body
from odt_async.sandbox.call_types import ACTIONS, CALL_TYPES, CallAction, CallType
from odt_async.sandbox.calling_targets import Target, calling_person, calling_workspace
from odt_async.sandbox.errors import ErrorShape, Refused
from odt_async.sandbox.identity import draw
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation

__all__ = ["ROUTES"]

_BAD_FIELD = 25008

_FLAGS = ("useCustomEnabled", "useCustomPermissions")
_PACKED_BASE = 0x40  # packed permissions are printable ASCII: "@", "A" ...
_MAY_TRANSFER = 0x08

_Permissions = dict[str, tuple[str, bool]]  # call type -> action, whether it may be transferred


class _Permission(StrictBody):
    call_type: CallType
    action: CallAction
    transfer_enabled: bool


class _PersonUpdate(StrictBody):
    use_custom_enabled: bool = False
    use_custom_permissions: bool = False
    calling_permissions: tuple[_Permission, ...]


class _WorkspaceUpdate(StrictBody):
    use_custom_enabled: bool = False
    use_custom_permissions: bool = False
    calling_permissions: tuple[_Permission, ...] = ()


def read_person(call: Call) -> Answer:
    """Answer with one person's flags and all call types."""
    return _shown(call, _person(call, at_sdk=False))


def read_person_at_sdk(call: Call) -> Answer:
    """Answer as `read_person`, at the SDK's address."""
    return _shown(call, _person(call, at_sdk=True))


def read_workspace(call: Call) -> Answer:
    """Answer with one workspace's flags and all call types."""
    return _shown(call, calling_workspace(call))


def configure_person(call: Call) -> Answer:
    """Store flags and permissions; 204."""
    return _store(call, _person(call, at_sdk=False), _PersonUpdate)


def configure_person_at_sdk(call: Call) -> Answer:
    """Store as `configure_person`, at the SDK's address."""
    return _store(call, _person(call, at_sdk=True), _PersonUpdate)


def configure_workspace(call: Call) -> Answer:
    """Store flags and permissions; 204."""
    return _store(call, calling_workspace(call), _WorkspaceUpdate)


def _person(call: Call, *, at_sdk: bool) -> Target:
    target = calling_person(call)
    if call.organisation.has_moved_permissions(target.number) is not at_sdk:
        raise Refused(404)
    return target


def _shown(call: Call, target: Target) -> Answer:
    flags, permissions = _stored(call.organisation, target)
    entries = [
        {
            "callType": call_type,
            "action": action,
            "transferEnabled": transfer,
            "isCallTypeRestrictionEnabled": False,
        }
        for call_type, (action, transfer) in permissions.items()
    ]
    return json_answer({**flags, "callingPermissions": entries})


def _store(call: Call, target: Target, model: type[_PersonUpdate | _WorkspaceUpdate]) -> Answer:
    update = parse_body(call, model, code=_BAD_FIELD)
    sent = update.sent()
    entries = sent.pop("callingPermissions", None)
    flags, permissions = before = _stored(call.organisation, target)
    if entries is not None:
        if len({entry["callType"] for entry in entries}) < len(entries):
            raise Refused(400, "Duplicate callType in callingPermissions", code=_BAD_FIELD)
        permissions = _defaults(call.organisation, target)[1] | {
            entry["callType"]: (entry["action"], entry["transferEnabled"]) for entry in entries
        }
    after = (flags | sent, permissions)
    if after != before:
        call.organisation.changes(_kind(target))[target.number] = _packed(*after)
    return Answer(204, changed=after != before)


def _kind(target: Target) -> str:
    return f"{target.kind} outgoing permissions"


def _stored(organisation: Organisation, target: Target) -> tuple[dict[str, Any], _Permissions]:
    packed = organisation.changes(_kind(target)).get(target.number)
    if packed is None:
        return _defaults(organisation, target)
    flags, *permissions = packed
    return (
        {name: bool(flags >> bit & 1) for bit, name in enumerate(_FLAGS)},
        {
            call_type: (ACTIONS[byte & 7], bool(byte & _MAY_TRANSFER))
            for call_type, byte in zip(CALL_TYPES, permissions, strict=True)
        },
    )


def _packed(flags: dict[str, Any], permissions: _Permissions) -> bytes:
    head = _PACKED_BASE | sum(flags[name] << bit for bit, name in enumerate(_FLAGS))
    return bytes(
        (
            head,
            *(
                _PACKED_BASE | ACTIONS.index(action) | _MAY_TRANSFER * transfer
                for action, transfer in (permissions[call_type] for call_type in CALL_TYPES)
            ),
        )
    )


def _defaults(organisation: Organisation, target: Target) -> tuple[dict[str, Any], _Permissions]:
    """Return what there was before anybody touched it: one in ten has permissions of its own.

    Calls abroad and to premium numbers are blocked, and one in three call types differs from one person or
    workspace to the next, so that a client that resets what it was not asked about is seen.
    """
    bits = draw(organisation.settings.seed, _kind(target), target.number)
    custom = bits % 10 == 0
    permissions: _Permissions = {}
    for place, call_type in enumerate(CALL_TYPES):
        usually_blocked = call_type == "INTERNATIONAL" or call_type.startswith("PREMIUM")
        unusual = custom and (bits >> 8 + 3 * place) % 3 == 0
        blocked = usually_blocked is not unusual
        permissions[call_type] = ("BLOCK" if blocked else "ALLOW", not blocked)
    return dict.fromkeys(_FLAGS, custom), permissions


_PERSON = "/v1/people/{personId}/features/outgoingPermission"
_PERSON_AT_SDK = "/v1/telephony/config/people/{personId}/outgoingPermission"
_WORKSPACE = "/v1/workspaces/{workspaceId}/features/outgoingPermission"
ROUTES = (
    Route("GET", _PERSON, read_person, errors=ErrorShape.CALLING),
    Route("PUT", _PERSON, configure_person, errors=ErrorShape.CALLING),
    Route("GET", _PERSON_AT_SDK, read_person_at_sdk, errors=ErrorShape.CALLING),
    Route("PUT", _PERSON_AT_SDK, configure_person_at_sdk, errors=ErrorShape.CALLING),
    Route("GET", _WORKSPACE, read_workspace, errors=ErrorShape.CALLING),
    Route("PUT", _WORKSPACE, configure_workspace, errors=ErrorShape.CALLING),
)
