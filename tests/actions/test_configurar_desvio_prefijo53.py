"""Both actions, as they differ in nothing but whom they are about."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from odt_async.actions import usuarios_configurar_desvio_prefijo53 as of_people
from odt_async.actions import workspaces_configurar_desvio_prefijo53 as of_workspaces
from odt_async.model import Status
from tests.actions.staging import Stage, parse_cells, staged

ACTIONS = [of_people, of_workspaces]
both = pytest.mark.parametrize("action", ACTIONS)


def params(action: ModuleType, stage: Stage, index: int = 8) -> Any:
    organisation = stage.sandbox.organisation
    if action is of_people:
        return parse_cells(action, email=organisation.person(index).email, extension="80000008")
    return parse_cells(action, display_name=organisation.workspace(index).display_name, extension="80000008")


async def resolved(action: ModuleType, stage: Stage, index: int = 8) -> Any:
    organisation = stage.sandbox.organisation
    if action is of_people:
        return parse_cells(action, person_id=organisation.people.hydra(index), extension="80000008")
    return parse_cells(action, workspace_id=organisation.workspaces.hydra(index), extension="80000008")


async def shown(action: ModuleType, stage: Stage, index: int = 8) -> Any:
    return await action.read(stage.api, await resolved(action, stage, index))


@both
async def test_the_first_run_forwards_and_the_second_sends_no_write(action: ModuleType, stage: Stage) -> None:
    first = await stage.carry_out(action, params(action, stage))
    writes = stage.writes
    second = await stage.carry_out(action, params(action, stage))
    assert (first.status, second.status) == (Status.APPLIED, Status.UNCHANGED)
    assert (writes, stage.writes) == (1, 1)


@both
async def test_undo_restores_what_was_read(action: ModuleType, stage: Stage) -> None:
    for index in range(8, 20):
        first = await stage.carry_out(action, params(action, stage, index))
        await stage.undo(action, params(action, stage, index), first.before)
        after = await shown(action, stage, index)
        before = first.before["callForwarding"].pop("always")
        always = after["callForwarding"].pop("always")
        assert (after, always["enabled"]) == (first.before, before["enabled"])


@both
@pytest.mark.parametrize(("fault", "writes"), [("forwarding-4003=100%", 2), ("forwarding-closed=100%", 3)])
async def test_where_busy_is_closed_always_is_written_alone(
    action: ModuleType, fault: str, writes: int, tmp_path: Path
) -> None:
    async with staged(fault, logs_dir=tmp_path) as stage:
        first = await stage.carry_out(action, params(action, stage))
        sent = stage.writes
        second = await stage.carry_out(action, params(action, stage))
        after = await shown(action, stage)
    before = first.before
    before["callForwarding"]["always"] = after["callForwarding"]["always"]
    assert (first.status, second.status, sent, stage.writes) == (
        Status.APPLIED,
        Status.UNCHANGED,
        writes,
        writes,
    )
    assert (after, after["callForwarding"]["always"]["destination"]) == (before, "5380000008")


@both
async def test_undo_goes_the_same_way_round(action: ModuleType, tmp_path: Path) -> None:
    async with staged("forwarding-4003=100%", logs_dir=tmp_path) as stage:
        first = await stage.carry_out(action, params(action, stage))
        await stage.undo(action, params(action, stage), first.before)
        after = await shown(action, stage)
    assert after["callForwarding"]["always"]["enabled"] is False


async def test_when_nothing_helps_the_error_is_the_first_one(tmp_path: Path) -> None:
    faults = ("forwarding-closed=100%", "basic-workspace=100%")
    async with staged(*faults, logs_dir=tmp_path) as stage:
        outcome = await stage.carry_out(of_workspaces, params(of_workspaces, stage))
    assert outcome.status is Status.ERROR
    assert outcome.failure is not None
    assert "UserCallForwardingBusy" in outcome.failure.text
    assert "'busy' forwarding" in (outcome.failure.cause or "")


@both
async def test_another_refusal_is_not_gone_round(action: ModuleType, tmp_path: Path) -> None:
    async with staged(logs_dir=tmp_path) as stage:
        wanted = await resolved(action, stage)
        change = action.plan(await action.read(stage.api, wanted), wanted)
        change["callForwarding"]["noAnswer"]["numberOfRings"] = 99
        with pytest.raises(Exception, match="400"):
            await action.apply(stage.api, wanted, change)
    assert stage.writes == 1


@both
async def test_rows_land_through_faults_and_are_applied_once(action: ModuleType, tmp_path: Path) -> None:
    faults = ("reset-after=20%", "5xx=10%", "forwarding-4003=50%")
    async with staged(*faults, logs_dir=tmp_path) as stage:
        outcomes = [await stage.carry_out(action, params(action, stage, index)) for index in range(20)]
        states = [await shown(action, stage, index) for index in range(20)]
    assert {outcome.status for outcome in outcomes} <= {Status.APPLIED, Status.UNCHANGED}
    destinations = {state["callForwarding"]["always"]["destination"] for state in states}
    assert destinations == {"5380000008"}
