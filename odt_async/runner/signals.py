"""SIGINT and SIGTERM: the first drains, the second aborts."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from anyio.abc import TaskStatus

__all__ = ["heed_signals"]


async def heed_signals(
    drain: Callable[[signal.Signals], None],
    abort: Callable[[signal.Signals], None],
    *,
    task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
) -> None:
    """Call *drain* at the first signal, *abort* at every later one, until cancelled."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as received:
        task_status.started()
        react = drain
        async for number in received:
            react(number)
            react = abort
