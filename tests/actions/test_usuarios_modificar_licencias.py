from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from odt_async.actions import usuarios_modificar_licencias as action
from odt_async.errors import InvalidRow, RowError
from odt_async.model import Outcome, Status
from tests.actions.staging import Stage, parse_cells, staged

PROFESSIONAL = "Webex Calling - Professional"
MEETINGS, MESSAGING, ADVANCED = "Basic Space Meetings", "Basic Messaging", "Advanced Messaging"
PERSON = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS9h"
LOCATION = "Y2lzY29zcGFyazovL3VzL0xPQ0FUSU9OL2E"
ONE, TWO = "Y2lzY29zcGFyazovL3VzL0xJQ0VOU0UvYTpYX2I", "Y2lzY29zcGFyazovL3VzL0xJQ0VOU0UvYTpZX2I"


def wanted(**cells: str) -> Any:
    return parse_cells(action, None, **{"person_id": PERSON} | cells)


def row(stage: Stage, index: int, **cells: str) -> Any:
    return parse_cells(action, None, **{"email": stage.sandbox.organisation.person(index).email} | cells)


def licences_of(stage: Stage, index: int) -> list[str]:
    organisation = stage.sandbox.organisation
    return [organisation.catalogue.licences[number].name for number in organisation.person(index).licences]


def failure(outcome: Outcome) -> tuple[str, str]:
    assert outcome.failure is not None
    return outcome.failure.type, outcome.failure.text


def test_only_what_is_missing_is_added_and_only_what_is_there_is_removed() -> None:
    state = {"licenses": [ONE + "=="], "calling": []}
    assert action.plan(state, wanted(add_license_ids=f"{ONE};{TWO}")) == {
        "licenses": [{"id": TWO, "operation": "add"}]
    }
    assert action.plan(state, wanted(remove_license_ids=f"{ONE};{TWO}")) == {
        "licenses": [{"id": ONE, "operation": "remove"}]
    }


def test_nothing_to_add_and_nothing_to_remove_is_no_change() -> None:
    state = {"licenses": [ONE], "calling": [ONE, TWO]}
    assert action.plan(state, wanted(add_license_ids=ONE + "==", remove_license_ids=TWO)) is None


def test_a_calling_licence_carries_its_properties_and_the_others_none() -> None:
    params = wanted(
        add_license_ids=f"{ONE},{TWO}",
        location_id=LOCATION,
        extension="4711",
        country="ES",
        phone_number="911234567",
    )
    properties = {"locationId": LOCATION, "extension": "4711", "phoneNumber": "+34911234567"}
    assert action.plan({"licenses": [], "calling": [TWO]}, params) == {
        "licenses": [
            {"id": ONE, "operation": "add"},
            {"id": TWO, "operation": "add", "properties": properties},
        ]
    }


@pytest.mark.parametrize("cells", [{"extension": "4711"}, {"location_id": LOCATION}, {}])
def test_a_calling_licence_without_location_or_number_is_refused(cells: dict[str, str]) -> None:
    with pytest.raises(
        RowError, match="a Webex Calling licence needs a location, and an extension or a number"
    ):
        action.plan({"licenses": [], "calling": [ONE]}, wanted(add_license_ids=ONE, **cells))


def test_a_licence_in_both_columns_is_refused() -> None:
    with pytest.raises(RowError, match="take it out of one"):
        action.plan(
            {"licenses": [], "calling": []}, wanted(add_license_ids=ONE, remove_license_ids=ONE + "=")
        )


def test_a_row_without_licences_is_refused() -> None:
    with pytest.raises(InvalidRow, match="is blank, and so is add_license_ids"):
        wanted()


async def test_licences_come_and_go_in_one_call_and_then_nothing_is_written(stage: Stage) -> None:
    params = row(stage, 7, add_license_ids=f"{MEETINGS};{ADVANCED}", remove_license_ids=PROFESSIONAL)
    first = await stage.carry_out(action, params)
    again = await stage.carry_out(action, params)
    assert (first.status, again.status, stage.writes) == (Status.APPLIED, Status.UNCHANGED, 1)
    assert licences_of(stage, 7) == [MESSAGING, ADVANCED, MEETINGS]


async def test_a_calling_licence_is_assigned_with_location_and_extension(tmp_path: Path) -> None:
    async with staged("no-calling=100%", logs_dir=tmp_path) as stage:
        location = stage.sandbox.organisation.location(5).name
        params = row(stage, 7, add_license_ids=PROFESSIONAL, location_name=location, extension="4711")
        first = await stage.carry_out(action, params)
        again = await stage.carry_out(action, params)
        person = stage.sandbox.organisation.person(7)
        assert (first.status, again.status, stage.writes) == (Status.APPLIED, Status.UNCHANGED, 1)
        assert (person.has_calling, person.location, person.extension) == (True, 5, "4711")


async def test_undo_gives_calling_back_where_it_was(stage: Stage) -> None:
    before = stage.sandbox.organisation.person(7)
    params = row(stage, 7, add_license_ids=MEETINGS, remove_license_ids=f"{PROFESSIONAL};{ADVANCED}")
    outcome = await stage.carry_out(action, params)
    assert not stage.sandbox.organisation.person(7).has_calling
    for _ in range(2):
        await stage.undo(action, params, outcome.before)
    after = stage.sandbox.organisation.person(7)
    assert after == before
    assert stage.writes == 2


async def test_undo_says_when_it_does_not_know_where_calling_was(stage: Stage) -> None:
    params = row(stage, 7, remove_license_ids=PROFESSIONAL)
    outcome = await stage.carry_out(action, params)
    forgotten = {"licenses": outcome.before["licenses"], "calling": outcome.before["calling"]}
    with pytest.raises(RowError, match="does not say where"):
        await stage.undo(action, params, forgotten)


async def test_a_partial_answer_is_an_error_that_names_what_is_missing(tmp_path: Path) -> None:
    async with staged("licence-206=100%", logs_dir=tmp_path) as stage:
        outcome = await stage.carry_out(action, row(stage, 7, add_license_ids=f"{MEETINGS};{ADVANCED}"))
        assert failure(outcome) == (
            "PartlyApplied",
            f"Webex did not add {ADVANCED}: see in Control Hub whether there are units left, then run the row again",
        )
        assert licences_of(stage, 7) == [PROFESSIONAL, MESSAGING, MEETINGS]


async def test_what_webex_refuses_speaks_for_itself(stage: Stage) -> None:
    outcome = await stage.carry_out(action, row(stage, 7, add_license_ids="Advanced Space Meetings"))
    assert failure(outcome)[1].startswith("HTTP 400, code 700004: Free teams meeting mandatory")


async def test_no_licence_is_assigned_twice_when_answers_are_lost(tmp_path: Path) -> None:
    async with staged("reset-after=40%", "5xx=20%", logs_dir=tmp_path) as stage:
        outcomes = [
            await stage.carry_out(action, row(stage, index, add_license_ids=MEETINGS)) for index in range(10)
        ]
        assert {outcome.status for outcome in outcomes} == {Status.APPLIED}
        assert stage.sandbox.journal.unanswered_writes > 0
        assert stage.sandbox.journal.double_applies == 0
