from __future__ import annotations

from typing import Any

import pytest

from odt_async.sandbox import SandboxSettings
from odt_async.sandbox.premise_routes import premise_routes
from tests.sandbox.serving import Client, served

SETTINGS = SandboxSettings(people=100, locations=20, workspaces=10)
ROUTES = premise_routes(1)
GROUP, TRUNK = ROUTES.route_groups[0], ROUTES.trunks[0]
GATEWAY, PROVIDER, CISCO = "Premises-based PSTN", "Operadora Ejemplo", "Cisco Calling Plans"


def at(client: Client, index: int) -> str:
    return f"/v1/telephony/pstn/locations/{client.sandbox.organisation.locations.hydra(index)}/connection"


async def option_ids(client: Client) -> dict[str, str]:
    reply = await client.ask("GET", f"{at(client, 2)}Options")
    return {option["displayName"]: option["id"] for option in reply.json["items"]}


async def test_options_do_not_tell_their_type() -> None:
    async with served(settings=SETTINGS) as client:
        reply = await client.ask("GET", f"{at(client, 2)}Options")
    assert [option.keys() for option in reply.json["items"]] == [{"id", "displayName", "pstnServices"}] * 3


async def test_every_kind_of_location_is_there() -> None:
    async with served(settings=SETTINGS) as client:
        replies = [await client.ask("GET", at(client, index)) for index in (2, 7, 16, 18)]
    assert [reply.status for reply in replies] == [200, 200, 404, 404]
    connected, cloud = (reply.json for reply in replies[:2])
    assert (connected["pstnConnectionType"], connected["displayName"]) == ("LOCAL_GATEWAY", GATEWAY)
    assert (connected["routeType"], connected["routeId"]) == ("TRUNK", ROUTES.trunks[2].id)
    assert (cloud["pstnConnectionType"], "routeId" in cloud) == ("NON_INTEGRATED_CCP", False)


async def test_a_location_is_connected_through_a_route_group() -> None:
    async with served(settings=SETTINGS) as client:
        body = {"id": (await option_ids(client))[GATEWAY], "premiseRouteType": "ROUTE_GROUP"}
        replies = [
            await client.ask("PUT", at(client, 16), json=body | {"premiseRouteId": GROUP.id})
            for _ in range(2)
        ]
        after = (await client.ask("GET", at(client, 16))).json
    journal = client.sandbox.journal
    assert ([reply.status for reply in replies], after["routeId"]) == ([204, 204], GROUP.id)
    assert (journal.changed_writes, journal.double_applies) == (1, 1)


async def test_a_provider_needs_nothing_but_its_id() -> None:
    async with served(settings=SETTINGS) as client:
        ids = await option_ids(client)
        reply = await client.ask("PUT", at(client, 2), json={"id": ids[PROVIDER]})
        after = (await client.ask("GET", at(client, 2))).json
    assert (reply.status, after["displayName"], "routeId" in after) == (204, PROVIDER, False)


@pytest.mark.parametrize(
    ("option", "rest"),
    [
        (CISCO, {}),
        (GATEWAY, {}),
        (GATEWAY, {"premiseRouteType": "ROUTE_GROUP"}),
        (GATEWAY, {"premiseRouteType": "TRUNK", "premiseRouteId": GROUP.id}),
        (GATEWAY, {"premiseRouteType": "trunk", "premiseRouteId": TRUNK.id}),
        (PROVIDER, {"premiseRouteType": "TRUNK", "premiseRouteId": TRUNK.id}),
        (PROVIDER, {"pstnConnectionType": "NON_INTEGRATED_CCP"}),
        (None, {"id": "nothing"}),
        (None, {"premiseRouteId": None}),
    ],
)
async def test_what_does_not_go_together_is_refused(option: str | None, rest: dict[str, Any]) -> None:
    async with served(settings=SETTINGS) as client:
        body = {"id": (await option_ids(client))[option]} if option else {}
        before = await client.ask("GET", at(client, 2))
        reply = await client.ask("PUT", at(client, 2), json=body | rest)
        after = await client.ask("GET", at(client, 2))
    assert (reply.status, after.json) == (400, before.json)
