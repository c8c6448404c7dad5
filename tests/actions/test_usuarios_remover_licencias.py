from __future__ import annotations

from typing import Any

import pytest

from odt_async.actions import usuarios_remover_licencias as action
from odt_async.errors import InvalidRow
from odt_async.model import Status
from tests.actions.staging import Stage, parse_cells

PERSON = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS9h"
ONE, TWO = "Y2lzY29zcGFyazovL3VzL0xJQ0VOU0UvYTpYX2I", "Y2lzY29zcGFyazovL3VzL0xJQ0VOU0UvYTpZX2I"


def row(stage: Stage, names: str) -> Any:
    person = stage.sandbox.organisation.person(7)
    return parse_cells(action, None, email=person.email, remove_license_ids=names)


def test_only_assigned_licences_are_removed() -> None:
    params = parse_cells(action, None, person_id=PERSON, remove_license_ids=f"{ONE}|{TWO}")
    assert action.plan({"licenses": [TWO + "=="], "calling": []}, params) == {
        "licenses": [{"id": TWO, "operation": "remove"}]
    }
    assert action.plan({"licenses": [], "calling": []}, params) is None


def test_a_row_without_licences_is_refused() -> None:
    with pytest.raises(InvalidRow, match="remove_license_ids"):
        parse_cells(action, None, person_id=PERSON)


async def test_licences_go_in_one_call_and_then_nothing_is_written(stage: Stage) -> None:
    params = row(stage, "Basic Messaging;Webex Calling - Professional;Basic Space Meetings")
    first = await stage.carry_out(action, params)
    again = await stage.carry_out(action, params)
    assert (first.status, again.status, stage.writes) == (Status.APPLIED, Status.UNCHANGED, 1)
    assert stage.sandbox.organisation.person(7).licences == ()


async def test_undo_gives_back_what_the_person_had(stage: Stage) -> None:
    before = stage.sandbox.organisation.person(7)
    params = row(stage, "Basic Messaging;Webex Calling - Professional;Basic Space Meetings")
    outcome = await stage.carry_out(action, params)
    for _ in range(2):
        await stage.undo(action, params, outcome.before)
    assert (stage.sandbox.organisation.person(7), stage.writes) == (before, 2)
