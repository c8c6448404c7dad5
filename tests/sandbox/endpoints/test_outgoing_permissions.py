from __future__ import annotations

from typing import Any

import pytest

from odt_async.sandbox import SandboxSettings
from tests.sandbox.serving import Client, served

KINDS = ("people", "workspaces")


def address(client: Client, kind: str, index: int = 7) -> str:
    webex_id = getattr(client.sandbox.organisation, kind).hydra(index)
    return f"/v1/{kind}/{webex_id}/features/outgoingPermission"


def sendable(state: Any) -> dict[str, Any]:
    """Return what was read without the field that only a read has."""
    entries = [
        {name: value for name, value in entry.items() if name != "isCallTypeRestrictionEnabled"}
        for entry in state["callingPermissions"]
    ]
    return {**state, "callingPermissions": entries}


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_written_is_read(kind: str) -> None:
    async with served() as client:
        path = address(client, kind)
        body = sendable((await client.ask("GET", path)).json)
        body |= {"useCustomEnabled": True, "useCustomPermissions": True}
        body["callingPermissions"][3] |= {"action": "TRANSFER_NUMBER_3", "transferEnabled": False}
        replies = [await client.ask("PUT", path, json=body) for _ in range(2)]
        after = (await client.ask("GET", path)).json
    journal = client.sandbox.journal
    assert ([reply.status for reply in replies], sendable(after)) == ([204, 204], body)
    assert (journal.changed_writes, journal.double_applies) == (1, 1)


@pytest.mark.parametrize("kind", KINDS)
async def test_call_types_that_a_list_leaves_out_fall_back(kind: str) -> None:
    async with served() as client:
        path = address(client, kind)
        first = (await client.ask("GET", path)).json
        for call_type, action in (("NATIONAL", "AUTH_CODE"), ("TOLL_FREE", "BLOCK")):
            entry = {"callType": call_type, "action": action, "transferEnabled": False}
            await client.ask("PUT", path, json={"callingPermissions": [entry]})
        after = (await client.ask("GET", path)).json
    for entry in first["callingPermissions"]:
        if entry["callType"] == "TOLL_FREE":
            entry |= {"action": "BLOCK", "transferEnabled": False}
    assert after == first


async def test_some_have_permissions_of_their_own_from_the_start() -> None:
    async with served(settings=SandboxSettings(people=200, locations=7, workspaces=50)) as client:
        states = [(await client.ask("GET", address(client, "people", index))).json for index in range(60)]
    custom = [state for state in states if state["useCustomEnabled"]]
    assert 0 < len(custom) < 60
    assert len({str(state["callingPermissions"]) for state in states}) == len(custom) + 1


@pytest.mark.parametrize(
    "body",
    [
        {"useCustomEnabled": None},
        {"callingPermissions": [{"callType": "LOCAL", "action": "ALLOW", "transferEnabled": True}]},
        {"callingPermissions": [{"callType": "NATIONAL", "action": "ALLOW", "transferEnabled": None}]},
        {
            "callingPermissions": [
                {
                    "callType": "NATIONAL",
                    "action": "ALLOW",
                    "transferEnabled": True,
                    "isCallTypeRestrictionEnabled": False,
                }
            ]
        },
        {"callingPermissions": [{"callType": "NATIONAL", "action": "ALLOW", "transferEnabled": True}] * 2},
    ],
)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_body_that_does_not_fit_is_refused(kind: str, body: object) -> None:
    async with served() as client:
        reply = await client.ask("PUT", address(client, kind), json=body)
    assert (reply.status, client.sandbox.journal.changed_writes) == (400, 0)


async def test_only_persons_need_a_list() -> None:
    async with served() as client:
        body = {"useCustomEnabled": True, "useCustomPermissions": True}
        replies = [await client.ask("PUT", address(client, kind), json=body) for kind in KINDS]
    assert [reply.status for reply in replies] == [400, 204]


@pytest.mark.parametrize(
    ("faults", "statuses"), [((), [200, 404]), (("permissions-moved=100%",), [404, 200])]
)
async def test_the_address_of_the_sdk_serves_those_whom_the_published_one_does_not(
    faults: tuple[str, ...], statuses: list[int]
) -> None:
    async with served(*faults) as client:
        published = address(client, "people")
        of_sdk = published.replace("/v1/", "/v1/telephony/config/").replace("/features", "")
        replies = [await client.ask("GET", path) for path in (published, of_sdk)]
    assert [reply.status for reply in replies] == statuses
