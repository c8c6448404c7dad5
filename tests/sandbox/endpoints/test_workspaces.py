from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from odt_async.sandbox import SandboxSettings
from tests.sandbox.serving import Client, served

PATH = "/v1/workspaces"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with served(settings=SandboxSettings(people=10, locations=7, workspaces=250)) as opened:
        yield opened


async def names(client: Client, query: dict[str, str]) -> list[str]:
    answer = await client.ask("GET", PATH, params=query)
    return [item["displayName"] for item in answer.json["items"]]


async def test_a_workspace_shows_its_location_and_calling_but_not_its_extension(client: Client) -> None:
    organisation = client.sandbox.organisation
    workspace = organisation.workspace(9)
    answer = await client.ask("GET", f"{PATH}/{workspace.id}")
    shown = answer.json
    assert (shown["id"], shown["displayName"]) == (workspace.id, "Sala 000009")
    assert shown["locationId"] == organisation.locations.hydra(2)
    assert shown["calling"]["type"] == "webexCalling"
    assert workspace.extension not in str(shown)


async def test_the_name_may_be_a_part_and_the_location_narrows_it_down(client: Client) -> None:
    location = client.sandbox.organisation.locations.hydra(1)
    assert await names(client, {"displayName": "Sala 000009"}) == ["Sala 000009"]
    assert await names(client, {"displayName": "sala 00001", "max": "2"}) == ["Sala 000010", "Sala 000011"]
    assert await names(client, {"displayName": "sala 00001", "locationId": location}) == ["Sala 000015"]
    assert await names(client, {"displayName": "Sala 000009", "locationId": location}) == []
    assert await names(client, {"displayName": "0022"}) == [
        "Sala 000022",
        *(f"Sala 00022{n}" for n in range(10)),
    ]
    assert await names(client, {"displayName": "Despacho"}) == []


async def test_the_kind_of_calling_is_a_filter(client: Client) -> None:
    assert await names(client, {"calling": "freeCalling"}) == []
    assert await names(client, {"calling": "webexCalling", "max": "1"}) == ["Sala 000000"]


async def test_pages_have_100_workspaces_and_links_to_the_next(client: Client) -> None:
    sizes, query = [], "?"
    while query:
        answer = await client.ask("GET", f"{PATH}{query}")
        sizes.append(len(answer.json["items"]))
        link = answer.headers.get("link", "")
        query = link[link.index("?") : link.index(">")] if link else ""
    assert sizes == [100, 100, 50]


async def test_an_id_of_no_workspace_is_not_found(client: Client) -> None:
    assert (await client.ask("GET", f"{PATH}/{client.sandbox.organisation.person(0).id}")).status == 404


async def test_a_location_that_is_none_is_refused(client: Client) -> None:
    assert (await client.ask("GET", PATH, params={"locationId": "nowhere"})).status == 400


async def test_a_workspace_without_calling_may_stand_nowhere(client: Client) -> None:
    created = await client.ask("POST", PATH, json={"displayName": "Sala de espera"})
    (shown,) = (await client.ask("GET", PATH, params={"displayName": "de espera"})).json["items"]
    assert (shown["id"], "locationId" in shown) == (created.json["id"], False)


async def test_a_workspace_that_is_gone_is_in_no_list(client: Client) -> None:
    client.sandbox.organisation.workspaces.remove(0)
    assert await names(client, {"displayName": "Sala 000000"}) == []
    assert (await names(client, {"max": "1"})) == ["Sala 000001"]
