from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest

from odt_async.sandbox.state import Organisation
from tests.sandbox.serving import SMALL, Client, served

ORGANISATION = Organisation(SMALL)
LOCATION = ORGANISATION.locations.hydra(3)
CALLING_FIELDS = {"phoneNumbers", "extension", "locationId"}


async def pages(client: Client, query: str) -> list[list[str]]:
    """Return the ids of each page, following the links a client would rewrite."""
    found, path = [], f"/v1/people?{query}"
    while True:
        reply = await client.ask("GET", path)
        found.append([item["id"] for item in reply.json["items"]])
        link = reply.headers.get("link")
        if link is None:
            return found
        match = re.fullmatch(r'<https://webexapis\.com(/v1/people\?.+)>; rel="next"', link)
        assert match is not None
        path = match[1]


def numbers(ids: list[str]) -> list[int | None]:
    return [ORGANISATION.people.index(text) for text in ids]


async def test_a_person_is_found_by_hydra_id_and_uuid() -> None:
    person = ORGANISATION.person(42)
    async with served() as client:
        replies = [
            await client.ask("GET", f"/v1/people/{text}")
            for text in (person.id, person.id + "==", ORGANISATION.people.uuid(42))
        ]
    assert [reply.json["emails"] for reply in replies] == [[person.email]] * 3


async def test_calling_details_are_shown_when_asked_for() -> None:
    person = ORGANISATION.person(3)
    async with served() as client:
        plain = await client.ask("GET", f"/v1/people/{person.id}")
        calling = await client.ask("GET", f"/v1/people/{person.id}?callingData=true")
    shown = {name: calling.json[name] for name in calling.json if name not in plain.json}
    assert shown == {
        "phoneNumbers": [{"type": "work_extension", "value": person.extension}],
        "extension": person.extension,
        "locationId": LOCATION,
    }


async def test_a_person_without_calling_has_neither_extension_nor_licence() -> None:
    person = ORGANISATION.person(5)
    async with served(f"no-calling={person.email}") as client:
        reply = await client.ask("GET", f"/v1/people/{person.id}?callingData=true")
    assert (CALLING_FIELDS & reply.json.keys(), reply.json["licenses"]) == (set(), [])


async def test_the_token_belongs_to_an_administrator() -> None:
    async with served() as client:
        reply = await client.ask("GET", "/v1/people/me")
        listed = await client.ask("GET", f"/v1/people?roles=x,{reply.json['roles'][0]}")
        nobody = await client.ask("GET", "/v1/people?roles=x")
    assert (listed.json["items"], nobody.json["items"]) == ([reply.json], [])


async def test_an_email_finds_its_person_whatever_the_case() -> None:
    person = ORGANISATION.person(1234)
    async with served() as client:
        found = await pages(client, f"email={quote(person.email.upper())}")
        nobody = await pages(client, "email=nobody@sandbox.example")
    assert (found, nobody) == ([[person.id]], [[]])


async def test_filters_narrow_each_other() -> None:
    person = ORGANISATION.person(10)  # of location 3
    email = quote(person.email)
    async with served() as client:
        here = await pages(client, f"email={email}&locationId={LOCATION}&displayName={person.first_name}")
        elsewhere = await pages(client, f"email={email}&locationId={ORGANISATION.locations.hydra(4)}")
        otherwise = await pages(client, f"email={email}&displayName=Zzz")
    assert (here, elsewhere, otherwise) == ([[person.id]], [[]], [[]])


async def test_everybody_is_listed_once_over_all_pages() -> None:
    async with served() as client:
        found = await pages(client, "max=300")
    assert [len(page) for page in found] == [300] * 6 + [200]
    assert numbers([text for page in found for text in page]) == list(range(SMALL.people))


async def test_people_of_a_location_come_in_pages_of_fifty() -> None:
    async with served() as client:
        found = await pages(client, f"locationId={LOCATION}&max=1000")
    assert {len(page) for page in found[:-1]} == {50}
    assert numbers([text for page in found for text in page]) == list(range(3, SMALL.people, SMALL.locations))


async def test_a_display_name_finds_all_who_start_with_it() -> None:
    async with served() as client:
        found = await pages(client, "displayName=ana%20&max=7")
    anas = [index for index in range(SMALL.people) if ORGANISATION.person(index).first_name == "Ana"]
    assert sorted(numbers([text for page in found for text in page]), key=str) == sorted(anas, key=str)


@pytest.mark.parametrize(
    ("query", "size"), [("", 100), ("max=1000", 1000), ("max=1000&callingData=true", 100)]
)
async def test_the_size_of_a_page(query: str, size: int) -> None:
    async with served() as client:
        reply = await client.ask("GET", f"/v1/people?{query}")
    assert len(reply.json["items"]) == size


async def test_up_to_85_ids_are_looked_up_at_once_without_licences_and_roles() -> None:
    ids = [ORGANISATION.people.hydra(index) for index in range(84)]
    async with served() as client:
        reply = await client.ask("GET", f"/v1/people?id={','.join([*ids, 'nobody'])}")
        too_many = await client.ask("GET", f"/v1/people?id={','.join([*ids, 'x', 'y'])}")
    items = reply.json["items"]
    assert [item["id"] for item in items] == ids
    assert {"licenses", "roles", "status"} & items[0].keys() == set()
    assert (reply.json["notFoundIds"], too_many.status) == (["nobody"], 400)


@pytest.mark.parametrize(
    "query",
    [
        "max=0",
        "max=many",
        "callingData=maybe",
        "locationId=nowhere",
        "cursor=!",
        "cursor=c3RhcnQ9LTU=",
        "cursor=w7E=",
    ],
)
async def test_a_parameter_that_makes_no_sense_is_400(query: str) -> None:
    async with served() as client:
        reply: Any = await client.ask("GET", f"/v1/people?{query}")
    assert (reply.status, reply.json["trackingId"]) == (400, reply.headers["trackingid"])


async def test_a_person_who_is_not_there_is_404() -> None:
    async with served() as client:
        reply = await client.ask("GET", f"/v1/people/{LOCATION}")
    assert (reply.status, reply.json["errors"]) == (404, [{"description": "Could not find the person."}])
