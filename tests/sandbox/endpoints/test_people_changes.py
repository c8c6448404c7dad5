from __future__ import annotations

from typing import Any

import pytest

from odt_async.sandbox.catalogue import ADVANCED_MESSAGING, BASIC_MESSAGING, PROFESSIONAL, STANDARD
from odt_async.sandbox.state import Organisation
from tests.sandbox.serving import SMALL, Client, Reply, served

ORGANISATION = Organisation(SMALL)
LOCATION = ORGANISATION.locations.hydra(3)
EMAIL = "ana.nueva@empresa.example"
NUMBER = "+34911234567"


def licences(*numbers: int) -> list[str]:
    return ORGANISATION.catalogue.ids(numbers)


ANA: dict[str, Any] = {"emails": [EMAIL], "firstName": "Ana", "lastName": "Nueva"}
CALLING_ANA = ANA | {"licenses": licences(PROFESSIONAL), "locationId": LOCATION, "extension": "4711"}


async def create(client: Client, body: Any, query: str = "callingData=true") -> Reply:
    return await client.ask("POST", f"/v1/people?{query}", json=body)


async def found(client: Client, email: str = EMAIL) -> list[dict[str, Any]]:
    reply = await client.ask("GET", f"/v1/people?callingData=true&email={email}")
    items: list[dict[str, Any]] = reply.json["items"]
    return items


async def test_a_created_person_is_found_by_email_id_name_and_location() -> None:
    async with served() as client:
        created = (await create(client, CALLING_ANA)).json
        by_id = (await client.ask("GET", f"/v1/people/{created['id']}?callingData=true")).json
        by_ids = (await client.ask("GET", f"/v1/people?id={created['id']}")).json["items"]
        by_name = (await client.ask("GET", "/v1/people?displayName=ana%20nuev&callingData=true")).json[
            "items"
        ]
        path = f"/v1/people?locationId={LOCATION}&displayName=ana%20n&callingData=true"
        by_location = (await client.ask("GET", path)).json["items"]
        assert [by_id, *await found(client), *by_name] == [created] * 3
        assert [item["id"] for item in by_ids] == [created["id"]]
        assert created in by_location
    assert created | {"id": ""} == {
        "id": "",
        "emails": [EMAIL],
        "displayName": "Ana Nueva",
        "firstName": "Ana",
        "lastName": "Nueva",
        "orgId": ORGANISATION.id,
        "created": "2024-01-15T08:00:00.000Z",
        "lastModified": "2024-01-15T08:00:00.000Z",
        "type": "person",
        "phoneNumbers": [{"type": "work_extension", "value": "4711"}],
        "locationId": LOCATION,
        "extension": "4711",
        "roles": [],
        "licenses": licences(PROFESSIONAL),
        "status": "unknown",
        "invitePending": False,
        "loginEnabled": True,
    }


async def test_the_list_of_a_location_ends_with_those_who_came_later() -> None:
    async with served() as client:
        created = (await create(client, CALLING_ANA)).json
        items: list[str] = []
        path: str | None = f"/v1/people?locationId={LOCATION}"
        while path:
            reply = await client.ask("GET", path)
            items += [item["id"] for item in reply.json["items"]]
            path = (reply.headers.get("link") or "").partition("https://webexapis.com")[2].partition(">")[0]
    residents = range(3, SMALL.people, SMALL.locations)
    assert items == [*map(ORGANISATION.people.hydra, residents), created["id"]]


async def test_a_short_answer_has_the_id_alone() -> None:
    async with served() as client:
        reply = await create(client, ANA, "minResponse=true")
        assert reply.json == {"id": (await found(client))[0]["id"]}


async def test_what_was_said_of_the_person_is_shown() -> None:
    more = {"displayName": "Ana N.", "title": "Jefa", "department": "Ventas", "orgId": ORGANISATION.id}
    async with served() as client:
        created = (await create(client, ANA | more, "")).json
    assert {name: created[name] for name in more} == more


async def test_a_created_person_has_calling_features() -> None:
    async with served() as client:
        created = (await create(client, CALLING_ANA)).json
        reply = await client.ask("GET", f"/v1/people/{created['id']}/features/callForwarding")
    assert (reply.status, set(reply.json)) == (200, {"callForwarding", "businessContinuity"})


async def test_an_address_can_be_given_once() -> None:
    async with served() as client:
        replies = [
            await create(client, ANA),
            await create(client, ANA | {"emails": [EMAIL.upper()]}),
            await create(client, ANA | {"emails": [ORGANISATION.person(7).email]}),
        ]
    assert [reply.status for reply in replies] == [200, 409, 409]


async def test_licences_that_do_not_go_together_are_passed_over() -> None:
    wanted = ["nonsense", *licences(STANDARD), *licences(PROFESSIONAL), *licences(ADVANCED_MESSAGING)]
    async with served() as client:
        reply = await create(client, CALLING_ANA | {"licenses": wanted})
    assert (reply.status, reply.json["licenses"]) == (200, licences(STANDARD))


async def test_the_last_licence_is_passed_over_when_a_fault_says_so() -> None:
    async with served("licence-206=100%") as client:
        wanted = licences(PROFESSIONAL, BASIC_MESSAGING)
        reply = await create(client, CALLING_ANA | {"licenses": wanted})
        without_calling = await create(client, CALLING_ANA | {"emails": ["b@empresa.example"]})
    assert (reply.status, reply.json["licenses"]) == (200, licences(PROFESSIONAL))
    assert (without_calling.status, without_calling.json["licenses"]) == (200, [])


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"extension": ORGANISATION.person(3).extension}, f"Extension {80_000_003} is already in use."),
        ({"extension": ORGANISATION.workspace(3).extension}, f"Extension {70_000_003} is already in use."),
        (
            {"phoneNumbers": [{"type": "work", "value": "911"}]},
            "Invalid phone number 911: it is not E.164.",
        ),
    ],
)
async def test_a_calling_part_that_fails_is_400_though_the_person_was_created(
    change: dict[str, Any], text: str
) -> None:
    async with served() as client:
        reply = await create(client, CALLING_ANA | change)
        (person,) = await found(client)
        changed = client.sandbox.journal.changed_writes
    assert (reply.status, reply.json["errors"][0]["description"], changed) == (400, text, 1)
    assert (person["licenses"], "locationId" in person) == ([], False)


async def test_a_fault_makes_the_calling_part_fail() -> None:
    async with served("create-400=100%") as client:
        refused = await create(client, CALLING_ANA)
        plain = await create(client, ANA | {"emails": ["b@empresa.example"]})
        assert (refused.status, plain.status, len(await found(client))) == (400, 200, 1)


async def test_an_extension_and_a_number_can_be_given_once() -> None:
    number = {"phoneNumbers": [{"type": "work", "value": NUMBER}]}
    async with served() as client:
        first = await create(client, CALLING_ANA | number)
        same_extension = await create(client, CALLING_ANA | {"emails": ["b@empresa.example"]})
        other = {"emails": ["c@empresa.example"], "extension": "4712"}
        same_number = await create(client, CALLING_ANA | other | number)
        elsewhere = {"emails": ["d@empresa.example"], "locationId": ORGANISATION.locations.hydra(4)}
        other_location = await create(client, CALLING_ANA | elsewhere)
    statuses = [reply.status for reply in (first, same_extension, same_number, other_location)]
    assert statuses == [200, 400, 400, 200]
    assert first.json["phoneNumbers"][0] == {"type": "work", "value": NUMBER}


@pytest.mark.parametrize(
    ("change", "query"),
    [
        ({"emails": []}, ""),
        ({"emails": ["a@b.example", "c@d.example"]}, ""),
        ({"emails": ["nobody"]}, ""),
        ({"firstName": None}, ""),
        ({"firstName": "", "lastName": ""}, ""),
        ({"nickName": "Anita"}, ""),
        ({"extension": "4711"}, ""),
        ({"phoneNumbers": [{"value": NUMBER}]}, ""),
        ({"licenses": licences(PROFESSIONAL)}, "callingData=true"),
        ({"licenses": licences(PROFESSIONAL), "locationId": LOCATION, "extension": "4711"}, ""),
        (
            {"licenses": licences(PROFESSIONAL), "locationId": "nowhere", "extension": "4711"},
            "callingData=true",
        ),
        ({}, "callingData=perhaps"),
    ],
)
async def test_a_body_that_makes_no_sense_is_400_and_creates_nobody(
    change: dict[str, Any], query: str
) -> None:
    async with served() as client:
        reply = await create(client, ANA | change, query)
        assert (reply.status, await found(client)) == (400, [])


async def test_another_organisation_is_403() -> None:
    async with served() as client:
        reply = await create(client, ANA | {"orgId": "elsewhere"})
    assert reply.status == 403


async def test_search_finds_a_new_person_after_its_lag_and_the_id_at_once() -> None:
    async with served("search-lag=2s", "latency=1s") as client:
        created = (await create(client, ANA)).json
        early = [await found(client)]
        by_id = await client.ask("GET", f"/v1/people/{created['id']}")
        late = await found(client)
    assert (early, by_id.status, len(late)) == ([[]], 200, 1)


async def test_a_deleted_person_is_gone_and_what_they_had_is_free() -> None:
    async with served() as client:
        created = (await create(client, CALLING_ANA)).json
        replies = [await client.ask("DELETE", f"/v1/people/{created['id']}") for _ in range(2)]
        assert ([reply.status for reply in replies], await found(client)) == ([204, 404], [])
        again = (await create(client, CALLING_ANA)).json
        assert (again["id"] != created["id"], again["extension"]) == (True, "4711")


async def test_a_deleted_person_is_in_no_list() -> None:
    person = ORGANISATION.person(7)
    async with served() as client:
        await client.ask("DELETE", f"/v1/people/{person.id}")
        listed = (await client.ask("GET", "/v1/people?max=10")).json["items"]
        by_email = await found(client, person.email)
    everybody_else = [index for index in range(11) if index != 7]
    assert [item["id"] for item in listed] == [ORGANISATION.people.hydra(index) for index in everybody_else]
    assert by_email == []


async def test_the_administrator_cannot_delete_themselves() -> None:
    async with served() as client:
        reply = await client.ask("DELETE", f"/v1/people/{ORGANISATION.people.hydra(0)}")
    assert reply.status == 403
