from __future__ import annotations

from typing import Any

import pytest

from odt_async.sandbox import SandboxSettings
from odt_async.sandbox.premise_routes import premise_routes
from tests.sandbox.serving import Client, served

SETTINGS = SandboxSettings(people=100, locations=20, workspaces=10)
GROUP = premise_routes(1).route_groups[0]
TRUNK = premise_routes(1).trunks[5]
SWITCH, ROUTE = "enableUnknownExtensionRoutePolicy", "unknownExtensionRouteIdentity"
OFF: dict[str, Any] = {SWITCH: False}
ON = {SWITCH: True, ROUTE: {"id": GROUP.id, "type": "ROUTE_GROUP"}}
SHOWN = {SWITCH: True, ROUTE: {"id": GROUP.id, "name": GROUP.name, "type": "ROUTE_GROUP"}}


def at(client: Client, index: int) -> str:
    location = client.sandbox.organisation.locations.hydra(index)
    return f"/v1/telephony/config/locations/{location}/internalDialing"


async def test_some_locations_have_a_route_from_the_start() -> None:
    async with served(settings=SETTINGS) as client:
        shown = [(await client.ask("GET", at(client, index))).json for index in (2, 5)]
    assert shown == [OFF, {SWITCH: True, ROUTE: {"id": TRUNK.id, "name": TRUNK.name, "type": "TRUNK"}}]


async def test_a_route_is_set_and_switched_off() -> None:
    async with served(settings=SETTINGS) as client:
        statuses, shown = [], []
        for body in (ON, ON, {}, OFF):
            statuses.append((await client.ask("PUT", at(client, 2), json=body)).status)
            shown.append((await client.ask("GET", at(client, 2))).json)
    journal = client.sandbox.journal
    assert (statuses, shown) == ([204] * 4, [SHOWN, SHOWN, SHOWN, OFF])
    assert (journal.changed_writes, journal.double_applies) == (2, 2)


@pytest.mark.parametrize(
    "body",
    [
        {SWITCH: True},
        {SWITCH: True, ROUTE: None},
        {SWITCH: "true"},
        {SWITCH: True, ROUTE: {"id": GROUP.id}},
        {SWITCH: True, ROUTE: {"id": GROUP.id, "type": "TRUNK"}},
        {SWITCH: True, ROUTE: {"id": GROUP.id, "type": "ROUTE_GROUP", "name": GROUP.name}},
    ],
)
async def test_a_body_that_does_not_fit_is_refused(body: dict[str, Any]) -> None:
    async with served(settings=SETTINGS) as client:
        reply = await client.ask("PUT", at(client, 2), json=body)
        after = (await client.ask("GET", at(client, 2))).json
    assert (reply.status, after) == (400, OFF)
