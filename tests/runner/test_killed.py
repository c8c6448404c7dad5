"""Killed at every moment of a run, and gone on with: every row is done once, whatever the files had time for."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from tests.runner.lives import (
    CASES,
    START_UP_S,
    Case,
    check_that_all_is_done_once,
    check_that_the_rows_are_done,
    lifetime,
    live,
    named,
    start,
    write_rows_of,
)
from tests.runner.mortality import Death
from tests.runner.running import Table
from tests.runner.taking_back import states, undo

TORN = (
    0.0,
    0.001,
    0.5,
    1.0,
)  # of the line that is being written: nothing of it, one letter, a half, all but its end


@named(CASES[0], CASES[3])
async def test_killed_at_any_moment_and_gone_on_with_every_row_is_done_once(case: Case) -> None:
    moments, was = await lifetime(case)
    for at in range(len(moments)):
        await die_and_go_on(case, was, Death(at, torn=TORN[at % len(TORN)]))


@pytest.mark.slow
@named(*CASES)
async def test_the_same_with_every_write_torn_in_every_way(case: Case) -> None:
    moments, was = await lifetime(case)
    for at, moment in enumerate(moments):
        for torn in TORN if moment.startswith("write") else TORN[:1]:
            await die_and_go_on(case, was, Death(at, torn=torn))


@named(*CASES)
async def test_killed_again_while_it_goes_on(case: Case) -> None:
    moments, was = await lifetime(case)
    chance = random.Random(case.action)  # noqa: S311 - repeatable, not secret
    for at in range(15, len(moments), 11):
        deaths = [Death(chance.randrange(10, len(moments)), torn=chance.choice(TORN)) for _ in range(3)]
        await die_and_go_on(case, was, Death(at), *deaths)


async def die_and_go_on(case: Case, was: dict[str, Any], *deaths: Death) -> None:
    """Die these deaths one after another, live then, and see that all is as if nobody had died."""
    async with start(case) as served:
        left = None
        for death in deaths:
            left = left or await live(served, case, death)
        left = left or await live(served, case)
        assert left is not None
        check_that_all_is_done_once(case, served, left, was)


def many_numbers(rows: Table) -> Table:
    """Give every location more numbers than one request of an undo takes away."""
    return [
        row | {"phone_numbers": ";".join(f"+3495{index:02}000{number:02}" for number in range(7))}
        for index, row in enumerate(rows)
    ]


MANY_NUMBERS = Case("ubicacion_alta_numeraciones_desactivadas", many_numbers)


@named(CASES[0], MANY_NUMBERS)
async def test_an_undo_that_is_killed_at_any_moment_and_gone_on_with_restores_everything(case: Case) -> None:
    write_rows_of(case)
    at, alive = 0, False
    every = 11 if case is MANY_NUMBERS else 7
    while not alive:
        async with start(case) as served:
            before = await states(served, case.action)
            first = await live(served, case)
            assert first is not None
            served.journal.clear()
            served.death = Death(at, torn=TORN[at % len(TORN)])
            alive = await served.death.take(undo(served, first)) is not None
            await asyncio.sleep(START_UP_S)
            served.death = Death()
            again = await undo(served, first)
            assert (await states(served, case.action), served.journal.double_applies) == (before, 0)
        assert set(again.counts) <= {"applied", "skipped"}, served.death.moments
        at += every
    assert at > 40


POSTED = "after POST /"


@named(*CASES[3:])
async def test_what_search_hides_for_longer_than_our_patience_is_still_not_made_twice(case: Case) -> None:
    case = case._replace(faults=("search-lag=10m",))
    write_rows_of(case)
    async with start(case) as served:
        death = Death()
        await live(served, case, death)
    posted = sum(moment.startswith(POSTED) for moment in death.moments)
    async with start(case) as served:
        assert await live(served, case, Death(posted - 1, among=POSTED)) is None
        impatient = await live(served, case)
        assert impatient is not None
        errors = [line["error"] for line in impatient.lines("error.jsonl")]
        await asyncio.sleep(600)
        patient = await live(served, case)
    assert patient is not None
    check_that_the_rows_are_done(case, served, patient)
    assert (
        case.errors < impatient.counts["error"] == len(errors)
    )  # Webex has refused the second of what was there
