from __future__ import annotations

from tests.sandbox.serving import served


async def test_the_list_and_the_details_show_the_one_organisation() -> None:
    async with served() as client:
        listed = await client.ask("GET", "/v1/organizations")
        known = client.sandbox.organisation.id
        details = await client.ask("GET", f"/v1/organizations/{known}")
    assert listed.json == {"items": [details.json]}
    assert (details.json["id"], details.json["displayName"]) == (known, "Sandbox (simulado)")


async def test_no_other_is_known() -> None:
    async with served() as client:
        person = client.sandbox.organisation.people.hydra(0)
        reply = await client.ask("GET", f"/v1/organizations/{person}")
    assert reply.status == 404
