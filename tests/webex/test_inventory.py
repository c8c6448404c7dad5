from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from odt_async.sandbox import Sandbox, SandboxSettings, parse_faults
from odt_async.webex.inventory import INVENTORIES, Cells, read_inventory
from odt_async.webex.session import PolicySession
from tests.webex.serving import Ledger, Stub, json_reply, open_session, served

PADDED, BARE = "TGljZW5jZQ==", "TGljZW5jZQ"
LICENCES = json_reply(
    {"items": [{"id": PADDED, "name": "Webex Calling - Standard"}, {"id": "m", "name": "Messaging"}]}
)


async def rows_of(stub: Stub, name: str, org_id: str | None = None) -> list[Cells]:
    async with open_session(stub) as session:
        return [row async for page in read_inventory(session, name, org_id=org_id) for row in page]


@asynccontextmanager
async def sandbox_session(sandbox: Sandbox) -> AsyncIterator[PolicySession]:
    stub = Stub()
    stub.url = sandbox.url
    ledger = Ledger()
    ledger.tokens.access_token = sandbox.token
    async with open_session(stub, ledger) as session:
        yield session


@pytest.mark.parametrize("name", INVENTORIES)
async def test_every_list_is_whole_and_every_row_has_all_columns(name: str) -> None:
    settings = SandboxSettings(people=1_500, locations=7, workspaces=1_200)
    async with Sandbox(settings) as sandbox, sandbox_session(sandbox) as session:
        pages = [page async for page in read_inventory(session, name)]
    rows = [row for page in pages for row in page]
    columns = INVENTORIES[name].columns
    counts = {"people": 1_500, "locations": 7, "workspaces": 1_200, "licenses": 10, "route-groups": 12}
    assert len(rows) == counts.get(name, {"trunks": 24, "numbers": 1_500 + 7 + 7 + 1_200}.get(name))
    assert {len(row) for row in rows} == {len(columns)}
    assert len(set(rows)) == len(rows)
    assert max(map(len, pages)) <= 1000


async def test_the_columns_of_a_person_are_those_of_the_older_export() -> None:
    person = {
        "id": "p1",
        "emails": ["ana@example.com", "second@example.com"],
        "displayName": "Ana, la de Málaga",
        "status": "active",
        "roles": ["r1", "r2"],
        "licenses": ["m", BARE],
        "locationId": "l1",
    }
    async with served(LICENCES, json_reply({"items": [person, {"id": "p2"}]})) as stub:
        rows = await rows_of(stub, "people", org_id="o1")
    assert rows == [
        ("p1", "ana@example.com", "Ana, la de Málaga", "active", "r1;r2", f"m;{BARE}", "l1", "true"),
        ("p2", "", "", "", "", "", "", "false"),
    ]
    assert [asked.target for asked in stub.asked] == [
        "/v1/licenses?orgId=o1",
        "/v1/people?max=1000&orgId=o1",
    ]


async def test_people_have_their_location_only_when_it_is_asked_for() -> None:
    column = INVENTORIES["people"].columns.index("location_id")
    async with Sandbox(SandboxSettings(people=150)) as sandbox, sandbox_session(sandbox) as session:
        plain = [page async for page in read_inventory(session, "people")]
        told = [page async for page in read_inventory(session, "people", calling_data=True)]
    assert ([len(page) for page in plain], [len(page) for page in told]) == ([150], [100, 50])
    assert {row[column] for page in plain for row in page} == {""}
    assert "" not in {row[column] for page in told for row in page}


async def test_who_has_no_calling_licence_is_not_calling_enabled() -> None:
    faults = parse_faults(["no-calling=30%"])
    settings = SandboxSettings(people=40)
    async with Sandbox(settings, faults) as sandbox, sandbox_session(sandbox) as session:
        rows = [row async for page in read_inventory(session, "people") for row in page]
        expected = [sandbox.organisation.has_calling(index) for index in range(40)]
    assert [row[-1] == "true" for row in rows] == expected
    assert len(set(expected)) == 2


async def test_the_columns_of_a_number_say_where_it_is_and_whose() -> None:
    numbers = [
        {
            "phoneNumber": "+34910000001",
            "extension": "8001",
            "state": "ACTIVE",
            "phoneNumberType": "PRIMARY",
            "mainNumber": True,
            "tollFreeNumber": False,
            "location": {"id": "l1", "name": "Sede"},
            "owner": {"id": "p1", "type": "PEOPLE", "firstName": "Ana", "lastName": "Sanz"},
        },
        {"extension": "8002", "state": "ACTIVE"},
    ]
    async with served(json_reply({"phoneNumbers": numbers})) as stub:
        rows = await rows_of(stub, "numbers")
    assert rows == [
        (
            "+34910000001",
            "8001",
            "ACTIVE",
            "PRIMARY",
            "true",
            "false",
            "l1",
            "Sede",
            "p1",
            "PEOPLE",
            "Ana Sanz",
        ),
        ("", "8002", "ACTIVE", "", "false", "false", "", "", "", "", ""),
    ]
