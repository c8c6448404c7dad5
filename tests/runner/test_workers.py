from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import pairwise

import anyio
import pytest

from odt_async.model import Row
from odt_async.runner.workers import run_workers
from tests.runner.building import make_row


def rows(count: int) -> Iterator[Row]:
    return (make_row(index) for index in range(count))


class Processing:
    """What the workers do with a row: *seconds* of waiting; `done` has the rows in the order of their ends."""

    def __init__(self, seconds: float = 1.0) -> None:
        self._seconds = seconds
        self.done: list[int] = []
        self.at_once = 0
        self.most_at_once = 0

    async def take(self, row: Row) -> bool:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self._seconds:
                await asyncio.sleep(self._seconds)
        finally:
            self.at_once -= 1
        self.done.append(row.index)
        return self._seconds > 0


def never() -> bool:
    return False


async def test_every_row_is_processed_once_by_no_more_than_so_many_workers() -> None:
    processing = Processing()
    await run_workers(rows(10), processing.take, workers=3, stopping=never)
    seconds = asyncio.get_running_loop().time()
    assert (processing.done, processing.most_at_once, seconds) == (list(range(10)), 3, 4.0)


async def test_no_row_is_read_before_a_worker_is_free_for_it() -> None:
    processing = Processing()
    source = rows(10)
    with anyio.move_on_after(1.5):
        await run_workers(source, processing.take, workers=3, stopping=never)
    left = [row.index for row in source]
    assert (processing.done, left) == ([0, 1, 2], [6, 7, 8, 9])


async def test_told_to_stop_they_finish_what_they_have_and_leave_the_rest() -> None:
    processing = Processing()
    source = rows(10)
    await run_workers(source, processing.take, workers=3, stopping=lambda: len(processing.done) >= 4)
    left = [row.index for row in source]
    assert (processing.done, left) == ([0, 1, 2, 3, 4, 5], [6, 7, 8, 9])


async def test_a_slow_row_holds_up_no_other() -> None:
    done: list[int] = []

    async def process(row: Row) -> bool:
        await asyncio.sleep(1000.0 if row.index == 0 else 1.0)
        done.append(row.index)
        return True

    await run_workers(rows(9), process, workers=2, stopping=never)
    assert done == [1, 2, 3, 4, 5, 6, 7, 8, 0]


async def test_rows_that_wait_for_nothing_do_not_starve_the_loop() -> None:
    processing = Processing(seconds=0)
    progress: list[int] = []

    async def watch() -> None:
        while True:
            progress.append(len(processing.done))
            await asyncio.sleep(0)

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        await run_workers(rows(1000), processing.take, workers=1, stopping=never)
        group.cancel_scope.cancel()

    longest = max(after - before for before, after in pairwise(progress))
    assert len(processing.done) == 1000
    assert longest <= 200


async def test_what_process_must_not_raise_is_not_swallowed() -> None:
    async def process(row: Row) -> bool:
        raise ZeroDivisionError

    with pytest.RaisesGroup(ZeroDivisionError):
        await run_workers(rows(3), process, workers=1, stopping=never)
