from __future__ import annotations

import asyncio
from typing import Any

import pytest

from odt_async.sandbox.state import Organisation
from tests.sandbox.serving import SMALL, Client, Reply, served

ORGANISATION = Organisation(SMALL)
JOBS = "/v1/telephony/config/jobs/person/moveLocation"
LONGER_THAN_A_JOB_S = 7.0


def location(index: int) -> str:
    return ORGANISATION.locations.hydra(index)


def user(index: int, **numbers: str) -> dict[str, str]:
    return {"userId": ORGANISATION.people.hydra(index)} | numbers


async def move(client: Client, *users: Any, to: str = location(3), validate: bool = False) -> Reply:
    body = {"usersList": [{"locationId": to, "validate": validate, "users": users}]}
    return await client.ask("POST", JOBS, json=body)


async def calling(client: Client, index: int) -> tuple[str | None, str | None, list[Any] | None]:
    path = f"/v1/people/{ORGANISATION.people.hydra(index)}?callingData=true"
    person = (await client.ask("GET", path)).json
    return person.get("locationId"), person.get("extension"), person.get("phoneNumbers")


async def test_a_job_runs_for_seconds_and_then_the_user_is_there() -> None:
    async with served() as client:
        started = await move(client, user(7))
        job_id = started.json["response"]["id"]
        before = await calling(client, 7)
        running = (await client.ask("GET", f"{JOBS}/{job_id}")).json
        await asyncio.sleep(LONGER_THAN_A_JOB_S)
        done = (await client.ask("GET", f"{JOBS}/{job_id}")).json
        errors = (await client.ask("GET", f"{JOBS}/{job_id}/errors")).json
        after = await calling(client, 7)
    assert (started.status, started.json["response"], running["latestExecutionStatus"]) == (
        201,
        running,
        "STARTED",
    )
    assert (before[0], after[:2]) == (location(0), (location(3), "80000007"))
    assert (done["latestExecutionStatus"], done["latestExecutionExitCode"]) == ("COMPLETED", "COMPLETED")
    assert done["counts"] == {"totalMoves": 1, "moved": 1, "failed": 0, "pending": 0, "skipped": 0}
    assert errors == {"items": []}


async def test_numbers_are_kept_set_or_removed() -> None:
    async with served() as client:
        await move(client, user(7, extension="4711", phoneNumber="+34911234567"))
        await asyncio.sleep(LONGER_THAN_A_JOB_S)
        given = await calling(client, 7)
        await move(client, user(7, phoneNumber=""), to=location(4))
        await asyncio.sleep(LONGER_THAN_A_JOB_S)
        taken = await calling(client, 7)
    extension = {"type": "work_extension", "value": "4711"}
    assert given == (location(3), "4711", [{"type": "work", "value": "+34911234567"}, extension])
    assert taken == (location(4), "4711", [extension])


async def test_a_user_who_cannot_be_moved_is_in_the_errors_of_the_job() -> None:
    async with served() as client:
        started = await move(client, user(7, extension="80000003"), user(8, phoneNumber="911"), user(9))
        await asyncio.sleep(LONGER_THAN_A_JOB_S)
        job = (await client.ask("GET", f"{JOBS}/{started.json['response']['id']}")).json
        errors = (await client.ask("GET", f"{JOBS}/{job['id']}/errors")).json["items"]
        moved = [(await calling(client, index))[0] == location(3) for index in (7, 8, 9)]
    assert (job["latestExecutionExitCode"], job["counts"]["failed"], moved) == (
        "COMPLETED_WITH_ERRORS",
        2,
        [False, False, True],
    )
    codes = [item["error"]["message"][0]["code"] for item in errors]
    assert ([item["item"] for item in errors], codes) == (
        [ORGANISATION.people.uuid(7), ORGANISATION.people.uuid(8)],
        ["4202", "27966"],
    )


async def test_jobs_are_listed_newest_first() -> None:
    async with served() as client:
        ids = [(await move(client, user(index))).json["response"]["id"] for index in (7, 8)]
        listed = (await client.ask("GET", JOBS)).json["items"]
        page = (await client.ask("GET", f"{JOBS}?start=1&max=1")).json["items"]
    assert [job["id"] for job in listed] == ids[::-1]
    assert page == listed[1:]


async def test_a_user_who_is_being_moved_is_refused() -> None:
    async with served() as client:
        replies = [await move(client, user(7)), await move(client, user(7), to=location(4))]
        await asyncio.sleep(LONGER_THAN_A_JOB_S)
        replies.append(await move(client, user(7), to=location(4)))
    assert [reply.status for reply in replies] == [201, 409, 201]


async def test_a_user_who_is_deleted_meanwhile_is_an_error_of_the_job() -> None:
    async with served() as client:
        job_id = (await move(client, user(7))).json["response"]["id"]
        await client.ask("DELETE", f"/v1/people/{ORGANISATION.people.hydra(7)}")
        await asyncio.sleep(LONGER_THAN_A_JOB_S)
        errors = (await client.ask("GET", f"{JOBS}/{job_id}/errors")).json["items"]
    assert errors[0]["error"]["message"][0]["code"] == "2150012"


async def test_a_move_can_be_tried_without_moving_anybody() -> None:
    async with served() as client:
        good = await move(client, user(7), validate=True)
        bad = await move(client, user(7, extension="80000003"), validate=True)
        two = await move(client, user(7), user(8), validate=True)
        jobs = (await client.ask("GET", JOBS)).json["items"]
    assert (good.status, good.json["response"][0]["errors"], jobs) == (200, [], [])
    assert bad.json["response"][0]["errors"][0]["code"] == 4202
    assert (two.status, two.json["error"][0]["code"]) == (400, 1026020)


@pytest.mark.parametrize(
    ("users", "to", "code"),
    [
        ([user(7)], "nowhere", 4152),
        ([{"userId": "nobody"}], location(3), 2150012),
        ([user(3)], location(3), 1026013),
        ([user(7), user(7)], location(3), 1026019),
        ([user(5)], location(3), 1026010),
        ([user(index) for index in range(200) if index % 7 not in {3, 5}][:101], location(3), 1026018),
        ([user(7, extension="x")], location(3), 400),
        ([], location(3), 400),
    ],
)
async def test_a_move_that_cannot_be_is_refused_with_its_number(users: list[Any], to: str, code: int) -> None:
    async with served(f"no-calling={ORGANISATION.person(5).email}") as client:
        reply = await move(client, *users, to=to)
    assert (reply.status, reply.json["error"][0]["code"]) == (400, code)


async def test_a_page_is_asked_for_with_numbers() -> None:
    async with served() as client:
        reply = await client.ask("GET", f"{JOBS}?max=many")
    assert reply.status == 400


@pytest.mark.parametrize("path", [f"{JOBS}/nothing", f"{JOBS}/nothing/errors"])
async def test_a_job_that_is_not_there_is_404(path: str) -> None:
    async with served() as client:
        reply = await client.ask("GET", path)
    assert reply.status == 404
