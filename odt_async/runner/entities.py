"""One row at a time for each Webex entity, or each part of one, in the order in which the rows come."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

__all__ = ["EntityLocks"]


class EntityLocks:
    """Rows that change the same thing wait for each other; holds the things in flight only."""

    def __init__(self) -> None:
        self._entities: dict[str, deque[asyncio.Event]] = {}  # the first of each has its turn

    def busy(self, *names: str) -> bool:
        """Tell whether a row that is about *names* would have to wait."""
        return any(name in self._entities for name in names)

    @asynccontextmanager
    async def alone(self, *names: str) -> AsyncIterator[None]:
        """Wait until no row that came earlier is busy with one of *names*.

        A row queues for all of them at once, so rows go in the order they came, and never in a circle.
        """
        moved_up = asyncio.Event()
        queues = {name: self._entities.setdefault(name, deque()) for name in names}
        for queue in queues.values():
            queue.append(moved_up)
        try:
            while any(queue[0] is not moved_up for queue in queues.values()):
                moved_up.clear()
                await moved_up.wait()
            yield
        finally:
            for name, queue in queues.items():
                queue.remove(moved_up)
                if queue:
                    queue[0].set()
                else:
                    del self._entities[name]
