from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from wxc_sdk.as_rest import AsRestError

from odt_async.actions._move_job import follow, jobs_of, start
from odt_async.errors import AmbiguousWrite, RowError
from tests.actions.staging import Stage

PERSON, LOCATION = "person", "location"
MOVE = {"locationId": LOCATION, "validate": False, "users": [{"userId": PERSON}]}


class _Session:
    """Answers as Webex may, where the sandbox has but one way to."""

    def __init__(self, started: Any = None, **read: Any) -> None:
        self.memory: dict[str, Any] = {}
        self.started = started
        self.read = read  # last part of the address -> answer

    def ep(self, path: str) -> str:
        return path

    async def rest_post(self, **_call: Any) -> Any:
        return self.started

    async def rest_get(self, url: str, **_call: Any) -> Any:
        return self.read[url.rpartition("/")[2]]


def api_answering(started: Any = None, **read: Any) -> Any:
    return SimpleNamespace(session=_Session(started, **read))


async def job_of(api: Any) -> Any:
    return (await jobs_of(api, {PERSON: LOCATION}, None))[PERSON]


@pytest.mark.parametrize(
    "answer",
    [{"response": {"id": "j", "counts": {}}}, {"response": {"jobDetails": {"id": "j", "counts": {}}}}],
)
async def test_the_job_is_taken_from_both_shapes_of_the_answer_and_remembered(answer: Any) -> None:
    api = api_answering(answer, j={"latestExecutionStatus": "STARTED"})
    assert await start(api, None, [MOVE]) == {"id": "j", "counts": {}}
    assert await job_of(api) == {"id": "j", "latestExecutionStatus": "STARTED"}


@pytest.mark.parametrize("answer", ["", {}, {"response": [{"userId": "x"}]}, {"response": {"counts": {}}}])
async def test_an_answer_that_names_no_job_is_verified_by_a_read(answer: Any) -> None:
    with pytest.raises(AmbiguousWrite, match="without naming its job"):
        await start(api_answering(answer), None, [MOVE])


async def test_a_move_that_is_in_progress_is_waited_for(stage: Stage) -> None:
    organisation = stage.sandbox.organisation
    user = {"userId": organisation.people.hydra(7)}
    move = {"locationId": organisation.locations.hydra(3), "validate": False, "users": [user]}
    await start(stage.api, None, [move])
    with pytest.raises(AmbiguousWrite, match="another move is in progress"):
        await start(stage.api, None, [move])


async def test_what_webex_refuses_speaks_for_itself(stage: Stage) -> None:
    with pytest.raises(AsRestError, match="400"):
        await start(stage.api, None, [MOVE])


async def test_only_unfinished_jobs_as_large_as_ours_may_be_a_rows_own() -> None:
    jobs = [
        {"id": "bulk", "latestExecutionStatus": "STARTED", "counts": {"totalMoves": 101}},
        {"id": "done", "latestExecutionStatus": "COMPLETED", "counts": {"totalMoves": 1}},
    ]
    assert await job_of(api_answering(moveLocation={"items": jobs})) is None


async def test_jobs_that_come_later_are_no_suspects() -> None:
    first, second = ({"id": name, "latestExecutionStatus": "STARTED"} for name in ("first", "second"))
    api = api_answering(moveLocation={"items": [first]})
    found = [await job_of(api)]
    cast("_Session", api.session).read["moveLocation"] = {"items": [second]}
    found += [await job_of(api) for _ in range(2)]
    assert found == [first, None, None]


async def test_a_job_that_is_done_before_it_shows_is_waited_for() -> None:
    job = {"id": "j", "latestExecutionStatus": "COMPLETED", "counts": {"failed": 0}}
    with pytest.raises(AmbiguousWrite, match="does not show yet"):
        await follow(api_answering(errors={"items": []}), PERSON, None, job)


async def test_a_job_that_ended_otherwise_has_failed() -> None:
    job = {"id": "j", "latestExecutionStatus": "ABANDONED", "latestExecutionExitCode": "STOPPED"}
    with pytest.raises(RowError, match=r"could not move the person \(job j, STOPPED\): it gives no reason"):
        await follow(api_answering(errors={"items": []}), PERSON, None, job)
