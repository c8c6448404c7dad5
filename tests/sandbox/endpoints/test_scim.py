from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
import pytest

from odt_async.sandbox.state import Organisation
from tests.sandbox.serving import SMALL, Client, Reply, served

ORGANISATION = Organisation(SMALL)
ORG = ORGANISATION.organisations.uuid(0)
USERS = f"/identity/scim/{ORG}/v2/Users"
BULK = f"/identity/scim/{ORG}/v2/Bulk"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
WEBEX = "urn:scim:schemas:extension:cisco:webexidentity:2.0:User"
EMAIL = "ana.nueva@empresa.example"
ANA: dict[str, Any] = {
    "schemas": [CORE],
    "userName": EMAIL,
    "userType": "user",
    "name": {"givenName": "Ana", "familyName": "Nueva"},
    "displayName": "Ana Nueva",
    "preferredLanguage": "es_ES",
    ENTERPRISE: {"department": "Ventas"},
}


async def create(client: Client, **change: Any) -> Reply:
    body = {name: value for name, value in (ANA | change).items() if value is not None}
    return await client.ask("POST", USERS, json=body)


async def search(client: Client, expression: str, more: str = "") -> Reply:
    return await client.ask("GET", f"{USERS}?filter={quote(expression)}{more}")


async def patch(client: Client, user_id: str, *operations: Any) -> Reply:
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}
    return await client.ask("PATCH", f"{USERS}/{user_id}", json=body)


async def bulk(client: Client, *operations: Any, **more: Any) -> Reply:
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "operations": operations} | more
    return await client.ask("POST", BULK, json=body)


async def test_a_created_user_is_found_and_is_a_person_without_licences() -> None:
    async with served() as client:
        created = await create(client)
        user = created.json
        by_name = (await search(client, f'userName eq "{EMAIL.upper()}"')).json
        by_id = (await client.ask("GET", f"{USERS}/{user['id']}")).json
        (person,) = (await client.ask("GET", f"/v1/people?email={EMAIL}")).json["items"]
    assert (created.status, by_id, by_name["Resources"]) == (201, user, [user])
    assert user | {"id": "", "meta": None} == {
        "schemas": [CORE, WEBEX, ENTERPRISE],
        "id": "",
        "userName": EMAIL,
        "active": True,
        "name": {"givenName": "Ana", "familyName": "Nueva"},
        "displayName": "Ana Nueva",
        "emails": [{"value": EMAIL, "type": "work", "primary": True}],
        "userType": "user",
        "preferredLanguage": "es_ES",
        ENTERPRISE: {"department": "Ventas"},
        WEBEX: {"accountStatus": ["active"], "meta": {"organizationId": ORG}},
        "meta": None,
    }
    assert user["meta"]["location"].endswith(f"{USERS}/{user['id']}")
    assert (person["displayName"], person["licenses"], person["department"]) == ("Ana Nueva", [], "Ventas")


async def test_people_of_the_organisation_are_users() -> None:
    person = ORGANISATION.person(7)
    async with served() as client:
        found = (
            await search(client, f'userName eq "{person.email}" or id eq "{ORGANISATION.people.uuid(8)}"')
        ).json
    assert [user["userName"] for user in found["Resources"]] == [person.email, ORGANISATION.person(8).email]
    assert (found["totalResults"], found["itemsPerPage"], found["startIndex"]) == (2, 2, 1)


async def test_all_users_come_in_pages() -> None:
    async with served() as client:
        page = (await client.ask("GET", f"{USERS}?startIndex=11&count=5")).json
    uuids = [ORGANISATION.people.uuid(index) for index in range(10, 15)]
    assert ([user["id"] for user in page["Resources"]], page["totalResults"]) == (uuids, SMALL.people)


async def test_quotes_in_a_filter_are_escaped() -> None:
    async with served() as client:
        found = await search(client, r'userName eq "o\"brien\\@empresa.example"')
        refused = await search(client, 'userName eq "o"brien@empresa.example"')
    assert (found.json["totalResults"], refused.status) == (0, 400)


async def test_an_address_can_be_given_once() -> None:
    async with served() as client:
        replies = [
            await create(client),
            await create(client),
            await create(client, userName=ORGANISATION.person(7).email),
        ]
        error = replies[1].json
    assert [reply.status for reply in replies] == [201, 409, 409]
    assert (error["status"], error["detail"]) == ("409", f"User with userName {EMAIL} already exists.")


@pytest.mark.parametrize(
    "change",
    [
        {"userType": None},
        {"userType": "robot"},
        {"userName": None},
        {"userName": "nobody"},
        {"schemas": [ENTERPRISE]},
        {"active": "yes"},
        {"name": "Ana"},
    ],
)
async def test_a_user_that_makes_no_sense_is_400(change: dict[str, Any]) -> None:
    async with served() as client:
        reply = await create(client, **change)
    assert (reply.status, reply.json["status"]) == (400, "400")


async def test_attributes_are_changed_one_by_one() -> None:
    async with served() as client:
        user = (await create(client)).json
        changed = await patch(
            client,
            user["id"],
            {"op": "replace", "path": "active", "value": False},
            {"op": "replace", "value": {"displayName": "Ana N.", "title": "Jefa"}},
            {"op": "replace", "path": "name.givenName", "value": "Anita"},
            {"op": "add", "path": "name.familyName", "value": "Nieva"},
            {"op": "remove", "path": "preferredLanguage"},
        )
        again = await patch(client, user["id"], {"op": "replace", "path": "active", "value": False})
        person = (await client.ask("GET", f"/v1/people?email={EMAIL}")).json["items"][0]
        writes = (client.sandbox.journal.changed_writes, client.sandbox.journal.double_applies)
    shown = {
        "active": False,
        "displayName": "Ana N.",
        "title": "Jefa",
        "name": {"givenName": "Anita", "familyName": "Nieva"},
    }
    assert changed.json == {
        name: value for name, value in (user | shown).items() if name != "preferredLanguage"
    } | {WEBEX: {"accountStatus": ["disabled"], "meta": {"organizationId": ORG}}}
    assert (again.json, writes) == (changed.json, (2, 1))
    assert (person["displayName"], person["title"], person["loginEnabled"]) == ("Ana N.", "Jefa", False)


async def test_a_person_who_was_derived_can_be_changed_too() -> None:
    person = ORGANISATION.person(7)
    async with served() as client:
        reply = await patch(
            client, ORGANISATION.people.uuid(7), {"op": "replace", "path": "displayName", "value": "X"}
        )
        found = (await client.ask("GET", "/v1/people?displayName=x")).json["items"]
    assert (reply.json["displayName"], [item["id"] for item in found]) == ("X", [person.id])


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "userName", "value": "x@empresa.example"},
        {"op": "replace", "path": "active", "value": "no"},
        {"op": "replace", "value": "no"},
        {"op": "toggle", "path": "active"},
    ],
)
async def test_a_change_that_makes_no_sense_is_400(operation: Any) -> None:
    async with served() as client:
        reply = await patch(client, ORGANISATION.people.uuid(7), operation)
    assert reply.status == 400


async def test_a_patch_without_its_schema_is_400() -> None:
    body = {"schemas": [CORE], "Operations": [{"op": "remove", "path": "title"}]}
    async with served() as client:
        reply = await client.ask("PATCH", f"{USERS}/{ORGANISATION.people.uuid(7)}", json=body)
    assert reply.status == 400


async def test_a_deleted_user_is_gone() -> None:
    async with served() as client:
        user = (await create(client)).json
        replies = [await client.ask("DELETE", f"{USERS}/{user['id']}") for _ in range(2)]
        people = (await client.ask("GET", f"/v1/people?email={EMAIL}")).json["items"]
    assert ([reply.status for reply in replies], people) == ([204, 404], [])


async def test_a_bulk_answers_each_operation_under_a_capital_letter() -> None:
    uuid = ORGANISATION.people.uuid(7)
    off = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "active", "value": False}],
    }
    async with served() as client:
        reply = await bulk(
            client,
            {"method": "POST", "path": "/Users", "bulkId": "1", "data": ANA},
            {"method": "POST", "path": "/Users", "bulkId": "2", "data": orjson.dumps(ANA).decode()},
            {"method": "PATCH", "path": f"/Users/{uuid}", "data": off},
            {"method": "DELETE", "path": f"/Users/{uuid}"},
            {"method": "DELETE", "path": "/Groups/1"},
        )
        people = (await client.ask("GET", f"/v1/people?email={EMAIL}")).json["items"]
    operations = reply.json["Operations"]
    assert [(item["method"], item.get("bulkId"), item["status"]) for item in operations] == [
        ("POST", "1", "201"),
        ("POST", "2", "409"),
        ("PATCH", None, "200"),
        ("DELETE", None, "204"),
        ("DELETE", None, "400"),
    ]
    assert (reply.status, operations[1]["response"]["status"], len(people)) == (200, "409", 1)


async def test_a_bulk_stops_after_as_many_errors_as_it_may_have() -> None:
    gone = {"method": "DELETE", "path": "/Users/nobody"}
    async with served() as client:
        reply = await bulk(client, gone, gone, gone, failOnErrors=2)
        writes = client.sandbox.journal.changed_writes + client.sandbox.journal.double_applies
    assert (len(reply.json["Operations"]), writes) == (2, 0)


@pytest.mark.parametrize(
    ("operations", "more"),
    [
        ([], {}),
        ([{"method": "POST", "path": "/Users", "data": ANA}], {}),
        ([{"method": "POST", "path": "/Users", "data": ANA, "bulkId": "1"}] * 2, {}),
        ([{"method": "DELETE", "path": "/Users/x"}] * 101, {}),
        ([{"method": "DELETE", "path": "/Users/x"}], {"failOnErrors": 101}),
        ([{"method": "DELETE", "path": "/Users/x"}], {"schemas": [CORE]}),
        ([{"method": "GET", "path": "/Users/x"}], {}),
    ],
)
async def test_a_bulk_that_makes_no_sense_is_400(operations: list[Any], more: dict[str, Any]) -> None:
    async with served() as client:
        reply = await bulk(client, *operations, **more)
    assert reply.status == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/identity/scim/{ORGANISATION.id}/v2/Users", 400),
        ("GET", "/identity/scim/00000000-0000-4000-a000-000000000000/v2/Users", 403),
        ("GET", f"{USERS}/{ORGANISATION.people.hydra(7)}", 404),
        ("GET", f"{USERS}?count=many", 400),
    ],
)
async def test_addresses_and_parameters_are_checked(method: str, path: str, status: int) -> None:
    async with served() as client:
        reply = await client.ask(method, path)
    assert reply.status == status


async def test_a_body_that_is_no_json_is_400() -> None:
    async with served() as client:
        headers = {"Authorization": f"Bearer {client.sandbox.token}", "Content-Type": "application/json"}
        reply = await client.ask("POST", USERS, data=b"{", headers=headers)
    assert reply.status == 400


async def test_search_finds_a_new_user_after_its_lag() -> None:
    async with served("search-lag=90s", "latency=1s") as client:
        await create(client)
        early = (await search(client, f'userName eq "{EMAIL}"')).json
        total = (await client.ask("GET", f"{USERS}?startIndex={SMALL.people}")).json
    assert (early["totalResults"], len(total["Resources"])) == (0, 1)
