from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from odt_async.actions._run_memory import once, run_memory_of


def a_run() -> Any:
    return SimpleNamespace(session=SimpleNamespace(memory={}))


async def test_a_question_is_asked_once_also_by_rows_that_want_it_at_the_same_time() -> None:
    run, asked = a_run(), []

    async def ask() -> int:
        asked.append(1)
        await asyncio.sleep(1)
        return len(asked)

    answers = await asyncio.gather(*(once(run, "how many", ask) for _ in range(3)))
    assert (answers, len(asked)) == ([1, 1, 1], 1)


async def test_the_next_row_asks_again_what_failed() -> None:
    run, asked = a_run(), []

    async def ask() -> int:
        asked.append(1)
        if len(asked) == 1:
            raise ConnectionError
        return len(asked)

    with pytest.raises(ConnectionError):
        await once(run, "how many", ask)
    assert await once(run, "how many", ask) == 2


def test_workers_of_a_run_share_its_memory_and_another_run_knows_nothing_of_it() -> None:
    run, other = a_run(), a_run()
    run_memory_of(run)["fact"] = 1
    assert (run_memory_of(run), run_memory_of(other)) == ({"fact": 1}, {})
