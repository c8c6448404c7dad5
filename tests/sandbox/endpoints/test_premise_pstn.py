from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from odt_async.sandbox.premise_routes import premise_routes
from tests.sandbox.serving import Client, served

CONFIG = "/v1/telephony/config"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with served() as opened:
        yield opened


async def test_route_groups_are_found_by_a_part_of_their_name(client: Client) -> None:
    answer = await client.ask("GET", f"{CONFIG}/premisePstn/routeGroups", params={"name": "rg_1"})
    routes = premise_routes(client.sandbox.settings.seed).route_groups
    assert answer.json == {
        "routeGroups": [{"id": route.id, "name": route.name, "inUse": True} for route in routes[10:]]
    }


async def test_trunks_are_shown_with_their_location(client: Client) -> None:
    answer = await client.ask("GET", f"{CONFIG}/premisePstn/trunks", params={"name": "TRUNK_08"})
    trunk = premise_routes(client.sandbox.settings.seed).trunks[8]
    place = client.sandbox.organisation.location(1)
    assert answer.json == {
        "trunks": [
            {
                "id": trunk.id,
                "name": "TRUNK_08",
                "location": {"id": place.id, "name": place.name},
                "inUse": True,
                "trunkType": "REGISTERING",
                "isRestrictedToDedicatedInstance": False,
            }
        ]
    }


async def test_trunks_are_found_by_several_names_and_by_location(client: Client) -> None:
    params = [("name", "TRUNK_01"), ("name", "TRUNK_02"), ("locationName", "OF00002")]
    answer = await client.ask("GET", f"{CONFIG}/premisePstn/trunks", params=params)
    assert [trunk["name"] for trunk in answer.json["trunks"]] == ["TRUNK_02"]


async def test_route_choices_hold_both_kinds(client: Client) -> None:
    params = {"routeGroupName": "RG_03", "trunkName": "TRUNK_04"}
    answer = await client.ask("GET", f"{CONFIG}/routeChoices", params=params)
    assert [(route["name"], route["type"]) for route in answer.json["routeIdentities"]] == [
        ("RG_03", "ROUTE_GROUP"),
        ("TRUNK_04", "TRUNK"),
    ]


async def test_lists_come_in_pages(client: Client) -> None:
    answer = await client.ask("GET", f"{CONFIG}/premisePstn/trunks", params={"max": "20", "start": "10"})
    assert len(answer.json["trunks"]) == 14
    answer = await client.ask("GET", f"{CONFIG}/premisePstn/trunks", params={"max": "20"})
    assert len(answer.json["trunks"]) == 20
    assert answer.headers["link"] == (
        '<https://webexapis.com/v1/telephony/config/premisePstn/trunks?max=20&start=20>; rel="next"'
    )
