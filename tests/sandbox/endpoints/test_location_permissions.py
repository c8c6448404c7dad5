from __future__ import annotations

from typing import Any

import pytest

from odt_async.sandbox import SandboxSettings
from tests.sandbox.serving import Client, served

SETTINGS = SandboxSettings(people=100, locations=20, workspaces=10)
BLOCK = {"callType": "NATIONAL", "action": "BLOCK", "transferEnabled": False}
LOCKED = 4  # a location where SPECIAL_SERVICES_I is locked


def at(client: Client, index: int) -> str:
    location = client.sandbox.organisation.locations.hydra(index)
    return f"/v1/telephony/config/locations/{location}/outgoingPermission"


def by_type(shown: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["callType"]: entry for entry in shown["callingPermissions"]}


async def test_a_subset_changes_itself_alone() -> None:
    async with served(settings=SETTINGS) as client:
        before = by_type((await client.ask("GET", at(client, 2))).json)
        replies = [
            await client.ask("PUT", at(client, 2), json={"callingPermissions": [BLOCK]}) for _ in range(2)
        ]
        after = by_type((await client.ask("GET", at(client, 2))).json)
    journal = client.sandbox.journal
    assert [reply.status for reply in replies] == [204, 204]
    assert after == before | {"NATIONAL": BLOCK | {"isCallTypeRestrictionEnabled": False}}
    assert (len(before), journal.changed_writes, journal.double_applies) == (10, 1, 1)


@pytest.mark.parametrize(
    "body",
    [
        {"useCustomEnabled": True, "callingPermissions": [BLOCK]},
        {"callingPermissions": [BLOCK | {"isCallTypeRestrictionEnabled": False}]},
        {"callingPermissions": [BLOCK | {"callType": "LOCAL"}]},
        {"callingPermissions": [BLOCK | {"action": "DENY"}]},
        {"callingPermissions": [{"callType": "NATIONAL", "action": "BLOCK"}]},
        {"callingPermissions": [{**BLOCK, "transferEnabled": None}]},
    ],
)
async def test_a_body_that_does_not_fit_is_refused_whole(body: dict[str, Any]) -> None:
    async with served(settings=SETTINGS) as client:
        reply = await client.ask("PUT", at(client, 2), json=body)
    assert (reply.status, client.sandbox.journal.changed_writes) == (400, 0)


async def test_a_locked_call_type_can_be_sent_but_not_changed() -> None:
    async with served(settings=SETTINGS) as client:
        shown = by_type((await client.ask("GET", at(client, LOCKED))).json)["SPECIAL_SERVICES_I"]
        assert shown.pop("isCallTypeRestrictionEnabled") is True
        replies = [
            await client.ask("PUT", at(client, LOCKED), json={"callingPermissions": [entry]})
            for entry in (shown, shown | {"action": "BLOCK"})
        ]
    assert [reply.status for reply in replies] == [204, 400]
