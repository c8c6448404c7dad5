"""POST /v1/workspaces, PUT and DELETE /v1/workspaces/{workspaceId}.

Source: webex-openapi-specs, `public-spec/webex-device.json`: Create, Update and Delete a Workspace. Names are
not unique. Not simulated, and refused: floors, calendars, hot desking, hosted meetings, maps, other callings
than `webexCalling`, `freeCalling` and `none`, and a PUT of `calling`. Which licences exist that make a workspace
Basic or Professional is known from operators.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from pydantic import Field

from odt_async.sandbox.bodies import StrictBody, parse_body
from odt_async.sandbox.catalogue import PROFESSIONAL, WORKSPACES
from odt_async.sandbox.endpoints.workspaces import shown_workspace
from odt_async.sandbox.errors import Refused
from odt_async.sandbox.numbers import find_number
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.secondary_numbers import drop_secondaries
from odt_async.sandbox.state import Organisation, Workspace

__all__ = ["ROUTES"]

_Type = Literal["notSet", "focus", "huddle", "meetingRoom", "open", "desk", "other"]
_DETAILS = ("capacity", "type", "notes", "supportedDevices")  # shown as they were sent
_CLEARED = ("capacity", "type", "notes")  # by a PUT that leaves them out, as documented


class _WebexCalling(StrictBody):
    phone_number: Annotated[str, Field(pattern=r"^\+[1-9]\d{6,14}$")] = ""
    extension: Annotated[str, Field(pattern=r"^\d{2,10}$")] = ""
    location_id: str = ""
    licenses: tuple[str, ...] = ()


class _Calling(StrictBody):
    type: Literal["freeCalling", "webexCalling", "none"] = "freeCalling"
    webex_calling: _WebexCalling = _WebexCalling()


class _NewWorkspace(StrictBody):
    display_name: Annotated[str, Field(min_length=1)]
    org_id: str | None = None
    location_id: str | None = None
    capacity: Annotated[int | float, Field(ge=0)] | None = None
    type: _Type = "notSet"
    calling: _Calling = _Calling()
    notes: str = ""
    supported_devices: Literal["collaborationDevices", "phones"] = "collaborationDevices"


class _Update(StrictBody):
    display_name: Annotated[str, Field(min_length=1)]
    location_id: str | None = None
    capacity: Annotated[int | float, Field(ge=0)] | None = None
    type: _Type = "notSet"
    notes: str = ""


def create(call: Call) -> Answer:
    """Create a workspace; 201."""
    organisation = call.organisation
    wanted = parse_body(call, _NewWorkspace)
    if wanted.org_id is not None and organisation.organisations.index(wanted.org_id) is None:
        raise Refused(403, "The token has no access to this organization.")
    location = _location(organisation, wanted.location_id)
    known: dict[str, Any] = {
        "display_name": wanted.display_name,
        "location": location,
        "calling": wanted.calling.type,
        "extension": "",
        "licences": [],
        "details": _details(wanted.sent()) | {"supportedDevices": wanted.supported_devices},
    }
    if wanted.calling.type == "webexCalling":
        known |= _calling_part(organisation, location, wanted.calling.webex_calling)
    index = organisation.workspaces.add()
    organisation.note_created("workspace", index, call.now)
    organisation.changes("workspace")[index] = orjson.dumps(known)
    for key in _numbers_of(organisation.workspace(index)):
        organisation.extensions.claim(*key, f"workspace {index}")
    return json_answer(shown_workspace(organisation, index), status=201)._replace(changed=True)


def update(call: Call) -> Answer:
    """Change name, capacity, type and notes; what is left out of the last three is cleared. 200."""
    organisation, index = call.organisation, _known(call)
    wanted = parse_body(call, _Update)
    before = organisation.workspace(index)
    if wanted.location_id is not None and _location(organisation, wanted.location_id) != before.location:
        raise Refused(400, "locationId cannot be changed once configured.")
    kept = {name: value for name, value in before.details.items() if name not in _CLEARED}
    after = before._replace(display_name=wanted.display_name, details=kept | _details(wanted.sent()))
    if after != before:
        known = {name: value for name, value in after._asdict().items() if name not in {"number", "id"}}
        organisation.changes("workspace")[index] = orjson.dumps(known)
    return json_answer(shown_workspace(organisation, index))._replace(changed=after != before)


def delete(call: Call) -> Answer:
    """Delete a workspace, with its extension and numbers; 204."""
    organisation, index = call.organisation, _known(call)
    drop_secondaries(organisation, f"workspace {index}")
    for key in _numbers_of(organisation.workspace(index)):
        organisation.extensions.release(*key)
    organisation.changes("workspace").pop(index, None)
    organisation.workspaces.remove(index)
    return Answer(204, changed=True)


def _known(call: Call) -> int:
    index = call.organisation.workspaces.index(call.ids[0])
    if index is None:
        raise Refused(404, "Could not find the workspace.")
    return index


def _location(organisation: Organisation, location_id: str | None) -> int:
    if location_id is None:
        return -1
    location = organisation.locations.index(location_id)
    if location is None:
        raise Refused(400, "locationId is not the id of a location.")
    return location


def _details(sent: dict[str, Any]) -> dict[str, Any]:
    return {name: sent[name] for name in _DETAILS if name in sent}


def _calling_part(organisation: Organisation, location: int, calling: _WebexCalling) -> dict[str, Any]:
    """Return location, extension, number and licence. Raises Refused, and nothing is created then."""
    if not (calling.location_id and (calling.phone_number or calling.extension)):
        raise Refused(400, "webexCalling requires locationId, and phoneNumber or extension.")
    calling_location = _location(organisation, calling.location_id)
    if location not in {-1, calling_location}:
        raise Refused(400, "locationId and the calling locationId are not the same.")
    if calling.extension and organisation.extensions.owner(calling_location, calling.extension) is not None:
        raise Refused(400, f"Extension {calling.extension} is already in use.")
    if calling.phone_number:
        number = find_number(organisation, calling.phone_number)
        if number is None or number.location != calling_location or number.owner is not None:
            raise Refused(400, f"Phone number {calling.phone_number} is not available in the location.")
    return {
        "location": calling_location,
        "extension": calling.extension,
        "phone_number": calling.phone_number,
        "licences": [_licence(organisation, calling.licenses)],
    }


def _licence(organisation: Organisation, ids: tuple[str, ...]) -> int:
    """Return the number of the first licence that suits; without any asked for, Professional."""
    suitable = [
        number for number in map(organisation.catalogue.number, ids) if number in {PROFESSIONAL, WORKSPACES}
    ]
    if ids and not suitable:
        raise Refused(400, "None of the licenses is one of Webex Calling for a workspace.")
    return suitable[0] if suitable else PROFESSIONAL


def _numbers_of(workspace: Workspace) -> list[tuple[int | None, str]]:
    numbers: list[tuple[int | None, str]] = [
        (workspace.location, workspace.extension),
        (None, workspace.phone_number),
    ]
    return [(location, number) for location, number in numbers if number]


ROUTES = (
    Route("POST", "/v1/workspaces", create),
    Route("PUT", "/v1/workspaces/{workspaceId}", update),
    Route("DELETE", "/v1/workspaces/{workspaceId}", delete),
)
