from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.sandbox import SandboxSettings
from odt_async.sandbox.access_tokens import AccessTokens
from odt_async.sandbox.calling_targets import Target
from odt_async.sandbox.endpoints import forwarding
from odt_async.sandbox.forwarding_store import store, stored
from odt_async.sandbox.routing import Call
from odt_async.sandbox.state import Organisation
from tests.sandbox.serving import Client, served

ALWAYS = {
    "enabled": True,
    "destination": "5380000007",
    "ringReminderEnabled": False,
    "destinationVoicemailEnabled": False,
}


def error(code: int, description: str, tracking_id: str, status: int = 400) -> dict[str, Any]:
    message = [{"code": code, "description": description}]
    return {"error": [{"key": str(status), "message": message}], "trackingId": tracking_id}


async def test_a_read_shows_every_branch_and_flag() -> None:
    async with served() as client:
        reply = await client.ask("GET", client.forwarding_of(7))
    common = {"enabled", "destinationVoicemailEnabled"}
    shown = reply.json["callForwarding"] | {"businessContinuity": reply.json["businessContinuity"]}
    assert {name: branch.keys() - {"destination"} for name, branch in shown.items()} == {
        "always": common | {"ringReminderEnabled"},
        "busy": common,
        "noAnswer": common | {"numberOfRings", "systemMaxNumberOfRings"},
        "businessContinuity": common,
    }


async def test_some_people_have_settings_that_a_careless_write_would_wipe() -> None:
    async with served() as client:
        states = [(await client.ask("GET", client.forwarding_of(index))).json for index in range(60)]
    enabled = [
        (
            state["callForwarding"]["always"]["enabled"],
            state["callForwarding"]["busy"]["enabled"],
            state["callForwarding"]["noAnswer"]["enabled"],
            state["businessContinuity"]["enabled"],
        )
        for state in states
    ]
    rings = {state["callForwarding"]["noAnswer"]["numberOfRings"] for state in states}
    assert [0 < sum(branch) < 60 for branch in zip(*enabled, strict=True)] == [True] * 4
    assert rings > {3, 4}


async def test_branches_that_are_not_sent_keep_what_they_have() -> None:
    async with served() as client:
        for index in range(20):
            path = client.forwarding_of(index)
            before = (await client.ask("GET", path)).json
            reply = await client.ask("PUT", path, json={"callForwarding": {"always": ALWAYS}})
            after = (await client.ask("GET", path)).json
            before["callForwarding"]["always"] = ALWAYS
            assert (reply.status, reply.json, after) == (204, None, before)


async def test_fields_that_are_not_sent_keep_what_they_have() -> None:
    async with served() as client:
        path = client.forwarding_of(7)
        await client.ask("PUT", path, json={"callForwarding": {"always": ALWAYS}})
        await client.ask("PUT", path, json={"callForwarding": {"always": {"enabled": False}}})
        after = await client.ask("GET", path)
    assert after.json["callForwarding"]["always"] == ALWAYS | {"enabled": False}


async def test_a_whole_object_is_stored_as_sent() -> None:
    sent = {
        "callForwarding": {
            "always": {**ALWAYS, "ringReminderEnabled": True},
            "busy": {"enabled": True, "destination": "+34910000000", "destinationVoicemailEnabled": True},
            "noAnswer": {
                "enabled": True,
                "destination": "sip:ñ@sandbox.example",
                "numberOfRings": 20.0,
                "destinationVoicemailEnabled": False,
            },
        },
        "businessContinuity": {"enabled": False, "destination": "", "destinationVoicemailEnabled": False},
    }
    async with served() as client:
        reply = await client.ask("PUT", client.forwarding_of(7), json=sent)
        after = (await client.ask("GET", client.forwarding_of(7))).json
    assert after["callForwarding"]["noAnswer"].pop("systemMaxNumberOfRings") == 20
    assert (reply.status, after) == (204, sent)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (
            {"callForwarding": {"always": {"destination": "53"}}},
            "callForwarding.always.enabled: Field required",
        ),
        ({"callForwarding": {"always": {"enabled": "true"}}}, "callForwarding.always.enabled: "),
        (
            {"callForwarding": {"always": {"enabled": True, "destination": 53}}},
            "callForwarding.always.destination: ",
        ),
        ({"callForwarding": {"always": None}}, "callForwarding.always: "),
        (
            {"callForwarding": {"busy": {"ringReminderEnabled": True}}},
            "callForwarding.busy.ringReminderEnabled: ",
        ),
        ({"callForwarding": {"noAnswer": {"numberOfRings": 1}}}, "callForwarding.noAnswer.numberOfRings"),
        ({"callForwarding": {"noAnswer": {"numberOfRings": 21}}}, "callForwarding.noAnswer.numberOfRings"),
        ({"callForwarding": {"noAnswer": {"numberOfRings": 2.5}}}, "callForwarding.noAnswer.numberOfRings"),
        ({"callForwarding": {"noAnswer": {"numberOfRings": "3"}}}, "callForwarding.noAnswer.numberOfRings"),
        (
            {"callForwarding": {"noAnswer": {"systemMaxNumberOfRings": 20}}},
            "callForwarding.noAnswer.systemMaxNumberOfRings: ",
        ),
        ({"always": {"enabled": True}}, "always: "),
        ({"businessContinuity": {"enabled": 1}}, "businessContinuity.enabled: "),
        ([], "body: "),
    ],
)
async def test_a_body_that_does_not_fit_is_refused_whole(body: object, field: str) -> None:
    async with served() as client:
        path = client.forwarding_of(7)
        before = await client.ask("GET", path)
        reply = await client.ask("PUT", path, json=body)
        after = await client.ask("GET", path)
    description = reply.json["error"][0]["message"][0]["description"]
    assert (reply.status, after.json) == (400, before.json)
    assert description.startswith(f"Invalid field {field}")


async def test_broken_json_is_400_and_another_media_type_415() -> None:
    async with served() as client:
        headers = {"Authorization": f"Bearer {client.sandbox.token}"}
        replies = [
            await client.ask(
                "PUT", client.forwarding_of(7), data=b"{", headers={**headers, "Content-Type": content_type}
            )
            for content_type in ("application/json;charset=utf-8", "text/plain")
        ]
    assert [reply.status for reply in replies] == [400, 415]


async def test_an_empty_update_changes_nothing() -> None:
    async with served() as client:
        reply = await client.ask("PUT", client.forwarding_of(7), json={})
    assert (reply.status, client.sandbox.journal.double_applies) == (204, 1)


async def test_the_journal_tells_writes_that_changed_something_from_those_that_did_not() -> None:
    async with served() as client:
        for _ in range(3):
            await client.ask("PUT", client.forwarding_of(7), json={"callForwarding": {"always": ALWAYS}})
    journal = client.sandbox.journal
    assert (journal.changed_writes, journal.double_applies) == (1, 2)


async def test_nobody_is_404() -> None:
    async with served() as client:
        reply = await client.ask("GET", "/v1/people/nobody/features/callForwarding")
    assert (reply.status, reply.json) == (
        404,
        error(404, "User not found", reply.headers["trackingid"], status=404),
    )


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_a_person_without_calling_is_404_with_code_4008(method: str) -> None:
    async with served("no-calling=100%") as client:
        reply = await client.ask(method, client.forwarding_of(7))
    expected = error(4008, "User is not a Webex Calling user", reply.headers["trackingid"], status=404)
    assert (reply.status, reply.json) == (404, expected)


async def test_4003_refuses_every_write_of_busy_and_lets_the_rest_pass() -> None:
    async with served("forwarding-4003=100%") as client:
        path = client.forwarding_of(7)
        whole = {"callForwarding": {"always": ALWAYS, "busy": {"enabled": False}}}
        refused = [await client.ask("PUT", path, json=whole) for _ in range(10)]
        partial = await client.ask("PUT", path, json={"callForwarding": {"always": ALWAYS}})
        after = await client.ask("GET", path)
    expected = error(
        4003,
        "User is not authorized: UserCallForwardingBusyModifyRequest",
        refused[0].headers["trackingid"],
    )
    assert ({reply.status for reply in refused}, refused[0].json) == ({400}, expected)
    assert (partial.status, after.json["callForwarding"]["always"]) == (204, ALWAYS)


async def test_an_address_that_is_closed_refuses_every_write_and_the_flat_one_takes_it() -> None:
    async with served("forwarding-closed=100%") as client:
        path = client.forwarding_of(7)
        partial = await client.ask("PUT", path, json={"callForwarding": {"always": ALWAYS}})
        flat = await client.ask("PUT", flat_of(path), json=ALWAYS)
        after = await client.ask("GET", path)
    assert (partial.status, flat.status, after.json["callForwarding"]["always"]) == (400, 204, ALWAYS)


def workspace_forwarding(client: Client, index: int) -> str:
    return f"/v1/workspaces/{client.sandbox.organisation.workspaces.hydra(index)}/features/callForwarding"


def flat_of(path: str) -> str:
    """Return the unpublished address beside a published one."""
    return path.replace("/v1/", "/v1/telephony/config/").replace("/features", "")


async def test_a_workspace_is_written_with_its_business_continuity_and_every_flag() -> None:
    async with served() as client:
        path = workspace_forwarding(client, 7)
        before = (await client.ask("GET", path)).json
        body = {"callForwarding": {"always": ALWAYS}, "businessContinuity": before["businessContinuity"]}
        reply = await client.ask("PUT", path, json=body)
        after = (await client.ask("GET", path)).json
    before["callForwarding"]["always"] = ALWAYS
    assert (reply.status, after) == (204, before)


CONTINUITY = {"enabled": False, "destinationVoicemailEnabled": False}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"callForwarding": {"always": ALWAYS}}, "businessContinuity: Field required"),
        (
            {"callForwarding": {"always": {"enabled": True}}, "businessContinuity": CONTINUITY},
            "callForwarding.always.destinationVoicemailEnabled: Field required",
        ),
        (
            {
                "callForwarding": {"always": ALWAYS, "busy": {"enabled": True}},
                "businessContinuity": CONTINUITY,
            },
            "callForwarding.busy.destinationVoicemailEnabled: Field required",
        ),
        (
            {"callForwarding": {"always": ALWAYS, "busy": None}, "businessContinuity": CONTINUITY},
            "callForwarding.busy: ",
        ),
        (
            {
                "callForwarding": {"always": ALWAYS, "noAnswer": {"enabled": True, "destination": ""}},
                "businessContinuity": CONTINUITY,
            },
            "callForwarding.noAnswer.destination: required",
        ),
    ],
)
async def test_a_workspace_body_that_does_not_fit_is_refused_whole(body: object, field: str) -> None:
    async with served() as client:
        path = workspace_forwarding(client, 7)
        before = await client.ask("GET", path)
        reply = await client.ask("PUT", path, json=body)
        after = await client.ask("GET", path)
    description = reply.json["error"][0]["message"][0]["description"]
    assert (reply.status, after.json) == (400, before.json)
    assert description.startswith(f"Invalid field {field}")


async def test_what_is_wrong_with_a_workspace_is_told_by_status_and_code() -> None:
    found = {}
    for fault in ("no-calling=100%", "unauthorised=100%", "basic-workspace=100%"):
        async with served(fault) as client:
            path = workspace_forwarding(client, 7)
            replies = [await client.ask("GET", path), await client.ask("PUT", flat_of(path), json=ALWAYS)]
            found[fault] = [
                (reply.status, reply.json["error"][0]["message"][0]["code"] if reply.status > 204 else None)
                for reply in replies
            ]
    assert found == {
        "no-calling=100%": [(404, 4008), (404, 4008)],
        "unauthorised=100%": [(400, 4003), (400, 4003)],
        "basic-workspace=100%": [(200, None), (405, 25409)],
    }


async def test_no_such_workspace_is_404() -> None:
    async with served() as client:
        reply = await client.ask("GET", "/v1/workspaces/none/features/callForwarding")
    assert (reply.status, reply.json["error"][0]["message"][0]["code"]) == (404, 404)


async def test_a_fault_may_name_one_workspace() -> None:
    async with served() as client:
        workspaces = client.sandbox.organisation.workspaces
        named = workspaces.hydra(7)
    async with served(f"no-calling={named}") as client:
        replies = [await client.ask("GET", workspace_forwarding(client, index)) for index in (6, 7)]
    assert [reply.status for reply in replies] == [200, 404]


branches = st.fixed_dictionaries(
    {},
    optional={
        "enabled": st.booleans(),
        "destination": st.text(max_size=20).filter(lambda text: text.isprintable()),
        "destinationVoicemailEnabled": st.booleans(),
    },
)


@given(branches, branches, st.integers(2, 20), st.integers(0, 999), st.sampled_from(["person", "workspace"]))
def test_what_is_stored_comes_back(busy: Any, continuity: Any, rings: int, index: int, kind: Any) -> None:
    organisation = Organisation(SandboxSettings(people=1000))
    target = Target(kind, index, 0, "", "")
    before = stored(organisation, target)
    after = [before[0], before[1] | busy, before[2] | {"numberOfRings": rings}, before[3] | continuity]
    store(organisation, target, after)
    assert stored(organisation, target) == after


def test_a_changed_person_takes_less_than_200_bytes() -> None:
    organisation = Organisation(SandboxSettings())
    tokens = AccessTokens(1, None, 0.0)
    people = 2_000
    ids = [organisation.people.hydra(index) for index in range(people)]
    tracemalloc.start()
    for index, person_id in enumerate(ids):
        body = b'{"callForwarding":{"always":{"enabled":true,"destination":"53%d"}}}' % (80_000_000 + index)
        forwarding.configure_person(
            Call((person_id,), "", "application/json", body, organisation, tokens, 0.0)
        )
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used / people < 200  # 200,000 of them: less than 40 MiB
