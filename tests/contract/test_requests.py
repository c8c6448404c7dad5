"""Every request that every action sends is one that Webex has published, and so is the sandbox's answer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from odt_async import actions
from odt_async.errors import AmbiguousWrite
from odt_async.model import Outcome, Status
from tests.actions.staging import Stage, parse_cells, staged
from tests.contract.deviations import DEVIATIONS, Deviation
from tests.contract.published import Answer, PublishedApi, Sent
from tests.contract.recording import Recorder
from tests.contract.scenarios import ORGANISATION, PROFILES, SCENARIOS, Cells, Scenario

Exchanges = list[tuple[Sent, Answer]]
PARTNER = {"org_id": ORGANISATION.id}  # as the administrator of a partner fills it in for a customer


def module_of(action: str) -> ModuleType:
    return cast("ModuleType", actions.load(action))


async def carry_out(
    stage: Stage, action: str, cells: Cells, *company: Cells
) -> tuple[list[Any], list[Outcome]]:
    """Carry the row out, and its company together with it."""
    module = module_of(action)
    rows = [parse_cells(module, PROFILES, **row) for row in (cells, *company)]
    return rows, await stage.carry_out_together(module, rows, batch=bool(company))


async def undo(stage: Stage, action: str, params: Any, before: Any) -> None:
    while True:
        try:
            return await stage.undo(module_of(action), params, before)
        except AmbiguousWrite as doubt:  # a job goes on by itself
            await asyncio.sleep(doubt.retry_after_s or 1)


async def perform(scenario: Scenario, extra: Cells, logs_dir: Path) -> tuple[list[Status], Exchanges]:
    """Carry the row out, again, and undo it; return what became of the rows, and all that was sent."""
    async with staged(*scenario.faults, logs_dir=logs_dir) as stage:
        recorder = Recorder(stage.api)
        for action, preparation in scenario.before:
            await carry_out(stage, action, preparation)
        recorder.start()
        cells = [{**row, **extra} for row in (scenario.cells, *scenario.company)]
        rows, outcomes = await carry_out(stage, scenario.action, *cells)
        statuses = [outcome.status for outcome in outcomes]
        if Status.APPLIED in statuses:
            statuses += [outcome.status for outcome in (await carry_out(stage, scenario.action, *cells))[1]]
            if scenario.undone and hasattr(module_of(scenario.action), "undo"):
                for params, outcome in zip(reversed(rows), reversed(outcomes), strict=True):
                    await undo(stage, scenario.action, params, outcome.before)
        return statuses, recorder.exchanges


def problems_of(published: PublishedApi, exchanges: Exchanges) -> set[str]:
    asked = {problem for sent, _ in exchanges for problem in published.problems(sent)}
    answered = {problem for sent, answer in exchanges for problem in published.answer_problems(sent, answer)}
    return asked | answered


@pytest.mark.parametrize("extra", [{}, PARTNER], ids=["own organisation", "customer's"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
async def test_what_is_sent_and_answered_is_as_published(
    scenario: Scenario, extra: Cells, published: PublishedApi, tmp_path: Path
) -> None:
    statuses, exchanges = await perform(scenario, extra, tmp_path)

    rows = 1 + len(scenario.company)
    again = [Status.UNCHANGED] * rows if scenario.status is Status.APPLIED else []
    assert statuses == [scenario.status] * rows + again
    problems = problems_of(published, exchanges)
    assert [
        problem
        for problem in sorted(problems)
        if not any(deviation.excuses(problem) for deviation in DEVIATIONS)
    ] == []


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda deviation: deviation.scenario)
async def test_a_deviation_is_still_needed(
    deviation: Deviation, published: PublishedApi, tmp_path: Path
) -> None:
    (scenario,) = [scenario for scenario in SCENARIOS if str(scenario) == deviation.scenario]

    _, exchanges = await perform(scenario, {}, tmp_path)

    problems = problems_of(published, exchanges)
    assert any(map(deviation.excuses, problems)), problems


@pytest.mark.parametrize("action", actions.names())
def test_an_action_has_a_scenario_for_all_that_it_does(action: str) -> None:
    scenarios = [scenario for scenario in SCENARIOS if scenario.action == action]
    module = module_of(action)

    applied = [scenario for scenario in scenarios if scenario.status is Status.APPLIED]  # then unchanged
    assert scenarios != [], "add its rows to scenarios.py"
    assert applied or "Writes      nothing" in (module.__doc__ or "")
    assert any(scenario.undone for scenario in applied) or not hasattr(module, "undo")
