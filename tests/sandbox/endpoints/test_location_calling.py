from __future__ import annotations

from typing import Any

import pytest

from odt_async.sandbox import SandboxSettings
from odt_async.sandbox.premise_routes import premise_routes
from tests.sandbox.serving import Client, served

SETTINGS = SandboxSettings(
    people=100, locations=20, workspaces=10
)  # 18 and 19 are not enabled, 16 and 17 no PSTN
LOCATIONS = "/v1/telephony/config/locations"
ROUTES = premise_routes(1)
ADDRESS = {"address1": "Calle 1", "city": "Madrid", "state": "Madrid", "postalCode": "28001", "country": "ES"}


def at(client: Client, index: int) -> str:
    return f"{LOCATIONS}/{client.sandbox.organisation.locations.hydra(index)}"


def enabling(client: Client, index: int) -> dict[str, Any]:
    location = client.sandbox.organisation.location(index)
    return {
        "id": location.id,
        "name": location.name,
        "timeZone": "Europe/Madrid",
        "preferredLanguage": "es_es",
        "announcementLanguage": "ca_es",
        "address": ADDRESS,
    }


def refusal(reply: Any) -> tuple[int, str]:
    return reply.status, reply.json["error"][0]["message"][0]["description"]


async def test_the_list_has_the_enabled_locations_in_pages() -> None:
    async with served(settings=SETTINGS) as client:
        first = await client.ask("GET", f"{LOCATIONS}?max=10")
        second = await client.ask("GET", f"{LOCATIONS}?max=10&start=10")
        named = await client.ask("GET", f"{LOCATIONS}?name=of00019")
        organisation = client.sandbox.organisation
    listed = [entry["id"] for reply in (first, second) for entry in reply.json["locations"]]
    assert listed == [organisation.locations.hydra(index) for index in range(18)]
    assert ("start=10" in first.headers["link"], "link" in second.headers) == (True, False)
    assert named.json == {"locations": []}


async def test_details_show_the_main_number_and_the_route() -> None:
    async with served(settings=SETTINGS) as client:
        connected = (await client.ask("GET", at(client, 2))).json
        cloud = (await client.ask("GET", at(client, 7))).json
        without = (await client.ask("GET", at(client, 16))).json
        name = client.sandbox.organisation.location(2).name
    assert connected["callingLineId"] == {"name": name, "phoneNumber": "+34940000002"}
    assert connected["connection"] == {"type": "TRUNK", "id": ROUTES.trunks[2].id}
    assert ("connection" in cloud, "connection" in without) == (False, False)
    assert without["callingLineId"]["phoneNumber"] is None


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_a_location_that_is_unknown_or_not_enabled_is_404(method: str) -> None:
    async with served(settings=SETTINGS) as client:
        replies = [
            await client.ask(method, path, json={}) for path in (at(client, 19), f"{LOCATIONS}/nowhere")
        ]
    assert [refusal(reply) for reply in replies] == [
        (404, "The location is not enabled for Webex Calling."),
        (404, "Location not found."),
    ]


async def test_enabling_takes_a_whole_body_once() -> None:
    async with served(settings=SETTINGS) as client:
        replies = [await client.ask("POST", LOCATIONS, json=enabling(client, 19)) for _ in range(2)]
        details = (await client.ask("GET", at(client, 19))).json
    assert [reply.status for reply in replies] == [201, 409]
    assert replies[0].json == {"id": details["id"]}
    assert (details["announcementLanguage"], details["callingLineId"]["phoneNumber"]) == ("ca_es", None)
    assert client.sandbox.journal.changed_writes == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"announcementLanguage": ""}, "announcementLanguage"),
        ({"address": ADDRESS | {"state": ""}}, "address.state"),
        ({"address": {**ADDRESS, "country": "Spain"}}, "address.country"),
        ({"orgId": "x"}, "orgId"),
        ({"name": "x" * 81}, "name"),
    ],
)
async def test_an_incomplete_body_enables_nothing(change: dict[str, Any], field: str) -> None:
    async with served(settings=SETTINGS) as client:
        reply = await client.ask("POST", LOCATIONS, json=enabling(client, 19) | change)
        after = await client.ask("GET", at(client, 19))
    assert (reply.status, after.status) == (400, 404)
    assert refusal(reply)[1].startswith(f"Invalid field {field}: ")


async def test_a_main_number_must_be_the_locations_own() -> None:
    async with served(settings=SETTINGS) as client:
        bodies = [
            {"phoneNumber": "+34950000002"},
            {"phoneNumber": "+34950000003", "name": "x"},
            {"phoneNumber": "none"},
            {"name": "alone"},
            {"phoneNumber": "+34950000002", "name": "Sede"},
        ]
        replies = [await client.ask("PUT", at(client, 2), json={"callingLineId": body}) for body in bodies]
        details = (await client.ask("GET", at(client, 2))).json
        listed = (await client.ask("GET", "/v1/telephony/config/numbers?phoneNumber=%2B34950000002")).json
    assert [reply.status for reply in replies] == [204, 400, 400, 400, 204]
    assert details["callingLineId"] == {"name": "Sede", "phoneNumber": "+34950000002"}
    assert listed["phoneNumbers"][0]["mainNumber"] is True


async def test_a_route_changes_between_route_groups_and_trunks_only() -> None:
    group = {"type": "ROUTE_GROUP", "id": ROUTES.route_groups[1].id}
    async with served(settings=SETTINGS) as client:
        replies = [
            await client.ask("PUT", at(client, index), json={"connection": connection})
            for index, connection in ((2, group), (7, group), (2, group | {"type": "TRUNK"}))
        ]
        details = (await client.ask("GET", at(client, 2))).json
    assert ([reply.status for reply in replies], details["connection"]) == ([204, 400, 400], group)


async def test_a_new_routing_prefix_starts_a_job() -> None:
    async with served(settings=SETTINGS) as client:
        replies = [await client.ask("PUT", at(client, 2), json={"routingPrefix": "8002"}) for _ in range(2)]
        details = (await client.ask("GET", at(client, 2))).json
    assert [(reply.status, reply.json) for reply in replies] == [
        (200, {"batchJobId": "routing-prefix-2"}),
        (204, None),
    ]
    assert details["routingPrefix"] == "8002"
