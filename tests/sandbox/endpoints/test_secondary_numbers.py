from __future__ import annotations

from typing import Any

import pytest

from odt_async.sandbox.numbers import find_number
from odt_async.sandbox.roster import Change, change_person
from tests.sandbox.serving import Client, Reply, served

OF_PERSON_7 = "+34910000007"  # in the location of person 7
OF_WORKSPACE_7 = "+34960000007"
ELSEWHERE = "+34910000008"


def person(client: Client, index: int) -> str:
    return f"people/{client.sandbox.organisation.people.hydra(index)}"


def workspace(client: Client, index: int) -> str:
    return f"workspaces/{client.sandbox.organisation.workspaces.hydra(index)}"


async def read(client: Client, who: str, query: str = "") -> Any:
    return (await client.ask("GET", f"/v1/{who}/features/numbers{query}")).json


async def update(client: Client, who: str, *items: Any, **more: Any) -> Reply:
    body = {"phoneNumbers": list(items), **more}
    return await client.ask("PUT", f"/v1/telephony/config/{who}/numbers", json=body)


def item(action: str, number: str) -> dict[str, Any]:
    return {"primary": False, "action": action, "directNumber": number}


async def test_a_number_is_added_and_taken_away_again() -> None:
    async with served() as client:
        who = person(client, 7)
        before = await read(client, who, "?preferE164Format=true")
        added = await update(client, who, item("ADD", OF_PERSON_7))
        between = await read(client, who, "?preferE164Format=true")
        owner = find_number(client.sandbox.organisation, OF_PERSON_7)
        removed = await update(client, who, item("DELETE", OF_PERSON_7))
        after = await read(client, who, "?preferE164Format=true")
    assert (added.status, removed.status, after) == (204, 204, before)
    assert before["phoneNumbers"] == [{"primary": True, "extension": "80000007", "esn": "80000007"}]
    assert between["phoneNumbers"][1:] == [
        {"primary": False, "directNumber": OF_PERSON_7, "ringPattern": "NORMAL"}
    ]
    assert owner is not None
    assert owner.owner == "person 7"


async def test_without_e164_a_person_has_national_numbers() -> None:
    async with served() as client:
        who = person(client, 7)
        await update(client, who, item("ADD", OF_PERSON_7))
        shown = await read(client, who)
    assert shown["phoneNumbers"][1]["directNumber"] == "910000007"


async def test_workspaces_show_both_of_the_published_forms() -> None:
    async with served() as client:
        shown = []
        for index in (6, 7):
            await update(client, workspace(client, index), item("ADD", f"+3496000000{index}"))
            shown.append(await read(client, workspace(client, index)))
    assert [set(answer) - {"distinctiveRingEnabled", "phoneNumbers"} for answer in shown] == [
        {"workspace", "location", "organization"},
        set(),
    ]
    assert shown[0]["phoneNumbers"][1]["external"] == "+34960000006"
    assert shown[1]["phoneNumbers"][1]["directNumber"] == OF_WORKSPACE_7


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([item("ADD", ELSEWHERE)], "is not in the location"),
        ([item("ADD", "+34999999999")], "is not in the location"),
        ([item("ADD", "910000007")], "is not in the location"),
        ([item("ADD", OF_PERSON_7), item("ADD", OF_PERSON_7)], "is already assigned"),
        ([item("DELETE", OF_PERSON_7)], "is not assigned"),
        ([{"primary": False, "action": "ADD", "external": OF_PERSON_7}], "directNumber: Field required"),
        ([{"action": "ADD", "directNumber": OF_PERSON_7}], "primary: Field required"),
        ([{**item("ADD", OF_PERSON_7), "primary": True}], "primary number"),
        ([{**item("ADD", OF_PERSON_7), "ringPattern": None}], "ringPattern"),
        ([{**item("ADD", OF_PERSON_7), "action": "REPLACE"}], "action"),
    ],
)
async def test_a_request_that_cannot_be_is_refused_whole(items: list[Any], words: str) -> None:
    async with served() as client:
        who = person(client, 7)
        reply = await update(client, who, *items)
        after = await read(client, who)
    assert reply.status == 400
    assert words in reply.json["error"][0]["message"][0]["description"]
    assert len(after["phoneNumbers"]) == 1


async def test_a_number_of_somebody_else_cannot_be_had() -> None:
    async with served() as client:
        await update(client, person(client, 7), item("ADD", OF_PERSON_7))
        replies = [
            await update(client, who, item("ADD", OF_PERSON_7))
            for who in (person(client, 7), person(client, 14), workspace(client, 7))
        ]
    assert [reply.status for reply in replies] == [400, 400, 400]


async def test_who_loses_calling_or_goes_away_leaves_the_numbers_free() -> None:
    async with served() as client:
        organisation = client.sandbox.organisation
        for index in (7, 8):
            await update(client, person(client, index), item("ADD", f"+3491000000{index}"))
        change_person(organisation, 7, Change(licences=[]))
        await client.ask("DELETE", f"/v1/{person(client, 8)}")
    owners = [organisation.extensions.owner(None, f"+3491000000{index}") for index in (7, 8)]
    assert owners == [None, None]


async def test_the_ring_flag_has_two_names() -> None:
    async with served() as client:
        flags = ("enableDistinctiveRingPattern", "distinctiveRingEnabled")
        replies = [
            await update(client, who, **{flag: True})
            for who in (person(client, 7), workspace(client, 7))
            for flag in flags
        ]
    assert [reply.status for reply in replies] == [204, 400, 400, 204]


async def test_a_basic_workspace_has_no_secondary_numbers_but_shows_its_own() -> None:
    async with served("basic-workspace=100%") as client:
        reply = await update(client, workspace(client, 7), item("ADD", OF_WORKSPACE_7))
        shown = await read(client, workspace(client, 7))
    assert (reply.status, reply.json["error"][0]["message"][0]["code"]) == (405, 25409)
    assert len(shown["phoneNumbers"]) == 1
