from __future__ import annotations

from typing import Any

import pytest

from odt_async.sandbox.catalogue import STANDARD, WORKSPACES
from odt_async.sandbox.numbers import find_number
from odt_async.sandbox.state import Organisation
from tests.sandbox.serving import SMALL, Client, Reply, served

FREE_NUMBER = "+34960000003"  # of location 3
ANOTHER_LOCATION = Organisation(SMALL).locations.hydra(4)


def body(client: Client, **calling: Any) -> dict[str, Any]:
    location = client.sandbox.organisation.locations.hydra(3)
    part = {"type": "webexCalling", "webexCalling": {"locationId": location, "extension": "555", **calling}}
    return {
        "displayName": "Recepción",
        "locationId": location,
        "type": "desk",
        "supportedDevices": "phones",
        "calling": part,
    }


async def create(client: Client, wanted: object) -> Reply:
    return await client.ask("POST", "/v1/workspaces", json=wanted)


async def test_a_workspace_is_created_seen_everywhere_and_deleted() -> None:
    async with served() as client:
        organisation = client.sandbox.organisation
        created = await create(client, body(client, phoneNumber=FREE_NUMBER))
        path = f"/v1/workspaces/{created.json['id']}"
        shown = await client.ask("GET", path)
        listed = await client.ask("GET", "/v1/workspaces?displayName=Recep")
        numbers = await client.ask("GET", f"{path}/features/numbers")
        forwarding = await client.ask("GET", f"{path}/features/callForwarding")
        taken = find_number(organisation, FREE_NUMBER)
        deleted = await client.ask("DELETE", path)
        gone = [await client.ask("GET", path), await client.ask("DELETE", path)]
        free = find_number(organisation, FREE_NUMBER)
    assert (created.status, shown.json, listed.json) == (201, created.json, {"items": [created.json]})
    assert (created.json["type"], created.json["calling"]) == ("desk", {"type": "webexCalling"})
    primary = numbers.json["phoneNumbers"][0]
    assert (FREE_NUMBER in primary.values(), primary["extension"]) == (True, "555")
    assert forwarding.status == 200
    assert (deleted.status, [reply.status for reply in gone]) == (204, [404, 404])
    assert taken is not None
    assert free is not None
    assert (taken.owner, free.owner) == ("workspace 50", None)


async def test_secondary_numbers_are_free_again_when_the_workspace_is_gone() -> None:
    async with served() as client:
        organisation = client.sandbox.organisation
        path = f"/v1/workspaces/{organisation.workspaces.hydra(3)}"
        number = {"primary": False, "action": "ADD", "directNumber": FREE_NUMBER}
        numbers = f"{path.replace('/v1', '/v1/telephony/config')}/numbers"
        added = await client.ask("PUT", numbers, json={"phoneNumbers": [number]})
        owner = organisation.extensions.owner(None, FREE_NUMBER)
        await client.ask("DELETE", path)
        gone = await client.ask("GET", f"{path}/features/numbers")
    assert (added.status, owner, gone.status) == (204, "workspace 3", 404)
    assert organisation.extensions.owner(None, FREE_NUMBER) is None


async def test_names_are_not_unique() -> None:
    async with served() as client:
        replies = [await create(client, body(client, extension=text)) for text in ("555", "556")]
        listed = await client.ask("GET", "/v1/workspaces?displayName=recepción")
    assert [reply.status for reply in replies] == [201, 201]
    assert len(listed.json["items"]) == 2


async def test_a_new_workspace_may_be_found_late_but_its_id_works_at_once() -> None:
    async with served("search-lag=5s") as client:
        created = await create(client, body(client))
        listed = await client.ask("GET", "/v1/workspaces?displayName=Recepción")
        shown = await client.ask("GET", f"/v1/workspaces/{created.json['id']}")
    assert (listed.json, shown.status) == ({"items": []}, 200)


async def test_without_calling_the_calling_features_are_closed() -> None:
    async with served() as client:
        created = await create(client, {"displayName": "Sala"})
        path = f"/v1/workspaces/{created.json['id']}/features/callForwarding"
        reply = await client.ask("GET", path)
    assert (created.json["calling"], "locationId" in created.json) == ({"type": "freeCalling"}, False)
    assert reply.status == 404


@pytest.mark.parametrize(
    "calling",
    [
        {"extension": "70000003"},  # workspace 3 has it
        {"extension": ""},
        {"extension": 555},
        {"phoneNumber": "+34960000004"},  # of location 4
        {"phoneNumber": "+34999999999"},
        {"locationId": ""},
        {"licenses": ["nothing"]},
        {"locationId": ANOTHER_LOCATION},
        {"hotdesk": True},
    ],
)
async def test_calling_that_cannot_be_refuses_the_whole_workspace(calling: dict[str, Any]) -> None:
    async with served() as client:
        reply = await create(client, body(client, **calling))
        listed = await client.ask("GET", "/v1/workspaces?displayName=Recep")
    assert (reply.status, listed.json) == (400, {"items": []})


@pytest.mark.parametrize(
    "wrong",
    [
        {"displayName": ""},
        {"type": "kitchen"},
        {"capacity": -1},
        {"calling": None},
        {"name": "Recepción"},
        {"locationId": "nowhere"},
    ],
)
async def test_a_body_that_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    async with served() as client:
        reply = await create(client, body(client) | wrong)
    assert (reply.status, client.sandbox.journal.changed_writes) == (400, 0)


async def test_another_organisation_is_out_of_reach() -> None:
    async with served() as client:
        own = await create(client, body(client) | {"orgId": client.sandbox.organisation.id})
        other = await create(client, body(client) | {"orgId": client.sandbox.organisation.people.hydra(0)})
    assert (own.status, other.status) == (201, 403)


@pytest.mark.parametrize(("licence", "statuses"), [(WORKSPACES, (201, 405)), (STANDARD, (400, None))])
async def test_the_licence_decides_what_the_workspace_can_do(
    licence: int, statuses: tuple[int, int | None]
) -> None:
    async with served() as client:
        licence_id = client.sandbox.organisation.catalogue.licences[licence].id
        created = await create(client, body(client, licenses=[licence_id]))
        numbers = None
        if created.status == 201:
            path = f"/v1/telephony/config/workspaces/{created.json['id']}/numbers"
            numbers = (await client.ask("PUT", path, json={"phoneNumbers": []})).status
    assert (created.status, numbers) == statuses


async def test_an_update_clears_what_it_leaves_out_but_for_what_cannot_change() -> None:
    async with served() as client:
        created = await create(client, body(client) | {"capacity": 4, "notes": "junto a la puerta"})
        path = f"/v1/workspaces/{created.json['id']}"
        reply = await client.ask("PUT", path, json={"displayName": "Entrada", "type": "open"})
        again = await client.ask("PUT", path, json={"displayName": "Entrada", "type": "open"})
        moved = await client.ask(
            "PUT",
            path,
            json={
                "displayName": "Entrada",
                "locationId": client.sandbox.organisation.locations.hydra(4),
            },
        )
    expected = {name: value for name, value in created.json.items() if name not in {"capacity", "notes"}} | {
        "displayName": "Entrada",
        "type": "open",
    }
    assert (reply.status, reply.json, again.json, moved.status) == (200, expected, expected, 400)
    assert client.sandbox.journal.double_applies == 1


async def test_a_derived_workspace_can_be_changed_too() -> None:
    async with served() as client:
        path = f"/v1/workspaces/{client.sandbox.organisation.workspaces.hydra(7)}"
        await client.ask("PUT", path, json={"displayName": "Sala 7"})
        shown = await client.ask("GET", path)
        numbers = await client.ask("GET", f"{path}/features/numbers")
    assert (shown.json["displayName"], shown.json["calling"]) == ("Sala 7", {"type": "webexCalling"})
    assert numbers.json["phoneNumbers"][0]["extension"] == "70000007"
