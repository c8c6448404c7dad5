"""What an action knows from one call to the next, within one worker of one run.

An action is a module and holds no state; a few facts would cost a call per row without memory (the licences of
the organisation), and one is told only once (the number of a job that a row has started). They are kept in the
context of the worker's task, which takes one row after the other, and go with it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["memory_of", "once"]

_Answer = TypeVar("_Answer")
_memory: ContextVar[tuple[AsWebexSimpleApi, dict[str, Any]] | None] = ContextVar("memory", default=None)


def memory_of(api: AsWebexSimpleApi) -> dict[str, Any]:
    """Return what this worker remembers of the run that *api* is of: to be read and written."""
    remembered = _memory.get()
    if remembered is None or remembered[0] is not api:
        remembered = (api, {})
        _memory.set(remembered)
    return remembered[1]


async def once(api: AsWebexSimpleApi, name: str, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """Return what `ask()` gave when this worker first wanted *name*."""
    memory = memory_of(api)
    if name not in memory:
        memory[name] = await ask()
    answer: _Answer = memory[name]
    return answer
