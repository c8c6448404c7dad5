from __future__ import annotations

from typing import Any

import pytest

from odt_async.actions import ubicacion_actualizar_cabecera as action
from odt_async.errors import InvalidRow, RowError
from odt_async.model import Status
from odt_async.sandbox.numbers import SPARE_NUMBERS
from tests.actions.staging import Stage, parse_cells

LOCATION = "69d7a1c4-3f52-4d8e-9b61-0c2f5a7e8d13"
NUMBER = "+34950000002"


def parsed(**cells: str) -> action.Params:
    params: action.Params = parse_cells(
        action, **{"location_id": LOCATION, "calling_line_id": NUMBER} | cells
    )
    return params


def named(stage: Stage, index: int, **cells: str) -> action.Params:
    row = {"name": stage.sandbox.organisation.location(index).name, "country": "ES"} | cells
    params: action.Params = parse_cells(action, **{"calling_line_id": str(SPARE_NUMBERS + index)} | row)
    return params


@pytest.mark.parametrize(
    ("line", "cells", "written"),
    [
        ({"phoneNumber": "+34 950-000-002", "name": "OF"}, {}, None),
        ({"phoneNumber": NUMBER, "name": "OF"}, {"calling_line_name": "OF"}, None),
        ({"phoneNumber": "+34940000002", "name": "OF"}, {}, {"phoneNumber": NUMBER, "name": "OF"}),
        (
            {"phoneNumber": NUMBER, "name": "OF"},
            {"calling_line_name": "Nueva"},
            {"phoneNumber": NUMBER, "name": "Nueva"},
        ),
        ({"phoneNumber": None, "name": "OF"}, {}, {"phoneNumber": NUMBER, "name": "OF"}),
        ({"phoneNumber": None}, {}, {"phoneNumber": NUMBER}),
        ({}, {}, {"phoneNumber": NUMBER}),
    ],
)
def test_the_number_is_set_and_the_name_kept(
    line: dict[str, Any], cells: dict[str, str], written: dict[str, str] | None
) -> None:
    expected = None if written is None else {"callingLineId": written}
    assert action.plan({"callingLineId": line}, parsed(**cells)) == expected


def test_the_number_has_two_columns_and_must_be_in_one_of_them() -> None:
    assert parsed(phone_number="+34950000003").phone_number == "+34950000003"
    with pytest.raises(InvalidRow, match="phone_number"):
        parse_cells(action, location_id=LOCATION)


async def test_a_main_number_is_set_once_and_put_back(stage: Stage) -> None:
    params = named(stage, 2)
    first, again = [await stage.carry_out(action, params) for _ in range(2)]
    await stage.undo(action, params, first.before)
    third = await stage.carry_out(action, params)
    name = stage.sandbox.organisation.location(2).name
    assert [first.status, again.status, third.status] == [Status.APPLIED, Status.UNCHANGED, Status.APPLIED]
    assert first.before == third.before == {"callingLineId": {"name": name, "phoneNumber": "+34940000002"}}
    assert first.change == {"callingLineId": {"phoneNumber": NUMBER, "name": name}}
    assert (stage.writes, stage.sandbox.journal.double_applies) == (3, 0)


async def test_undo_without_a_number_before_says_that_it_cannot(stage: Stage) -> None:
    without_pstn = 16
    params = named(stage, without_pstn)
    outcome = await stage.carry_out(action, params)
    with pytest.raises(RowError, match="there was no main number before"):
        await stage.undo(action, params, outcome.before)
    assert outcome.status is Status.APPLIED


async def test_a_number_that_the_location_has_not_is_the_rows_failure(stage: Stage) -> None:
    outcome = await stage.carry_out(action, named(stage, 2, calling_line_id="+34930000000"))
    assert outcome.failure is not None
    assert "The phone number +34930000000 does not belong to the location" in outcome.failure.text
