from __future__ import annotations

from typing import Any

import pytest

from odt_async.sandbox import SandboxSettings
from odt_async.sandbox.numbers import find_number
from tests.sandbox.serving import Client, served

SETTINGS = SandboxSettings(people=100, locations=20, workspaces=10)
LIST = "/v1/telephony/config/numbers"
NEW, MORE = "+34930000000", "+34930000001"
MAIN, SPARE, LEGACY = "+34940000002", "+34950000002", "+34910000002"  # of location 2; the last of person 2


def at(client: Client, index: int) -> str:
    return f"/v1/telephony/config/locations/{client.sandbox.organisation.locations.hydra(index)}/numbers"


async def listed(client: Client, query: str) -> list[str]:
    reply = await client.ask("GET", f"{LIST}?{query}")
    return [entry["phoneNumber"] for entry in reply.json["phoneNumbers"]]


def of_location(client: Client, index: int) -> str:
    return f"locationId={client.sandbox.organisation.locations.hydra(index)}"


async def test_numbers_are_added_once_and_known_ones_stay_as_they_are() -> None:
    async with served(settings=SETTINGS) as client:
        body = {"phoneNumbers": [NEW, MORE, SPARE], "state": "INACTIVE", "numberType": "DID"}
        replies = [await client.ask("POST", at(client, 2), json=body) for _ in range(2)]
        entries = [find_number(client.sandbox.organisation, number) for number in (NEW, SPARE)]
    journal = client.sandbox.journal
    assert [(reply.status, reply.json) for reply in replies] == [(201, None), (201, None)]
    assert [(entry.location, entry.state) for entry in entries if entry] == [(2, "INACTIVE"), (2, "ACTIVE")]
    assert (journal.changed_writes, journal.double_applies) == (1, 1)


async def test_without_a_state_numbers_are_active() -> None:
    async with served(settings=SETTINGS) as client:
        await client.ask("POST", at(client, 2), json={"phoneNumbers": [NEW]})
        shown = (await client.ask("GET", f"{LIST}?phoneNumber={NEW[1:]}")).json["phoneNumbers"][0]
    location = client.sandbox.organisation.location(2)
    assert (shown["state"], shown["location"]) == ("ACTIVE", {"id": location.id, "name": location.name})


async def test_single_numbers_are_refused_in_a_list_and_nothing_is_added() -> None:
    async with served(settings=SETTINGS) as client:
        bad = ["930000000", "+34999000001", "+34950000003"]
        reply = await client.ask("POST", at(client, 2), json={"phoneNumbers": [NEW, *bad]})
    errors = reply.json[0]["errors"]
    assert (reply.status, [error["number"] for error in errors]) == (400, bad)
    assert errors[0].keys() == {"number", "errorType", "errorCode", "errorMessage", "errorTitle"}
    assert find_number(client.sandbox.organisation, NEW) is None


@pytest.mark.parametrize(
    ("index", "body", "status"),
    [
        (16, {"phoneNumbers": [NEW]}, 400),  # no PSTN
        (18, {"phoneNumbers": [NEW]}, 404),  # not enabled
        (2, {"phoneNumbers": []}, 400),
        (2, {"phoneNumbers": NEW}, 400),
        (2, {"phoneNumbers": [NEW], "state": "OFF"}, 400),
        (2, {"phoneNumbers": [f"+346{place:08d}" for place in range(21)], "numberType": "MOBILE"}, 400),
    ],
)
async def test_what_cannot_be_added_is_an_ordinary_error(
    index: int, body: dict[str, Any], status: int
) -> None:
    async with served(settings=SETTINGS) as client:
        reply = await client.ask("POST", at(client, index), json=body)
    assert (reply.status, list(reply.json)) == (status, ["error", "trackingId"])


async def test_numbers_are_activated_by_default_and_deactivated_on_demand() -> None:
    async with served(settings=SETTINGS) as client:
        states = []
        for body in ({"action": "DEACTIVATE"}, {}, {"action": "ACTIVATE"}):
            await client.ask("PUT", at(client, 2), json={"phoneNumbers": [SPARE]} | body)
            entry = find_number(client.sandbox.organisation, SPARE)
            states.append(entry.state if entry else None)
    assert (states, client.sandbox.journal.changed_writes) == (["INACTIVE", "ACTIVE", "ACTIVE"], 2)


@pytest.mark.parametrize("numbers", [[LEGACY], [NEW], ["none"], ["+34950000003"], [SPARE] * 501])
async def test_what_is_used_or_not_there_is_not_deactivated(numbers: list[str]) -> None:
    async with served(settings=SETTINGS) as client:
        client.sandbox.organisation.extensions.claim(None, LEGACY, "person 2")
        body = {"phoneNumbers": numbers, "action": "DEACTIVATE"}
        reply = await client.ask("PUT", at(client, 2), json=body)
    assert (reply.status, client.sandbox.journal.changed_writes) == (400, 0)


async def test_numbers_are_removed_and_may_come_back() -> None:
    async with served(settings=SETTINGS) as client:
        removed = await client.ask("DELETE", at(client, 2), json={"phoneNumbers": [SPARE]})
        gone = await listed(client, f"phoneNumber={SPARE[1:]}")
        added = await client.ask("POST", at(client, 3), json={"phoneNumbers": [SPARE]})
        there = [await listed(client, of_location(client, index)) for index in (2, 3)]
    assert (removed.status, gone, added.status) == (204, [], 201)
    assert [SPARE in numbers for numbers in there] == [False, True]


@pytest.mark.parametrize("numbers", [[MAIN], [LEGACY], [NEW], [SPARE] * 6])
async def test_main_used_unknown_and_too_many_numbers_stay(numbers: list[str]) -> None:
    async with served(settings=SETTINGS) as client:
        client.sandbox.organisation.extensions.claim(None, LEGACY, "person 2")
        reply = await client.ask("DELETE", at(client, 2), json={"phoneNumbers": numbers})
    assert (reply.status, client.sandbox.journal.changed_writes) == (400, 0)


async def test_the_list_of_a_location_has_its_numbers_in_pages() -> None:
    async with served(settings=SETTINGS) as client:
        await client.ask("POST", at(client, 2), json={"phoneNumbers": [NEW]})
        pages = [await client.ask("GET", f"{LIST}?{of_location(client, 2)}&max=4")]
        while "link" in pages[-1].headers:
            link = pages[-1].headers["link"].partition(">")[0]
            pages.append(await client.ask("GET", link.removeprefix("<https://webexapis.com")))
        everything = await listed(client, "max=2000")
    numbers = [entry["phoneNumber"] for page in pages for entry in page.json["phoneNumbers"]]
    legacy = [f"+3491000{index:04d}" for index in range(2, 100, 20)]
    assert numbers == [*legacy, MAIN, SPARE, "+34960000002", NEW]
    assert (len(pages), len(everything)) == (3, 100 + 20 + 20 + 10 + 1)


async def test_filters_and_owners() -> None:
    async with served(settings=SETTINGS) as client:
        organisation = client.sandbox.organisation
        organisation.extensions.claim(None, LEGACY, "person 2")
        organisation.extensions.claim(None, "+34960000002", "workspace 2")
        of_two = of_location(client, 2)
        await client.ask("POST", at(client, 2), json={"phoneNumbers": [NEW], "state": "INACTIVE"})
        found = {
            query: await listed(client, f"{of_two}&{query}")
            for query in (
                "state=INACTIVE",
                "assigned=true",
                "ownerType=PLACE",
                "tollFreeNumbers=true",
                "numberType=EXTENSION",
                "reservedNumber=true",
                f"available=true&phoneNumber={SPARE[1:]}",
                "phoneNumber=nonsense",
                "phoneNumber=34950000003",
            )
        }
        shown = (await client.ask("GET", f"{LIST}?{of_two}&assigned=true")).json["phoneNumbers"]
    assert found == {
        "state=INACTIVE": [NEW],
        "assigned=true": [LEGACY, "+34960000002"],
        "ownerType=PLACE": ["+34960000002"],
        "tollFreeNumbers=true": [],
        "numberType=EXTENSION": [],
        "reservedNumber=true": [],
        f"available=true&phoneNumber={SPARE[1:]}": [SPARE],
        "phoneNumber=nonsense": [],
        "phoneNumber=34950000003": [],
    }
    person, workspace = organisation.person(2), organisation.workspace(2)
    assert [entry["owner"] for entry in shown] == [
        {
            "id": person.id,
            "type": "PEOPLE",
            "firstName": person.first_name,
            "lastName": person.last_name,
        },
        {"id": workspace.id, "type": "PLACE", "firstName": workspace.display_name},
    ]
