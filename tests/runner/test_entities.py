from __future__ import annotations

import asyncio

import anyio
import pytest

from odt_async.runner.entities import EntityLocks

ROW_S = 10.0  # what every row takes


class Rows:
    """Rows that are busy with an entity; `done` has row, start and end."""

    def __init__(self) -> None:
        self.locks = EntityLocks()
        self.done: list[tuple[int, float, float]] = []

    async def carry_out(self, number: int, entity_id: str) -> None:
        now = asyncio.get_running_loop().time
        async with self.locks.alone(entity_id):
            start = now()
            await asyncio.sleep(ROW_S)
            self.done.append((number, start, now()))


async def test_rows_of_one_entity_go_one_by_one_in_their_order() -> None:
    rows = Rows()
    async with anyio.create_task_group() as group:
        for number in range(3):
            group.start_soon(rows.carry_out, number, "ana")
    assert rows.done == [(0, 0.0, 10.0), (1, 10.0, 20.0), (2, 20.0, 30.0)]


async def test_rows_of_different_entities_go_side_by_side() -> None:
    rows = Rows()
    async with anyio.create_task_group() as group:
        for number, entity_id in enumerate(["ana", "luis", "eva"]):
            group.start_soon(rows.carry_out, number, entity_id)
    assert rows.done == [(0, 0.0, 10.0), (1, 0.0, 10.0), (2, 0.0, 10.0)]


async def test_nothing_is_kept_of_entities_that_no_row_is_busy_with() -> None:
    rows = Rows()
    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(rows.carry_out, number, f"entity-{number % 2}")
        await asyncio.sleep(1)
        kept = sorted(rows.locks._entities)
    assert (kept, rows.locks._entities) == (["entity-0", "entity-1"], {})


async def test_a_row_that_fails_lets_the_next_one_in() -> None:
    rows = Rows()
    with pytest.raises(ZeroDivisionError):
        async with rows.locks.alone("ana"):
            raise ZeroDivisionError
    await rows.carry_out(1, "ana")
    assert (rows.done, rows.locks._entities) == ([(1, 0.0, 10.0)], {})


@pytest.mark.parametrize("patience_s", [1.0, 15.0], ids=["while it waits", "while it is busy"])
async def test_a_cancelled_row_lets_the_others_in(patience_s: float) -> None:
    rows = Rows()
    async with anyio.create_task_group() as group:
        group.start_soon(rows.carry_out, 0, "ana")
        await asyncio.sleep(1)
        with anyio.move_on_after(patience_s):
            await rows.carry_out(1, "ana")
        group.start_soon(rows.carry_out, 2, "ana")
    start = max(10.0, 1.0 + patience_s)
    assert (rows.done, rows.locks._entities) == ([(0, 0.0, 10.0), (2, start, start + 10.0)], {})


async def test_a_row_may_come_back_to_its_entity() -> None:
    rows = Rows()
    for number in range(2):
        await rows.carry_out(number, "ana")
    assert rows.done == [(0, 0.0, 10.0), (1, 10.0, 20.0)]
