"""What the simulated Webex shows of a location, its people and its workspaces: plain GETs, none of the actions'."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import aiohttp

from odt_async.sandbox import Sandbox

__all__ = ["actions_of", "read_back"]

Get = Callable[..., Awaitable[Any]]  # path, query -> JSON
Facts = dict[str, Any]


async def read_back(
    sandbox: Sandbox, location: str, *, people: Iterable[str], workspaces: Iterable[str], call_types: set[str]
) -> dict[str, Facts]:
    """Return what is shown of *location* (a name), of each e-mail and of each workspace, under that name.

    call_types: those of which the outgoing permissions are to be told.
    """
    session = aiohttp.ClientSession(
        f"{sandbox.url}/v1/", headers={"Authorization": f"Bearer {sandbox.token}"}, raise_for_status=True
    )
    async with session:

        async def get(path: str, **query: str) -> Any:
            async with session.get(path, params=query) as answer:
                return await answer.json()

        names = {item["id"]: item["name"] for item in (await get("locations", max="1000"))["items"]}
        names |= {item["id"]: item["name"] for item in (await get("licenses"))["items"]}
        location_id = next(key for key, name in names.items() if name == location)
        shown = {location: await _location(get, location_id, call_types)}
        for email in people:
            shown[email] = await _person(get, email, names, call_types)
        for name in workspaces:
            shown[name] = await _workspace(get, name, names, call_types)
        return shown


def actions_of(permissions: Iterable[Mapping[str, Any]], call_types: set[str]) -> dict[str, str]:
    """Return what is done with each of the *call_types*."""
    return {entry["callType"]: entry["action"] for entry in permissions if entry["callType"] in call_types}


async def _location(get: Get, location_id: str, call_types: set[str]) -> Facts:
    config = f"telephony/config/locations/{location_id}"
    connection = await get(f"telephony/pstn/locations/{location_id}/connection")
    dialing = await get(f"{config}/internalDialing")
    permissions = await get(f"{config}/outgoingPermission")
    numbers = (await get("telephony/config/numbers", locationId=location_id))["phoneNumbers"]
    return {
        "route": connection["routeId"],
        "main number": (await get(config))["callingLineId"]["phoneNumber"],
        "unknown extensions": dialing["unknownExtensionRouteIdentity"]["id"],
        "may dial": actions_of(permissions["callingPermissions"], call_types),
        "numbers": {number["phoneNumber"] for number in numbers},
    }


async def _person(get: Get, email: str, names: Mapping[str, str], call_types: set[str]) -> Facts:
    (found,) = (await get("people", email=email, callingData="true"))["items"]
    return {
        "location": names[found["locationId"]],
        "licences": {names[licence] for licence in found["licenses"]},
        **await _calling(get, f"people/{found['id']}", call_types, preferE164Format="true"),
    }


async def _workspace(get: Get, name: str, names: Mapping[str, str], call_types: set[str]) -> Facts:
    (found,) = (await get("workspaces", displayName=name))["items"]
    return {
        "location": names[found["locationId"]],
        **await _calling(get, f"workspaces/{found['id']}", call_types),
    }


async def _calling(get: Get, path: str, call_types: set[str], **spelling: str) -> Facts:
    always = (await get(f"{path}/features/callForwarding"))["callForwarding"]["always"]
    numbers = (await get(f"{path}/features/numbers", **spelling))["phoneNumbers"]
    permissions = await get(f"{path}/features/outgoingPermission")
    direct = {number.get("directNumber") or number.get("external") for number in numbers}
    return {
        "extension": next(number["extension"] for number in numbers if number.get("extension")),
        "numbers": direct - {None},
        "forwards to": always["destination"] if always["enabled"] else None,
        "may dial": actions_of(permissions["callingPermissions"], call_types),
        "custom": permissions["useCustomPermissions"],
    }
