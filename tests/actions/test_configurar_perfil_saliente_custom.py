"""Both actions, as they differ in nothing but whom they are about."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from odt_async.actions import usuarios_configurar_perfil_saliente_custom as of_people
from odt_async.actions import workspaces_configurar_perfil_saliente_custom as of_workspaces
from odt_async.model import Status
from odt_async.sandbox.profiles import sample_profiles
from tests.actions.staging import Stage, parse_cells, staged

both = pytest.mark.parametrize("action", [of_people, of_workspaces])


def params(action: ModuleType, stage: Stage, index: int = 8, **cells: str) -> Any:
    organisation = stage.sandbox.organisation
    if action is of_people:
        cells["person_id"] = organisation.people.hydra(index)
    else:
        cells["workspace_id"] = organisation.workspaces.hydra(index)
    return parse_cells(action, sample_profiles(), **({"perfil": "bloqueo_premium"} | cells))


@both
async def test_the_first_run_writes_and_the_second_sends_no_write(action: ModuleType, stage: Stage) -> None:
    outcomes = [
        await stage.carry_out(action, params(action, stage, index, perfil="nacional"))
        for _ in range(2)
        for index in range(20)
    ]
    assert [outcome.status for outcome in outcomes] == [Status.APPLIED] * 20 + [Status.UNCHANGED] * 20
    assert (stage.writes, stage.sandbox.journal.double_applies) == (20, 0)


@both
async def test_call_types_that_are_not_named_keep_what_they_have(action: ModuleType, stage: Stage) -> None:
    for index in range(20):
        wanted = params(action, stage, index)
        first = await stage.carry_out(action, wanted)
        after = await action.read(stage.api, wanted)
        kept = [
            [entry for entry in state["callingPermissions"] if not entry["callType"].startswith("PREMIUM")]
            for state in (first.before or after, after)
        ]
        assert kept[0] == kept[1]


@both
async def test_undo_restores_what_was_read(action: ModuleType, stage: Stage) -> None:
    for index in range(20):
        wanted = params(action, stage, index, perfil="solo_internas")
        first = await stage.carry_out(action, wanted)
        await stage.undo(action, wanted, first.before)
        assert await action.read(stage.api, wanted) == first.before


async def test_where_the_published_address_is_not_served_the_sdks_is_used(tmp_path: Path) -> None:
    async with staged("permissions-moved=100%", logs_dir=tmp_path) as stage:
        outcomes = [await stage.carry_out(of_people, params(of_people, stage)) for _ in range(2)]
        requests = stage.sandbox.journal.requests
    assert [outcome.status for outcome in outcomes] == [Status.APPLIED, Status.UNCHANGED]
    assert {(method, result) for method, _, result in requests} == {
        ("GET", "404"),
        ("GET", "200"),
        ("PUT", "404"),
        ("PUT", "204"),
    }


async def test_a_person_without_calling_is_asked_for_once(tmp_path: Path) -> None:
    async with staged("no-calling=100%", logs_dir=tmp_path) as stage:
        outcome = await stage.carry_out(of_people, params(of_people, stage))
        total = stage.sandbox.journal.total
    assert outcome.failure is not None
    assert (outcome.status, total) == (Status.ERROR, 1)
    assert "code 4008" in outcome.failure.text


async def test_nobody_is_not_found_at_either_address(stage: Stage) -> None:
    nobody = stage.sandbox.organisation.people.hydra(7)[:-2] + "Zg"
    wanted = params(of_people, stage).model_copy(update={"person_id": nobody})
    outcome = await stage.carry_out(of_people, wanted)
    assert outcome.failure is not None
    assert "User not found" in outcome.failure.text
    assert outcome.failure.remote is not None
    assert "/features/" in outcome.failure.remote["url"]
