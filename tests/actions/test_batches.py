"""Rows that share calls, against the sandbox: one call for many, and each row its own outcome."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast
from unittest.mock import ANY

import pytest

from odt_async.actions import (
    ubicacion_alta_numeraciones_desactivadas as numbers,
)
from odt_async.actions import (
    usuarios_alta_people as people,
)
from odt_async.actions import (
    usuarios_alta_scim as scim,
)
from odt_async.actions import (
    usuarios_anadir_intercom_legacy as secondary,
)
from odt_async.actions import (
    usuarios_asignar_location as moves,
)
from odt_async.actions import (
    usuarios_modificar_licencias as licences,
)
from odt_async.actions import (
    usuarios_remover_licencias as removals,
)
from odt_async.actions import (
    workspaces_alta as workspaces,
)
from odt_async.actions import (
    workspaces_anadir_intercom_legacy as rooms,
)
from odt_async.model import Outcome, Status
from odt_async.sandbox.catalogue import ADVANCED_MEETINGS, ADVANCED_MESSAGING, BASIC_MEETINGS, PROFESSIONAL
from odt_async.sandbox.numbers import find_number
from tests.actions.staging import Stage, parse_cells, staged

FOREIGN = "+34999000001"  # the sandbox refuses it: another organisation's


def statuses(outcomes: list[Outcome]) -> list[Status]:
    return [outcome.status for outcome in outcomes]


def failure(outcome: Outcome) -> str:
    assert outcome.failure is not None
    return f"{outcome.failure.type}: {outcome.failure.text}"


def altered(module: ModuleType, **otherwise: Any) -> ModuleType:
    """Return the action, in some things otherwise than it is."""
    return cast("ModuleType", SimpleNamespace(**{**vars(module), **otherwise}))


def range_of(stage: Stage, first: int, *more: str, location: int = 2) -> Any:
    """Return a row with three numbers."""
    cells = ";".join([*(f"+{34_930_000_000 + first + place}" for place in range(3)), *more])
    location_id = stage.sandbox.organisation.locations.hydra(location)
    return parse_cells(numbers, location_id=location_id, phone_numbers=cells)


def newcomer(index: int, email: str = "") -> Any:
    return parse_cells(scim, email=email or f"nueva.{index}@oficina.example", first_name="Nueva")


def move(stage: Stage, index: int, location: int, **cells: str) -> Any:
    organisation = stage.sandbox.organisation
    ids = {
        "person_id": organisation.people.hydra(index),
        "location_id": organisation.locations.hydra(location),
    }
    return parse_cells(moves, None, **ids, **cells)


def licence(stage: Stage, index: int, *, add: int) -> Any:
    organisation = stage.sandbox.organisation
    (licence_id,) = organisation.catalogue.ids([add])
    return parse_cells(licences, person_id=organisation.people.hydra(index), add_license_ids=licence_id)


def person_number(stage: Stage, index: int, number: str) -> Any:
    person_id = stage.sandbox.organisation.people.hydra(index)
    return parse_cells(secondary, person_id=person_id, legacy_phone_number=number)


def room_number(stage: Stage, index: int, number: str) -> Any:
    workspace_id = stage.sandbox.organisation.workspaces.hydra(index)
    return parse_cells(rooms, workspace_id=workspace_id, legacy_phone_number=number)


async def test_rows_of_one_location_are_added_in_one_call_and_then_unchanged(stage: Stage) -> None:
    rows = [range_of(stage, first) for first in range(0, 60, 3)]
    first = await stage.carry_out_together(numbers, rows)
    calls = stage.sandbox.journal.total
    again = await stage.carry_out_together(numbers, rows)
    assert statuses(first + again) == [Status.APPLIED] * 20 + [Status.UNCHANGED] * 20
    assert (calls, stage.sandbox.journal.total, stage.writes) == (4, 5, 1)
    assert {outcome.attempts for outcome in first} == {4}
    assert len({outcome.tracking_id for outcome in first}) == 1


async def test_a_number_that_is_refused_is_the_problem_of_its_row(stage: Stage) -> None:
    rows = [range_of(stage, 0), range_of(stage, 3, FOREIGN), range_of(stage, 6)]
    outcomes = await stage.carry_out_together(numbers, rows)
    there = [find_number(stage.sandbox.organisation, f"+{34_930_000_000 + place}") for place in range(9)]
    assert statuses(outcomes) == [Status.APPLIED, Status.ERROR, Status.APPLIED]
    assert failure(outcomes[1]).startswith(f"PartlyApplied: Webex added 3 numbers and refused 1 ({FOREIGN}: ")
    assert None not in there


async def test_rows_with_the_same_number_wait_for_one_another(stage: Stage) -> None:
    outcomes = await stage.carry_out_together(numbers, [range_of(stage, 0), range_of(stage, 2)])
    assert statuses(outcomes) == [Status.APPLIED, Status.APPLIED]
    assert outcomes[1].change["phoneNumbers"] == ["+34930000003", "+34930000004"]


async def test_a_hundred_people_are_created_by_one_request(stage: Stage) -> None:
    rows = [newcomer(index) for index in range(100)]
    first = await stage.carry_out_together(scim, rows)
    calls = stage.sandbox.journal.total
    again = await stage.carry_out_together(scim, rows)
    assert statuses(first + again) == [Status.APPLIED] * 100 + [Status.UNCHANGED] * 100
    assert (calls, stage.sandbox.journal.total, stage.writes) == (7, 12, 1)  # 1 + 5 searches, one write; 5


async def test_an_operation_that_fails_is_the_problem_of_its_row(stage: Stage) -> None:
    taken = stage.sandbox.organisation.person(3).email
    rows = [*map(newcomer, range(3)), newcomer(3, taken)]

    async def find_nobody(_api: Any, _params: Any) -> dict[str, Any]:
        return {"user": None}

    blind = altered(scim, read=find_nobody, READ_BATCH=None)
    outcomes = await stage.carry_out_together(blind, rows)
    assert statuses(outcomes) == [Status.APPLIED] * 3 + [Status.ERROR]
    assert failure(outcomes[3]).startswith(f"RowError: {taken} exists, but not among the people")


async def test_people_are_moved_by_one_job_wherever_to(stage: Stage) -> None:
    rows = [move(stage, index, index % 3 + 1) for index in range(20, 50) if index % 20 not in {1, 2, 3}]
    outcomes = await stage.carry_out_together(moves, rows)
    organisation = stage.sandbox.organisation
    shown = [organisation.person(organisation.people.index(row.person_id)).location for row in rows]  # type: ignore[arg-type]
    assert set(statuses(outcomes)) == {Status.APPLIED}
    assert shown == [organisation.locations.index(row.location_id) for row in rows]
    assert (stage.writes, len(organisation.changes("move job"))) == (1, 1)
    assert stage.sandbox.journal.total < 10


async def test_who_cannot_be_moved_is_told_why_and_the_others_are(stage: Stage) -> None:
    taken = stage.sandbox.organisation.person(3).extension
    rows = [move(stage, 7, 3), move(stage, 8, 3, extension=taken), move(stage, 9, 4)]
    outcomes = await stage.carry_out_together(moves, rows)
    assert statuses(outcomes) == [Status.APPLIED, Status.ERROR, Status.APPLIED]
    assert failure(outcomes[1]).endswith(
        f"code 4202, Extension {taken} is already in use at the target location."
    )


async def test_a_job_that_is_refused_is_split_until_the_bad_row_stands_alone(stage: Stage) -> None:
    rows = [move(stage, index, 3) for index in range(4, 12)]

    def mislead(state: Any, params: Any) -> Any:
        change = moves.plan(state, params)
        if params.person_id == rows[5].person_id and change is not None:
            change["move"]["locationId"] = "bm93aGVyZQ"
        return change

    outcomes = await stage.carry_out_together(altered(moves, plan=mislead), rows)
    assert statuses(outcomes) == [Status.APPLIED] * 5 + [Status.ERROR] + [Status.APPLIED] * 2
    assert "Location not found" in failure(outcomes[5])


async def test_licences_of_one_person_come_in_one_call_and_undo_takes_each_away(stage: Stage) -> None:
    rows = [licence(stage, 7, add=kind) for kind in (BASIC_MEETINGS, ADVANCED_MESSAGING)]
    before = stage.sandbox.organisation.person(7).licences
    outcomes = await stage.carry_out_together(licences, rows)
    total, writes = stage.sandbox.journal.total, stage.writes
    for params, outcome in reversed(list(zip(rows, outcomes, strict=True))):
        await stage.undo(licences, params, outcome.before)
    assert statuses(outcomes) == [Status.APPLIED] * 2
    assert (total, writes) == (3, 1)  # the names of the licences, the person, the call
    assert set(stage.sandbox.organisation.person(7).licences) == set(before)


async def test_a_licence_that_did_not_come_is_the_problem_of_its_row(tmp_path: Path) -> None:
    async with staged("licence-206=100%", logs_dir=tmp_path) as stage:
        rows = [licence(stage, 7, add=kind) for kind in (BASIC_MEETINGS, ADVANCED_MESSAGING)]
        outcomes = await stage.carry_out_together(licences, rows)
    assert statuses(outcomes) == [Status.APPLIED, Status.ERROR]
    assert failure(outcomes[1]).startswith("PartlyApplied: Webex did not add ")


async def test_a_licence_that_webex_does_not_take_leaves_the_others_alone(stage: Stage) -> None:
    good, bad = licence(stage, 7, add=BASIC_MEETINGS), licence(stage, 7, add=ADVANCED_MEETINGS)
    outcomes = await stage.carry_out_together(licences, [good, bad])
    assert statuses(outcomes)[0] is Status.APPLIED


@pytest.mark.parametrize(
    ("action", "row", "first"),
    [(secondary, person_number, 34_910_000_000), (rooms, room_number, 34_960_000_000)],
)
async def test_numbers_of_one_entity_come_in_one_call(
    stage: Stage, action: ModuleType, row: Any, first: int
) -> None:
    step = stage.sandbox.settings.locations  # numbers of the entity's location are so far apart
    mine = [f"+{first + 7 + step * turn}" for turn in range(3)]
    outcomes = await stage.carry_out_together(action, [row(stage, 7, number) for number in mine])
    again = await stage.carry_out_together(action, [row(stage, 7, number) for number in mine])
    assert statuses(outcomes + again) == [Status.APPLIED] * 3 + [Status.UNCHANGED] * 3, outcomes[0].failure
    assert stage.writes == 1


async def test_a_number_that_cannot_be_had_leaves_the_others_alone(stage: Stage) -> None:
    rows = [person_number(stage, 7, number) for number in ("+34910000007", "+34910000008")]
    outcomes = await stage.carry_out_together(secondary, rows)
    assert statuses(outcomes) == [Status.APPLIED, Status.ERROR]
    assert "is not in the location" in failure(outcomes[1])


@pytest.mark.parametrize("fault", ["5xx=20%", "reset-before=20%", "reset-after=20%"])
@pytest.mark.parametrize("name", ["numbers", "scim", "moves"])
async def test_nothing_is_done_twice_whatever_happens_to_a_call(
    name: str, fault: str, tmp_path: Path
) -> None:
    module: ModuleType
    async with staged(fault, logs_dir=tmp_path) as stage:
        if name == "numbers":
            module, rows = numbers, [range_of(stage, first) for first in range(0, 60, 3)]
        elif name == "scim":
            module, rows = scim, [newcomer(index) for index in range(20)]
        else:
            module, rows = moves, [move(stage, index, 3) for index in range(4, 20)]
        outcomes = await stage.carry_out_together(module, rows)
        assert set(statuses(outcomes)) == {Status.APPLIED}
        assert stage.sandbox.journal.double_applies == 0


async def test_a_dry_run_reads_together_and_writes_nothing(stage: Stage) -> None:
    rows = [newcomer(index) for index in range(20)]
    outcomes = await stage.carry_out_together(scim, rows, dry_run=True)
    assert set(statuses(outcomes)) == {Status.PLANNED}
    assert (stage.sandbox.journal.total, stage.writes) == (2, 0)


async def test_people_are_read_from_the_list_where_that_is_cheaper(stage: Stage) -> None:
    rows = [licence(stage, index, add=BASIC_MEETINGS) for index in range(0, 200, 10)]
    outcomes = await stage.carry_out_together(licences, rows)
    reads = stage.sandbox.journal.total - stage.writes
    again = await stage.carry_out_together(licences, rows)
    assert statuses(outcomes + again) == [Status.APPLIED] * 20 + [Status.UNCHANGED] * 20
    assert (reads, stage.writes) == (2, 20)  # the names of the licences, and a page of people
    assert outcomes[0].before == (await licences.read(stage.api, rows[0])) | {"licenses": ANY}


async def test_a_calling_part_comes_with_the_list_where_it_matters(stage: Stage) -> None:
    organisation = stage.sandbox.organisation
    (calling,) = organisation.catalogue.ids([PROFESSIONAL])
    rows = [
        parse_cells(removals, person_id=organisation.people.hydra(index), remove_license_ids=calling)
        for index in range(10)
    ]
    alone = await removals.read(stage.api, rows[0])
    outcomes = await stage.carry_out_together(removals, rows)
    assert statuses(outcomes) == [Status.APPLIED] * 10
    assert outcomes[0].before == alone
    assert {"locationId", "extension"} <= alone.keys()


async def test_new_people_and_workspaces_are_looked_for_in_the_lists(stage: Stage) -> None:
    place = stage.sandbox.organisation.locations.hydra(2)
    who = [parse_cells(people, email=f"nueva.{index}@oficina.example", first_name="N") for index in range(9)]
    known = parse_cells(people, email=stage.sandbox.organisation.person(1_500).email, first_name="N")
    where = [
        parse_cells(workspaces, display_name=f"Sala {index}", location_id=place, extension=str(7_200 + index))
        for index in range(9)
    ]
    outcomes = await stage.carry_out_together(people, [*who, known])
    outcomes += await stage.carry_out_together(workspaces, where)
    calls = stage.sandbox.journal.total
    again = await stage.carry_out_together(workspaces, where)
    assert statuses(outcomes) == [Status.APPLIED] * 9 + [Status.UNCHANGED] + [Status.APPLIED] * 9
    assert statuses(again) == [Status.UNCHANGED] * 9
    assert (calls, stage.writes, stage.sandbox.journal.total) == (18 + 2 + 1, 18, 18 + 2 + 2)
