from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from odt_async.actions import usuarios_asignar_location as action
from odt_async.errors import AmbiguousWrite, InvalidRow, RowError
from odt_async.model import Outcome, Status
from tests.actions.staging import Stage, parse_cells, staged

JOBS = "/v1/telephony/config/jobs/person/moveLocation"
PERSON = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS9h"
HERE, THERE = "Y2lzY29zcGFyazovL3VzL0xPQ0FUSU9OL2E", "Y2lzY29zcGFyazovL3VzL0xPQ0FUSU9OL2I"


def wanted(**cells: str) -> Any:
    return parse_cells(action, None, **{"person_id": PERSON, "location_id": THERE} | cells)


def row(stage: Stage, index: int, location: int, **cells: str) -> Any:
    organisation = stage.sandbox.organisation
    named = {"email": organisation.person(index).email, "location_name": organisation.location(location).name}
    return parse_cells(action, None, **named | cells)


def jobs_started(stage: Stage) -> int:
    return len(stage.sandbox.organisation.changes("move job"))


def failure(outcome: Outcome) -> tuple[str, str]:
    assert outcome.failure is not None
    return outcome.failure.type, outcome.failure.text


def test_extension_and_number_are_only_sent_when_they_are_new() -> None:
    numbers = [{"type": "work", "value": "+34 911 234 567"}]
    state = {"locationId": HERE, "extension": "4711", "phoneNumbers": numbers, "job": None}
    same = wanted(extension="4711", phone_number="+34911234567")
    other = wanted(extension="4712", phone_number="+34911234568")
    move = {"locationId": THERE, "validate": False}
    assert action.plan(state, same) == {"move": move | {"users": [{"userId": PERSON}]}}
    assert action.plan(state, other) == {
        "move": move | {"users": [{"userId": PERSON, "extension": "4712", "phoneNumber": "+34911234568"}]}
    }


def test_a_person_who_is_there_is_left_alone_whatever_the_extension() -> None:
    assert action.plan({"locationId": THERE + "==", "extension": "1"}, wanted(extension="4711")) is None


def test_a_person_without_calling_is_refused_with_the_cure() -> None:
    with pytest.raises(RowError, match="usuarios_modificar_licencias"):
        action.plan({}, wanted())


def test_a_row_without_a_destination_is_refused() -> None:
    with pytest.raises(InvalidRow, match="is blank, and so is location_id"):
        parse_cells(action, None, person_id=PERSON)


async def test_the_row_is_applied_when_the_person_shows_the_location_and_then_unchanged(stage: Stage) -> None:
    params = row(stage, 7, 3)
    first = await stage.carry_out(action, params)
    again = await stage.carry_out(action, params)
    person = stage.sandbox.organisation.person(7)
    assert (first.status, again.status) == (Status.APPLIED, Status.UNCHANGED)
    assert again.attempts == 3  # two names are looked up, and one read shows that nothing is to be done
    assert (stage.writes, jobs_started(stage)) == (1, 1)
    assert (person.location, person.extension) == (3, "80000007")


async def test_the_person_moves_back_with_undo(stage: Stage) -> None:
    before = stage.sandbox.organisation.person(7)
    params = row(stage, 7, 3, extension="4711")
    outcome = await stage.carry_out(action, params)
    assert stage.sandbox.organisation.person(7).extension == "4711"
    undone, looks = False, 0
    while not undone:
        looks += 1
        try:
            await stage.undo(action, params, outcome.before)
            undone = True
        except AmbiguousWrite:
            assert looks < 20
            await asyncio.sleep(3)
    assert (stage.sandbox.organisation.person(7), jobs_started(stage)) == (before, 2)


async def test_a_move_that_fails_says_why(stage: Stage) -> None:
    taken = stage.sandbox.organisation.person(3).extension
    outcome = await stage.carry_out(action, row(stage, 7, 3, extension=taken))
    kind, text = failure(outcome)
    assert kind == "RowError"
    assert text.startswith("Webex could not move the person")
    assert text.endswith(f"code 4202, Extension {taken} is already in use at the target location.")
    assert outcome.failure is not None
    assert outcome.failure.cause == "the extension is in use already, in this location or in the organisation"


async def test_a_row_that_failed_may_be_run_again(stage: Stage) -> None:
    taken = stage.sandbox.organisation.person(3).extension
    await stage.carry_out(action, row(stage, 7, 3, extension=taken))
    outcome = await stage.carry_out(action, row(stage, 7, 3, extension="4711"))
    assert outcome.status is Status.APPLIED


async def test_a_person_without_calling_is_an_error_of_the_row(tmp_path: Path) -> None:
    async with staged("no-calling=100%", logs_dir=tmp_path) as stage:
        outcome = await stage.carry_out(action, row(stage, 7, 3))
        assert (failure(outcome)[0], stage.writes) == ("RowError", 0)


async def test_no_second_job_is_started_when_the_answer_is_lost(tmp_path: Path) -> None:
    async with staged("reset-after=40%", "reset-before=20%", logs_dir=tmp_path) as stage:
        outcomes = [await stage.carry_out(action, row(stage, index, (index + 1) % 20)) for index in range(10)]
        assert {outcome.status for outcome in outcomes} == {Status.APPLIED}
        assert stage.sandbox.journal.unanswered_writes > 0
        assert jobs_started(stage) == 10


async def test_a_job_that_an_earlier_run_has_left_is_waited_for(stage: Stage) -> None:
    params = row(stage, 7, 3)
    organisation = stage.sandbox.organisation
    user = {"userId": organisation.person(7).id}
    body = {
        "usersList": [{"locationId": organisation.locations.hydra(3), "validate": False, "users": [user]}]
    }
    await stage.api.session.rest_post(url=stage.api.session.ep(JOBS.removeprefix("/v1/")), json=body)
    outcome = await stage.carry_out(action, params)
    assert (outcome.status, jobs_started(stage)) == (Status.APPLIED, 1)
