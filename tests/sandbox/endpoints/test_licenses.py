from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from odt_async.sandbox import SandboxSettings
from odt_async.sandbox.catalogue import PROFESSIONAL, STANDARD
from odt_async.sandbox.roster import Change, change_person
from tests.sandbox.serving import Client, served

PATH = "/v1/licenses"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with served(settings=SandboxSettings(people=700, locations=7, workspaces=10)) as opened:
        yield opened


def id_of(client: Client, licence: int) -> str:
    return client.sandbox.organisation.catalogue.licences[licence].id


async def test_all_licences_come_in_one_list(client: Client) -> None:
    answer = await client.ask("GET", PATH)
    assert [item["name"] for item in answer.json["items"]][:2] == [
        "Webex Calling - Professional",
        "Webex Calling - Standard",
    ]
    assert answer.json["items"][PROFESSIONAL] == {
        "id": id_of(client, PROFESSIONAL),
        "name": "Webex Calling - Professional",
        "totalUnits": 10_000_000,
        "consumedUnits": 700,
        "consumedByUsers": 700,
        "consumedByWorkspaces": 0,
        "subscriptionId": "Sub-sandbox1",
    }


async def test_a_licence_is_shown_without_its_users_unless_they_are_asked_for(client: Client) -> None:
    answer = await client.ask("GET", f"{PATH}/{id_of(client, STANDARD)}")
    assert (answer.json["name"], "users" in answer.json) == ("Webex Calling - Standard", False)


async def test_the_users_of_a_licence_come_in_pages_of_300(client: Client) -> None:
    emails, query = [], "?includeAssignedTo=user"
    while query:
        answer = await client.ask("GET", f"{PATH}/{id_of(client, PROFESSIONAL)}{query}")
        emails.append([user["email"] for user in answer.json["users"]])
        link = answer.headers.get("link", "")
        query = link[link.index("?") : link.index(">")] if link else ""
    organisation = client.sandbox.organisation
    assert [len(page) for page in emails] == [300, 300, 100]
    assert [email for page in emails for email in page] == [
        organisation.person(index).email for index in range(700)
    ]


async def test_whoever_was_given_a_licence_is_among_its_users(client: Client) -> None:
    organisation = client.sandbox.organisation
    change_person(organisation, 5, Change(licences=[STANDARD]))
    answer = await client.ask("GET", f"{PATH}/{id_of(client, STANDARD)}?includeAssignedTo=user")
    person = organisation.person(5)
    assert answer.json["users"] == [
        {"id": person.id, "type": "INTERNAL", "displayName": person.display_name, "email": person.email}
    ]


@pytest.mark.parametrize("query", ["includeAssignedTo=group", "includeAssignedTo=user&limit=301"])
async def test_what_the_description_forbids_is_refused(client: Client, query: str) -> None:
    assert (await client.ask("GET", f"{PATH}/{id_of(client, STANDARD)}?{query}")).status == 400


async def test_an_id_of_no_licence_is_not_found(client: Client) -> None:
    assert (await client.ask("GET", f"{PATH}/{client.sandbox.organisation.person(0).id}")).status == 404
