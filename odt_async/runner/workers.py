"""Bounded workers in one task group, all pulling from the same stream of rows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import anyio

from odt_async.model import Row

__all__ = ["run_workers"]

_BREATH = 100  # rows that one worker may take without waiting for anything


async def run_workers(
    rows: Iterator[Row],
    process: Callable[[Row], Awaitable[bool]],
    *,
    workers: int,
    stopping: Callable[[], bool],
) -> None:
    """Take each row to *process* until there are no more or *stopping* says so; no task per row.

    process: returns whether it waited for anything; must not raise for a failure of the row.

    Cancelling leaves the rows that no worker has taken in *rows*.
    """

    async def work() -> None:
        idle = 0
        while not stopping():
            row = next(rows, None)
            if row is None:
                return
            idle = 0 if await process(row) else idle + 1
            if idle == _BREATH:  # rows that are skipped must not starve the loop
                idle = 0
                await asyncio.sleep(0)

    async with anyio.create_task_group() as group:
        for _ in range(workers):
            group.start_soon(work)
