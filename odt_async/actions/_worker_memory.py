"""What an action knows from one call to the next, within one worker of one run.

It is kept in the context of the worker's task, which takes one row after the other, and goes with it.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["memory_of"]

_memory: ContextVar[tuple[AsWebexSimpleApi, dict[str, Any]] | None] = ContextVar("memory", default=None)


def memory_of(api: AsWebexSimpleApi) -> dict[str, Any]:
    """Return what this worker remembers of the run that *api* is of: to be read and written."""
    remembered = _memory.get()
    if remembered is None or remembered[0] is not api:
        remembered = (api, {})
        _memory.set(remembered)
    return remembered[1]
