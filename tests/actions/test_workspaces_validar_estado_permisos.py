from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from odt_async.actions import workspaces_validar_estado_permisos as action
from odt_async.actions._workspace_access import Refusal
from odt_async.model import Status
from tests.actions.staging import Stage, parse_cells, staged


def params(stage: Stage) -> Any:
    return parse_cells(action, display_name=stage.sandbox.organisation.workspace(7).display_name)


async def test_a_workspace_that_is_ready_is_unchanged_and_nothing_is_written(stage: Stage) -> None:
    outcome = await stage.carry_out(action, params(stage))
    assert (outcome.status, stage.writes) == (Status.UNCHANGED, 0)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("unauthorised=100%", "unauthorized, reading callForwarding: Webex does not let this token see them"),
        ("no-calling=100%", "no-calling, reading callForwarding: the workspace has no Webex Calling licence"),
    ],
)
async def test_a_workspace_that_is_not_ready_is_told_what_it_lacks(
    fault: str, text: str, tmp_path: Path
) -> None:
    async with staged(fault, logs_dir=tmp_path) as stage:
        outcome = await stage.carry_out(action, params(stage))
    assert outcome.status is Status.ERROR
    assert outcome.failure is not None
    assert outcome.failure.text.startswith(text)
    assert outcome.failure.remote is not None


async def test_a_basic_workspace_can_have_both(tmp_path: Path) -> None:
    async with staged("basic-workspace=100%", logs_dir=tmp_path) as stage:
        outcome = await stage.carry_out(action, params(stage))
    assert outcome.status is Status.UNCHANGED


async def test_any_other_refusal_is_webexs_own_error(stage: Stage) -> None:
    elsewhere = base64.b64encode(b"ciscospark://us/ORGANIZATION/99f57b44-7ec4-43de-a71f-07c19542fd12")
    workspace_id = stage.sandbox.organisation.workspaces.hydra(7)
    wanted = parse_cells(action, workspace_id=workspace_id, org_id=elsewhere.decode())
    outcome = await stage.carry_out(action, wanted)
    assert outcome.failure is not None
    assert (outcome.failure.type, outcome.failure.text[:8]) == ("AsRestError", "HTTP 403")


def test_every_refusal_has_a_cure() -> None:
    assert action._CURES.keys() == set(Refusal)
