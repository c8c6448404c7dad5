"""What a test of an action gets: a stage, or its two halves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from odt_async.model import ActionParams, Outcome
from odt_async.sandbox import Sandbox
from tests.actions.staging import Stage, staged

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

CarryOut = Callable[[ModuleType, ActionParams], Awaitable[Outcome]]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A sandbox without faults; for others, use `staged("5xx=2%", logs_dir=tmp_path)`."""
    async with staged(logs_dir=tmp_path) as opened:
        yield opened


@pytest.fixture
def sandbox_api(stage: Stage) -> tuple[AsWebexSimpleApi, Sandbox]:
    return stage.api, stage.sandbox


@pytest.fixture
def carry_out(stage: Stage) -> CarryOut:
    """`await carry_out(action_module, params)` gives the row's Outcome: status, before, change, failure."""
    return stage.carry_out
