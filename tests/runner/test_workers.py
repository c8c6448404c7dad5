from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import pairwise

import anyio
import pytest

from odt_async.model import Row
from odt_async.runner.workers import Workers
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
    await Workers(3).run(rows(10), processing.take, stopping=never)
    seconds = asyncio.get_running_loop().time()
    assert (processing.done, processing.most_at_once, seconds) == (list(range(10)), 3, 4.0)


async def test_no_row_is_read_before_a_worker_is_free_for_it() -> None:
    processing = Processing()
    source = rows(10)
    with anyio.move_on_after(1.5):
        await Workers(3).run(source, processing.take, stopping=never)
    left = [row.index for row in source]
    assert (processing.done, left) == ([0, 1, 2], [6, 7, 8, 9])


async def test_told_to_stop_they_finish_what_they_have_and_leave_the_rest() -> None:
    processing = Processing()
    source = rows(10)
    await Workers(3).run(source, processing.take, stopping=lambda: len(processing.done) >= 4)
    left = [row.index for row in source]
    assert (processing.done, left) == ([0, 1, 2, 3, 4, 5], [6, 7, 8, 9])


async def test_a_slow_row_holds_up_no_other() -> None:
    done: list[int] = []

    async def process(row: Row) -> bool:
        await asyncio.sleep(1000.0 if row.index == 0 else 1.0)
        done.append(row.index)
        return True

    await Workers(2).run(rows(9), process, stopping=never)
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
        await Workers(1).run(rows(1000), processing.take, stopping=never)
        group.cancel_scope.cancel()

    longest = max(after - before for before, after in pairwise(progress))
    assert len(processing.done) == 1000
    assert longest <= 200


async def test_what_process_must_not_raise_is_not_swallowed() -> None:
    async def process(row: Row) -> bool:
        raise ZeroDivisionError

    with pytest.RaisesGroup(ZeroDivisionError):
        await Workers(1).run(rows(3), process, stopping=never)


async def test_more_workers_take_more_rows_and_of_fewer_each_ends_with_its_row() -> None:
    processing = Processing()
    workers = Workers(1)
    source = rows(30)

    async def resize() -> None:
        await asyncio.sleep(1.5)
        workers.size = 4
        await asyncio.sleep(0)
        grown = processing.at_once
        await asyncio.sleep(2.2)
        workers.size = 2
        await asyncio.sleep(0)
        told = processing.at_once
        await asyncio.sleep(2)
        assert (grown, told, processing.at_once, workers.size) == (4, 4, 2, 2)

    async with anyio.create_task_group() as group:
        group.start_soon(resize)
        await workers.run(source, processing.take, stopping=never)
    assert sorted(processing.done) == list(range(30))


async def test_nobody_is_added_when_all_rows_are_taken_and_done() -> None:
    workers = Workers(2)
    await workers.run(rows(3), Processing().take, stopping=never)
    workers.size = 50
    assert workers.size == 50


async def test_a_closed_intake_lets_rows_in_progress_finish_and_takes_none() -> None:
    processing = Processing()
    workers = Workers(2)

    async def close_for_an_hour() -> None:
        await asyncio.sleep(0.5)
        workers.intake.close("the window is closed")
        await asyncio.sleep(3600)
        assert processing.done == [0, 1]
        workers.intake.open("the window is closed")

    async with anyio.create_task_group() as group:
        group.start_soon(close_for_an_hour)
        await workers.run(rows(6), processing.take, stopping=never)
    assert processing.done == list(range(6))
    assert asyncio.get_running_loop().time() == 3602.5


async def test_the_end_of_the_run_ends_workers_that_wait_for_the_intake() -> None:
    workers = Workers(2)
    workers.intake.close("the window is closed")
    stopped = False

    async def stop() -> None:
        nonlocal stopped
        await asyncio.sleep(5)
        stopped = True
        workers.intake.abandon()

    source = rows(6)
    async with anyio.create_task_group() as group:
        group.start_soon(stop)
        await workers.run(source, Processing().take, stopping=lambda: stopped)
    assert len(list(source)) == 6
