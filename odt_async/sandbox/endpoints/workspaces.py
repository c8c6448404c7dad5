"""GET /v1/workspaces and /v1/workspaces/{workspaceId}.

Source: webex-openapi-specs, `public-spec/webex-device.json`: List Workspaces, Get Workspace Details. Whether
`displayName` takes a part of the name is not said there; here it does, so that clients must look twice.
Extension and number are no part of a workspace, as the SDK notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from odt_async.sandbox.errors import Refused
from odt_async.sandbox.paging import page_of
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation

__all__ = ["ROUTES", "shown_workspace"]

_PATH = "/v1/workspaces"
_DEFAULT_PAGE = 100  # not published, nor is the largest
_LARGEST_PAGE = 1000
_DIGITS = 6  # of a derived name, `Sala 000007`
_CREATED = "2024-01-15T08:00:00.000Z"


def list_workspaces(call: Call) -> Answer:
    """Answer with one page of the workspaces that the filters leave."""
    page = page_of(call, _PATH, _matching(call), default=_DEFAULT_PAGE, largest=_LARGEST_PAGE)
    items = [shown_workspace(call.organisation, index) for index in page.indexes]
    return json_answer({"items": items}, headers=page.headers)


def details(call: Call) -> Answer:
    """Answer with one workspace."""
    index = call.organisation.workspaces.index(call.ids[0])
    if index is None:
        raise Refused(404, "Could not find the workspace.")
    return json_answer(shown_workspace(call.organisation, index))


def shown_workspace(organisation: Organisation, index: int) -> dict[str, Any]:
    """Return the workspace as Webex shows it."""
    workspace = organisation.workspace(index)
    shown: dict[str, Any] = {
        "id": workspace.id,
        "orgId": organisation.id,
        "displayName": workspace.display_name,
        "type": "notSet",
        "sipAddress": f"{workspace.number}@sandbox.rooms.example",
        "created": _CREATED,
        "calling": {"type": workspace.calling},
        "calendar": {"type": "none"},
        "hotdeskingStatus": "off",
        "supportedDevices": "phones",
        "deviceHostedMeetings": {"enabled": False},
    }
    if workspace.location >= 0:
        shown["locationId"] = organisation.locations.hydra(workspace.location)
    return shown | dict(workspace.details)


def _matching(call: Call) -> Iterable[int]:
    organisation, query = call.organisation, call.query
    everything = range(organisation.workspaces.count)
    location = _location(organisation, query)
    part = query.get("displayName", "").casefold()
    calling = query.get("calling")
    as_derived = organisation.workspaces.count == organisation.settings.workspaces
    if as_derived and not organisation.workspaces.removed and not part and location is None and not calling:
        return everything

    def passes(index: int) -> bool:
        if index not in organisation.workspaces or not organisation.searchable("workspace", index, call.now):
            return False
        workspace = organisation.workspace(index)
        return (
            part in workspace.display_name.casefold()
            and location in {None, workspace.location}
            and calling in {None, workspace.calling}
        )

    return filter(passes, _candidates(organisation, part, location))


def _candidates(organisation: Organisation, part: str, location: int | None) -> Iterator[int]:
    """Yield the indexes among which are all that match: few where a name or a location tells them."""
    derived = range(organisation.settings.workspaces)
    found = re.fullmatch(r"(\D*)(\d*)", part)
    words, digits = found.groups() if found else ("", "none of the derived names looks like this")
    if words == "sala " and len(digits) == _DIGITS:
        yield from [int(digits)] if int(digits) in derived else []
    elif len(digits) <= _DIGITS and ("sala ".endswith(words) if digits else words in "sala "):
        yield from derived if location is None else derived[location :: organisation.settings.locations]
    yield from range(derived.stop, organisation.workspaces.count)


def _location(organisation: Organisation, query: dict[str, str]) -> int | None:
    if "locationId" not in query:
        return None
    location = organisation.locations.index(query["locationId"])
    if location is None:
        raise Refused(400, "locationId is not the id of a location.")
    return location


ROUTES = (
    Route("GET", _PATH, list_workspaces),
    Route("GET", f"{_PATH}/{{workspaceId}}", details),
)
