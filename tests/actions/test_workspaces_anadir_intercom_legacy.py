from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from odt_async.actions import workspaces_anadir_intercom_legacy as action
from odt_async.model import Status
from tests.actions.staging import Stage, parse_cells, staged

NUMBER = "+34960000007"  # in the location of workspace 7


def params(stage: Stage, index: int = 7, number: str = NUMBER) -> Any:
    workspace_id = stage.sandbox.organisation.workspaces.hydra(index)
    return parse_cells(action, workspace_id=workspace_id, legacy_phone_number=number)


async def test_the_first_run_adds_the_number_and_the_second_sends_no_write(stage: Stage) -> None:
    first = await stage.carry_out(action, params(stage))
    writes = stage.writes
    second = await stage.carry_out(action, params(stage))
    assert (first.status, second.status) == (Status.APPLIED, Status.UNCHANGED)
    assert (first.attempts, second.attempts, stage.writes - writes) == (2, 1, 0)


async def test_undo_takes_the_number_away_once(stage: Stage) -> None:
    first = await stage.carry_out(action, params(stage))
    for _ in range(2):
        await stage.undo(action, params(stage), first.before)
    state = await action.read(stage.api, params(stage))
    assert (state, stage.writes) == (first.before, 2)


async def test_undo_leaves_a_number_that_was_there_before(stage: Stage) -> None:
    await stage.carry_out(action, params(stage))
    state = await action.read(stage.api, params(stage))
    await stage.undo(action, params(stage), state)
    assert await action.read(stage.api, params(stage)) == state


async def test_a_number_of_another_location_is_the_rows_error(stage: Stage) -> None:
    outcome = await stage.carry_out(action, params(stage, number="+34960000008"))
    assert outcome.status is Status.ERROR
    assert outcome.failure is not None
    assert "is not in the location" in outcome.failure.text


async def test_the_organisation_of_a_partners_customer_is_named_in_every_call(stage: Stage) -> None:
    cells = {"legacy_phone_number": NUMBER, "org_id": stage.sandbox.organisation.id}
    workspace_id = stage.sandbox.organisation.workspaces.hydra(7)
    outcome = await stage.carry_out(action, parse_cells(action, None, workspace_id=workspace_id, **cells))
    assert outcome.status is Status.APPLIED


async def test_a_basic_workspace_is_told_what_it_lacks(tmp_path: Path) -> None:
    async with staged("basic-workspace=100%", logs_dir=tmp_path) as stage:
        outcome = await stage.carry_out(action, params(stage))
    assert outcome.status is Status.ERROR
    assert outcome.failure is not None
    assert outcome.failure.text.startswith(
        "the workspace cannot have a secondary number: it needs a Professional licence"
    )
    assert "code 25409" in outcome.failure.text


@pytest.mark.parametrize("index", [6, 7])  # one is shown with `external`, the other with `directNumber`
async def test_both_published_forms_of_the_read_are_understood(stage: Stage, index: int) -> None:
    number = f"+3496000000{index}"
    outcomes = [await stage.carry_out(action, params(stage, index, number)) for _ in range(2)]
    assert [outcome.status for outcome in outcomes] == [Status.APPLIED, Status.UNCHANGED]
