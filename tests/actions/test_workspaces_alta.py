from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from odt_async.actions import workspaces_alta as action
from odt_async.errors import InvalidRow, RowError
from odt_async.model import Lookup, Status
from tests.actions.staging import Stage, parse_cells, staged

FREE_NUMBER = "+34960000003"  # of location 3 of 20
LOCATION_ID = "Y2lzY29zcGFyazovL3VzL0xPQ0FUSU9OLzk5ZjU3YjQ0LTdlYzQtNDNkZS1hNzFmLTA3YzE5NTQyZmQxMg"
LOCATION_UUID = "99f57b44-7ec4-43de-a71f-07c19542fd12"


def params(**cells: str) -> Any:
    defaults = {"display_name": "Recepción", "location_id": LOCATION_ID, "extension": "555"}
    return parse_cells(action, None, **defaults | cells)


def in_sandbox(stage: Stage, **cells: str) -> Any:
    location = stage.sandbox.organisation.location(3).name
    cells = {"display_name": "Recepción", "location_name": location, "extension": "555", **cells}
    return parse_cells(action, None, **cells)


def existing(**fields: Any) -> dict[str, Any]:
    return {
        "id": "place",
        "displayName": "Recepción",
        "locationId": LOCATION_ID,
        "calling": {"type": "webexCalling"},
        **fields,
    }


def test_a_new_workspace_has_calling_with_all_that_the_row_says() -> None:
    organisation = "Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi85OWY1N2I0NC03ZWM0LTQzZGUtYTcxZi0wN2MxOTU0MmZkMTI"
    wanted = params(
        org_id=organisation,
        phone_number="+34911234567",
        license_ids="Webex Calling - Workspaces",
        type="huddle",
        supported_devices="collaborationDevices",
        capacity="6",
        notes="junto a la puerta",
    )
    assert action.plan([], wanted) == {
        "displayName": "Recepción",
        "orgId": organisation,
        "locationId": LOCATION_ID,
        "type": "huddle",
        "supportedDevices": "collaborationDevices",
        "capacity": 6,
        "notes": "junto a la puerta",
        "calling": {
            "type": "webexCalling",
            "webexCalling": {
                "locationId": LOCATION_ID,
                "extension": "555",
                "phoneNumber": "+34911234567",
                "licenses": ["Webex Calling - Workspaces"],
            },
        },
    }


def test_what_the_row_does_not_say_is_not_sent() -> None:
    assert action.plan([], params()) == {
        "displayName": "Recepción",
        "locationId": LOCATION_ID,
        "type": "desk",
        "supportedDevices": "phones",
        "calling": {
            "type": "webexCalling",
            "webexCalling": {"locationId": LOCATION_ID, "extension": "555"},
        },
    }


@pytest.mark.parametrize("fields", [{}, {"type": "open"}, {"calling": {}}, {"calling": None}])
def test_a_workspace_that_is_there_is_left_as_it_is(fields: dict[str, Any]) -> None:
    assert action.plan([existing(**fields)], params()) is None


def test_one_that_is_there_without_calling_is_the_rows_error() -> None:
    with pytest.raises(RowError, match="exists there already, with freeCalling instead of Webex Calling"):
        action.plan([existing(calling={"type": "freeCalling"})], params())


def test_twins_are_the_rows_error() -> None:
    with pytest.raises(RowError, match=r"2 workspaces of that location are called 'Recepción' \(one, two\)"):
        action.plan([existing(id="one"), existing(id="two")], params())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, True),
        ({"displayName": " recepción "}, True),
        ({"displayName": "Recepción 2"}, False),
        ({"locationId": LOCATION_UUID}, True),
        ({"locationId": LOCATION_ID + "=="}, True),
        ({"locationId": None}, False),
    ],
)
def test_name_and_location_tell_the_workspace(fields: dict[str, Any], *, expected: bool) -> None:
    assert action._is_the_one(existing(**fields), params()) is expected


def test_names_of_licences_and_locations_are_looked_up() -> None:
    wanted = parse_cells(
        action,
        display_name="Sala",
        location_name="OF00003",
        extension="1",
        license_ids="Webex Calling - Workspaces",
    )
    assert wanted.lookups() == (
        Lookup("location_id", "location", "OF00003"),
        Lookup("license_ids", "license", "Webex Calling - Workspaces"),
    )


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"display_name": "Sala", "location_name": "OF00003"}, "extension"),
        ({"display_name": "Sala", "extension": "1"}, "location_name"),
        ({"location_name": "OF00003", "extension": "1"}, "display_name"),
        ({"display_name": "Sala", "location_name": "OF", "extension": "1", "capacity": "-1"}, "capacity"),
        ({"display_name": "Sala", "location_name": "OF", "phone_number": "123"}, "phone_number"),
    ],
)
def test_a_row_that_says_too_little_is_refused(cells: dict[str, str], column: str) -> None:
    with pytest.raises(InvalidRow) as caught:
        parse_cells(action, None, **cells)
    assert [problem.column for problem in caught.value.problems] == [column]


def test_the_name_column_is_the_workspaces_own() -> None:
    wanted = parse_cells(action, name="Sala", location_name="OF00003", extension="1")
    assert (wanted.display_name, wanted.location_name) == ("Sala", "OF00003")


async def test_the_first_run_creates_and_the_second_sends_no_write(stage: Stage) -> None:
    licence = stage.sandbox.organisation.catalogue.licences[0].name
    wanted = in_sandbox(stage, phone_number=FREE_NUMBER, license_ids=licence)
    first = await stage.carry_out(action, wanted)
    second = await stage.carry_out(action, wanted)
    workspace = stage.sandbox.organisation.workspace(50)
    assert (first.status, second.status, stage.writes) == (Status.APPLIED, Status.UNCHANGED, 1)
    assert (workspace.display_name, workspace.location, workspace.extension, workspace.phone_number) == (
        "Recepción",
        3,
        "555",
        FREE_NUMBER,
    )


async def test_undo_deletes_what_was_created_and_nothing_else(stage: Stage) -> None:
    wanted = in_sandbox(stage)
    similar = in_sandbox(stage, display_name="Recepción 2", extension="556")
    first = await stage.carry_out(action, wanted)
    await stage.carry_out(action, similar)
    for _ in range(2):
        await stage.undo(action, wanted, first.before)
    await stage.undo(action, similar, [{"id": "was there"}])
    assert stage.sandbox.organisation.workspaces.removed == {50}


async def test_a_creation_of_unknown_fate_is_not_repeated(tmp_path: Path) -> None:
    faults = ("reset-after=30%", "reset-before=10%", "search-lag=2s")
    async with staged(*faults, logs_dir=tmp_path) as stage:
        outcomes = [
            await stage.carry_out(
                action, in_sandbox(stage, display_name=f"Sala nueva {index}", extension=str(5000 + index))
            )
            for index in range(30)
        ]
        created = stage.sandbox.organisation.workspaces.count - 50
    assert {outcome.status for outcome in outcomes} == {Status.APPLIED}
    assert created == 30
