from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from odt_async.sandbox import SandboxSettings
from tests.sandbox.serving import Client, served

PATH = "/v1/locations"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with served(settings=SandboxSettings(people=10, locations=1_200, workspaces=10)) as opened:
        yield opened


async def test_a_location_is_shown_as_in_the_published_example(client: Client) -> None:
    location = client.sandbox.organisation.location(7)
    answer = await client.ask("GET", f"{PATH}/{location.id}")
    assert answer.json == {
        "id": location.id,
        "name": "OF00007 Bilbao",
        "orgId": client.sandbox.organisation.id,
        "address": {
            "address1": "Calle Mayor 8",
            "city": "Bilbao",
            "state": "Bizkaia",
            "postalCode": "48007",
            "country": "ES",
        },
        "timeZone": "Europe/Madrid",
        "preferredLanguage": "es_es",
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"name": "of00007 b"}, ["OF00007 Bilbao"]),
        ({"name": "OF0000", "max": "2"}, ["OF00000 Madrid", "OF00001 Barcelona"]),
        ({"name": "nowhere"}, []),
    ],
)
async def test_the_name_is_searched_for_a_part(
    client: Client, query: dict[str, str], names: list[str]
) -> None:
    answer = await client.ask("GET", PATH, params=query)
    assert [item["name"] for item in answer.json["items"]] == names


async def test_a_location_is_found_by_id(client: Client) -> None:
    location = client.sandbox.organisation.location(3)
    answer = await client.ask("GET", PATH, params={"id": location.id})
    assert [item["id"] for item in answer.json["items"]] == [location.id]


async def test_pages_have_500_locations_and_links_to_the_next(client: Client) -> None:
    sizes, query = [], ""
    while True:
        answer = await client.ask("GET", f"{PATH}{query}")
        sizes.append(len(answer.json["items"]))
        if "link" not in answer.headers:
            break
        link = answer.headers["link"]
        assert link.startswith("<https://webexapis.com/v1/locations?")
        query = link[link.index("?") : link.index(">")]
    assert sizes == [500, 500, 200]


@pytest.mark.parametrize("query", [{"max": "0"}, {"max": "many"}, {"start": "-1"}])
async def test_a_page_that_cannot_be_is_refused(client: Client, query: dict[str, str]) -> None:
    answer = await client.ask("GET", PATH, params=query)
    assert answer.status == 400


async def test_an_id_of_no_location_is_not_found(client: Client) -> None:
    person = client.sandbox.organisation.person(0)
    assert (await client.ask("GET", f"{PATH}/{person.id}")).status == 404
