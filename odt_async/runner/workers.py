"""Bounded workers in one task group, all pulling from the same stream of rows; their number may change."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import TypeVar

import anyio

from odt_async.errors import RunInterrupted
from odt_async.runner.gate import Gate

__all__ = ["Workers"]

_BREATH = 100  # rows that one worker may take without waiting for anything

_Row = TypeVar("_Row")


class Workers:
    """So many workers, each with one row at a time.

    intake: closed while no new row is to be taken; rows already taken go on.
    """

    def __init__(self, size: int) -> None:
        self.intake = Gate()
        self._size = size
        self._at_work = 0
        self._add: Callable[[], None] = lambda: None

    @property
    def size(self) -> int:
        """How many there are to be; of too many, each ends when its row is done."""
        return self._size

    @size.setter
    def size(self, size: int) -> None:
        self._size = size
        if self._at_work:  # the last one ends for want of rows: no more are needed then
            for _ in range(size - self._at_work):
                self._add()

    async def run(
        self,
        rows: Iterator[_Row],
        process: Callable[[_Row], Awaitable[bool]],
        *,
        stopping: Callable[[], bool],
    ) -> None:
        """Take each row to *process* until there are no more or *stopping* says so; no task per row.

        process: returns whether it waited for anything; must not raise for a failure of the row.

        Cancelling leaves the rows that no worker has taken in *rows*.
        """

        async def work() -> None:
            idle = 0
            try:
                while not stopping() and self._at_work <= self._size:
                    if self.intake.reason is not None:
                        with suppress(RunInterrupted):  # then *stopping* says so
                            await self.intake.passed()
                        continue
                    row = next(rows, None)
                    if row is None:
                        return
                    idle = 0 if await process(row) else idle + 1
                    if idle == _BREATH:  # rows that are skipped must not starve the loop
                        idle = 0
                        await asyncio.sleep(0)
            finally:
                self._at_work -= 1

        async with anyio.create_task_group() as group:

            def add() -> None:
                self._at_work += 1
                group.start_soon(work)

            self._add = add
            for _ in range(self._size):
                add()
