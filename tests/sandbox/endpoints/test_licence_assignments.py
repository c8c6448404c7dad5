from __future__ import annotations

from typing import Any

import pytest

from odt_async.sandbox.catalogue import (
    ADVANCED_MESSAGING,
    ATTENDANT_CONSOLE,
    BASIC_MEETINGS,
    BASIC_MESSAGING,
    CX_ESSENTIAL,
    PROFESSIONAL,
    STANDARD,
    WORKSPACES,
)
from odt_async.sandbox.state import Organisation
from tests.sandbox.serving import SMALL, Client, Reply, served

ORGANISATION = Organisation(SMALL)
PERSON = ORGANISATION.person(7)
LOCATION = ORGANISATION.locations.hydra(3)
HERE = {"locationId": LOCATION, "extension": "4711"}


def licence(number: int) -> str:
    return ORGANISATION.catalogue.licences[number].id


def added(number: int, **properties: str) -> dict[str, Any]:
    return {"id": licence(number)} | ({"properties": properties} if properties else {})


def removed(number: int) -> dict[str, Any]:
    return {"id": licence(number), "operation": "remove"}


async def assign(client: Client, *operations: Any, **whom: Any) -> Reply:
    body = {"personId": PERSON.id} | whom | {"licenses": operations}
    return await client.ask("PATCH", "/v1/licenses/users", json=body)


async def test_licences_are_added_and_removed_in_one_request() -> None:
    async with served() as client:
        reply = await assign(client, added(BASIC_MEETINGS), removed(BASIC_MESSAGING), orgId=ORGANISATION.id)
        person = (await client.ask("GET", f"/v1/people/{PERSON.id}")).json
    held = [licence(PROFESSIONAL), licence(BASIC_MEETINGS)]
    assert (reply.status, reply.json) == (
        200,
        {
            "orgId": ORGANISATION.id,
            "personId": PERSON.id,
            "email": PERSON.email,
            "licenses": held,
            "siteUrls": [],
        },
    )
    assert person["licenses"] == held


async def test_the_person_may_be_named_by_email() -> None:
    async with served() as client:
        body = {"email": PERSON.email.upper(), "licenses": [added(BASIC_MEETINGS)]}
        reply = await client.ask("PATCH", "/v1/licenses/users", json=body)
    assert reply.json["personId"] == PERSON.id


async def test_calling_comes_with_its_properties_and_goes_with_the_licence() -> None:
    number = "+34911234567"
    async with served(f"no-calling={PERSON.email}") as client:
        path = f"/v1/people/{PERSON.id}?callingData=true"
        await assign(client, added(PROFESSIONAL, **HERE, phoneNumber=number))
        given = (await client.ask("GET", path)).json
        await assign(client, removed(PROFESSIONAL))
        taken = (await client.ask("GET", path)).json
    assert (given["locationId"], given["extension"], given["phoneNumbers"][0]["value"]) == (
        LOCATION,
        "4711",
        number,
    )
    assert {"locationId", "extension", "phoneNumbers"} & taken.keys() == set()


async def test_a_calling_licence_that_is_there_does_not_move_the_person() -> None:
    async with served() as client:
        reply = await assign(client, added(PROFESSIONAL, **HERE))
        person = (await client.ask("GET", f"/v1/people/{PERSON.id}?callingData=true")).json
        writes = client.sandbox.journal.double_applies
    assert (reply.status, person["extension"], writes) == (200, PERSON.extension, 1)


async def test_a_fault_leaves_the_last_licence_out_with_206() -> None:
    async with served("licence-206=100%") as client:
        reply = await assign(client, added(BASIC_MEETINGS), added(ADVANCED_MESSAGING))
        nothing_new = await assign(client, removed(BASIC_MEETINGS))
    kept = [licence(number) for number in (PROFESSIONAL, BASIC_MESSAGING)]
    assert (reply.status, reply.json["licenses"]) == (206, [*kept, licence(BASIC_MEETINGS)])
    assert (nothing_new.status, nothing_new.json["licenses"]) == (200, kept)


@pytest.mark.parametrize(
    ("operations", "code"),
    [
        ([{"id": "nonsense"}], 400000),
        ([added(WORKSPACES)], 400000),
        ([removed(PROFESSIONAL), added(STANDARD, **HERE)], 400112),
        ([added(STANDARD, **HERE)], 400404),
        ([removed(PROFESSIONAL), added(ATTENDANT_CONSOLE)], 400408),
        ([removed(BASIC_MESSAGING), added(ADVANCED_MESSAGING)], 700003),
        ([removed(BASIC_MEETINGS)], None),
        ([removed(BASIC_MESSAGING), added(BASIC_MESSAGING)], None),
    ],
)
async def test_what_does_not_go_together_is_refused_with_its_number(
    operations: list[Any], code: int | None
) -> None:
    async with served() as client:
        reply = await assign(client, *operations)
        person = (await client.ask("GET", f"/v1/people/{PERSON.id}")).json
    assert (reply.status, reply.json["errors"][0].get("errorCode")) == (400, code)
    assert person["licenses"] == [licence(PROFESSIONAL), licence(BASIC_MESSAGING)]


@pytest.mark.parametrize(
    ("held", "operations", "code"),
    [
        ([added(STANDARD, **HERE)], [added(ATTENDANT_CONSOLE)], 400406),
        ([added(STANDARD, **HERE)], [added(CX_ESSENTIAL)], 400407),
        ([added(CX_ESSENTIAL)], [removed(CX_ESSENTIAL), added(STANDARD, **HERE)], 400410),
    ],
)
async def test_standard_goes_with_less(held: list[Any], operations: list[Any], code: int) -> None:
    async with served(f"no-calling={PERSON.email}") as client:
        first = await assign(client, *held)
        reply = await assign(client, *operations)
    assert (first.status, reply.status, reply.json["errors"][0]["errorCode"]) == (200, 400, code)


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({}, 400411),
        ({"locationId": LOCATION}, 400411),
        ({"extension": "4711"}, None),
        ({"locationId": "nowhere", "extension": "4711"}, 400),
        ({"locationId": LOCATION, "extension": ORGANISATION.person(3).extension}, None),
        ({"locationId": LOCATION, "phoneNumber": "911"}, None),
    ],
)
async def test_calling_properties_are_checked(properties: dict[str, str], code: int | None) -> None:
    async with served(f"no-calling={PERSON.email}") as client:
        reply = await assign(client, added(PROFESSIONAL, **properties))
    assert (reply.status, reply.json["errors"][0].get("errorCode")) == (400, code)


async def test_a_number_alone_is_enough() -> None:
    async with served(f"no-calling={PERSON.email}") as client:
        reply = await assign(client, added(PROFESSIONAL, phoneNumber="+34911234567"))
        person = (await client.ask("GET", f"/v1/people/{PERSON.id}?callingData=true")).json
    assert (reply.status, "extension" in person) == (200, False)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"licenses": []}, 400),
        ({"personId": LOCATION}, 404),
        ({"email": "nobody@empresa.example"}, 404),
        ({"personId": PERSON.id, "orgId": "elsewhere"}, 403),
        ({"personId": PERSON.id, "licences": []}, 400),
        ({"personId": PERSON.id, "licenses": [{"id": licence(0), "operation": "toggle"}]}, 400),
    ],
)
async def test_a_body_that_makes_no_sense_is_refused(body: Any, status: int) -> None:
    async with served() as client:
        reply = await client.ask("PATCH", "/v1/licenses/users", json=body)
    assert reply.status == status
