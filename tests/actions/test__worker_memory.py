from __future__ import annotations

import asyncio
from typing import Any, cast

from odt_async.actions._worker_memory import memory_of

ONE_RUN, ANOTHER = cast("Any", object()), cast("Any", object())


async def test_another_run_remembers_nothing_of_this_one() -> None:
    memory_of(ONE_RUN)["fact"] = 1
    assert memory_of(ANOTHER) == {}


async def test_workers_do_not_share_their_memory() -> None:
    async def work(name: str) -> dict[str, Any]:
        memory_of(ONE_RUN)[name] = True
        await asyncio.sleep(1)
        return memory_of(ONE_RUN)

    first, second = await asyncio.gather(work("a"), work("b"))
    assert (first, second) == ({"a": True}, {"b": True})
