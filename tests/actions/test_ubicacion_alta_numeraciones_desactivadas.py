from __future__ import annotations

from typing import Any

import pytest

from odt_async.actions import ubicacion_alta_numeraciones_desactivadas as action
from odt_async.errors import InvalidRow, RowError
from odt_async.model import Status
from odt_async.sandbox.numbers import find_number
from tests.actions.staging import Stage, parse_cells

LOCATION = "69d7a1c4-3f52-4d8e-9b61-0c2f5a7e8d13"
OTHER = "0f0c2a51-7d1b-4f0a-8a3e-5b6c7d8e9f00"
FIRST, SECOND, THIRD = "+34930000000", "+34930000001", "+34930000002"
FOREIGN = "+34999000001"  # the sandbox refuses it: another organisation's


def parsed(**cells: str) -> action.Params:
    params: action.Params = parse_cells(action, **{"location_id": LOCATION} | cells)
    return params


def at(stage: Stage, index: int, **cells: str) -> action.Params:
    return parsed(location_id=stage.sandbox.organisation.locations.hydra(index), **cells)


def block(count: int, first: int = 34_930_000_000) -> list[str]:
    return [f"+{first + place}" for place in range(count)]


def entry(number: str, location: str = LOCATION, **rest: Any) -> dict[str, Any]:
    return {"phoneNumber": number, "state": "ACTIVE", "location": {"id": location, "name": "OF1"}} | rest


def test_all_columns_make_one_list_of_e164_numbers() -> None:
    params = parsed(
        country="ES",
        phone_numbers=f"{FIRST}|34930000001;930 00 00 02",
        phone_number_1=FIRST,
        phone_number_4="930000003",
    )
    assert params.numbers == (FIRST, SECOND, THIRD, "+34930000003")


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({}, "there is no number: fill in phone_numbers"),
        ({"phone_numbers": "+3493"}, "phone_numbers"),
        ({"phone_numbers": FIRST, "number_type": "FAX"}, "number_type"),
    ],
)
def test_a_row_without_whole_numbers_is_refused(cells: dict[str, str], problem: str) -> None:
    with pytest.raises(InvalidRow, match=problem):
        parsed(**cells)


def test_only_the_missing_numbers_are_sent_and_their_state_is_explicit() -> None:
    state = {"phoneNumbers": [entry("+34 930-000-000")]}
    assert action.plan(state, parsed(phone_numbers=f"{FIRST};{SECOND}")) == {
        "phoneNumbers": [SECOND],
        "numberType": "DID",
        "state": "INACTIVE",
    }


def test_what_the_row_says_of_the_numbers_is_sent() -> None:
    cells = {"number_type": "tollfree", "number_usage_type": "service", "number_state": "active"}
    assert action.plan({"phoneNumbers": []}, parsed(phone_numbers=FIRST, **cells)) == {
        "phoneNumbers": [FIRST],
        "numberType": "TOLLFREE",
        "state": "ACTIVE",
        "numberUsageType": "SERVICE",
    }


def test_numbers_that_are_there_need_no_change_whatever_their_state() -> None:
    state = {"phoneNumbers": [entry(FIRST), entry(SECOND, state="INACTIVE")]}
    assert action.plan(state, parsed(phone_numbers=f"{FIRST};{SECOND}")) is None


def test_a_number_of_another_location_is_an_error_before_anything_is_sent() -> None:
    state = {"phoneNumbers": [entry(FIRST, OTHER), {"phoneNumber": SECOND}]}
    with pytest.raises(RowError, match=r"\+34930000000 \(OF1\), \+34930000001 \(no location\) at another"):
        action.plan(state, parsed(phone_numbers=f"{FIRST};{SECOND};{THIRD}"))


async def test_numbers_are_added_once_and_undo_takes_away_only_those(stage: Stage) -> None:
    organisation = stage.sandbox.organisation
    before = at(stage, 2, phone_numbers=FIRST)
    await stage.carry_out(action, before)
    params = at(stage, 2, phone_numbers=";".join(block(8)))
    first = await stage.carry_out(action, params)
    again = await stage.carry_out(action, params)
    added = [find_number(organisation, number) for number in block(8)]
    writes = stage.writes
    await stage.undo(action, params, first.before)
    left = [number for number in block(8) if find_number(organisation, number)]
    assert [first.status, again.status] == [Status.APPLIED, Status.UNCHANGED]
    assert first.change["phoneNumbers"] == block(8)[1:]
    assert {(number.location, number.state) for number in added if number} == {(2, "INACTIVE")}
    assert (left, writes, stage.writes) == ([FIRST], 2, 4)  # seven of them go in two requests of at most five


@pytest.mark.parametrize("known", [0, 240])
async def test_large_blocks_go_in_chunks_and_are_read_as_lists(stage: Stage, known: int) -> None:
    numbers = block(250)
    if known:
        await stage.carry_out(action, at(stage, 2, phone_numbers=";".join(numbers[:known])))
    params = at(stage, 2, phone_numbers=";".join(numbers))
    before = stage.writes
    outcomes = [await stage.carry_out(action, params) for _ in range(2)]
    assert [outcome.status for outcome in outcomes] == [Status.APPLIED, Status.UNCHANGED]
    assert stage.writes - before == (1 if known else 3)
    assert stage.sandbox.journal.double_applies == 0


async def test_mobile_numbers_go_twenty_at_a_time(stage: Stage) -> None:
    numbers = block(25, 34_600_000_000)
    params = at(stage, 2, phone_numbers=";".join(numbers), number_type="MOBILE")
    outcome = await stage.carry_out(action, params)
    assert (outcome.status, stage.writes) == (Status.APPLIED, 2), outcome.failure


async def test_refused_numbers_are_named_one_by_one_and_the_others_added(stage: Stage) -> None:
    params = at(stage, 2, phone_numbers=f"{FIRST};{FOREIGN};{SECOND}")
    outcome = await stage.carry_out(action, params)
    added = [number for number in (FIRST, SECOND) if find_number(stage.sandbox.organisation, number)]
    assert (outcome.status, added) == (Status.ERROR, [FIRST, SECOND])
    assert outcome.failure is not None
    assert outcome.failure.type == "PartlyApplied"
    assert outcome.failure.text.startswith(
        "Webex added 2 numbers and refused 1 (+34999000001: Phone number is in use by another organization: "
        "+34999000001 (code 9602))"
    )


async def test_a_row_of_which_nothing_was_added_is_an_error_of_its_own(stage: Stage) -> None:
    outcome = await stage.carry_out(action, at(stage, 2, phone_numbers=FOREIGN))
    assert outcome.failure is not None
    assert (outcome.failure.type, outcome.status, stage.writes) == ("RowError", Status.ERROR, 1)


async def test_an_ordinary_400_is_no_success(stage: Stage) -> None:
    without_pstn = 16
    outcome = await stage.carry_out(action, at(stage, without_pstn, phone_numbers=FIRST))
    assert outcome.failure is not None
    assert (outcome.status, outcome.failure.type) == (Status.ERROR, "AsRestError")
    assert "The location has no PSTN connection" in outcome.failure.text


async def test_a_number_of_another_location_is_found_there(stage: Stage) -> None:
    await stage.carry_out(action, at(stage, 2, phone_numbers=FIRST))
    outcome = await stage.carry_out(action, at(stage, 3, phone_numbers=f"{FIRST};{SECOND}"))
    name = stage.sandbox.organisation.location(2).name
    assert outcome.failure is not None
    assert f"the organisation has {FIRST} ({name}) at another location" in outcome.failure.text
    assert stage.writes == 1


async def test_undo_leaves_numbers_that_are_used_by_now(stage: Stage) -> None:
    params = at(stage, 2, phone_numbers=f"{FIRST};{SECOND}")
    outcome = await stage.carry_out(action, params)
    stage.sandbox.organisation.extensions.claim(None, SECOND, "person 2")
    with pytest.raises(RowError, match=rf"\{SECOND} is in use by now"):
        await stage.undo(action, params, outcome.before)
    assert stage.writes == 1
