"""What the actions know from one call to the next, all workers of a run together.

An action is a module and holds no state; a few facts would cost a call per row without memory (the licences of
the organisation), and one is told only once (the number of a job that was started). They are kept in
the run's session.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["once", "run_memory_of"]

_Answer = TypeVar("_Answer")


def run_memory_of(api: AsWebexSimpleApi) -> dict[str, Any]:
    """Return what is remembered of the run that *api* is of: to be read and written."""
    return cast("dict[str, Any]", cast("Any", api.session).memory)


async def once(api: AsWebexSimpleApi, name: str, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """Return what `ask()` gave when a row of the run first wanted *name*; rows that want it meanwhile wait.

    Raises what `ask()` does, for the row that asked: the next one asks again.
    """
    memory = run_memory_of(api)
    turn: asyncio.Lock = memory.setdefault(f"{name}: asked", asyncio.Lock())
    async with turn:
        if name not in memory:
            memory[name] = await ask()
    answer: _Answer = memory[name]
    return answer
