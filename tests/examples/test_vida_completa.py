from __future__ import annotations

from pathlib import Path

from vida_completa import SETTINGS, STEPS, carry_out

from odt_async import actions
from odt_async.sandbox import Sandbox


def test_every_action_has_its_place_in_the_natural_order() -> None:
    assert [step.action for step in STEPS] == sorted(
        actions.names(), key=lambda name: actions.load(name).ORDER
    )


async def test_a_location_goes_from_nothing_to_calling_and_only_once(tmp_path: Path) -> None:
    async with Sandbox(SETTINGS) as sandbox:
        first = await carry_out(sandbox, tmp_path / "first")
        again = await carry_out(sandbox, tmp_path / "again")

    writing = [step.action for step in STEPS if step.applied]
    assert first == []
    assert [problem.partition(":")[0] for problem in again] == writing
