"""One row at a time for each Webex entity, or each part of one, in the order in which the rows come."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import AbstractAsyncContextManager
from types import TracebackType

__all__ = ["EntityLocks"]


class EntityLocks:
    """Rows that change the same thing wait for each other; holds the things in flight only."""

    def __init__(self) -> None:
        self._entities: dict[str, deque[_Turn]] = {}  # the first of each has its turn

    def busy(self, *names: str) -> bool:
        """Tell whether a row that is about *names* would have to wait."""
        return any(name in self._entities for name in names)

    def alone(self, *names: str) -> AbstractAsyncContextManager[None]:
        """Wait until no row that came earlier is busy with one of *names*.

        A row queues for all of them at once, so rows go in the order they came, and never in a circle.
        """
        return _Turn(self._entities, names)


class _Turn:
    """The place of one row in the queues for what it is about, from `async with` to its end."""

    # a class, as a generator in a context manager for each row would cost more

    __slots__ = ("_entities", "_moved_up", "_names")

    def __init__(self, entities: dict[str, deque[_Turn]], names: tuple[str, ...]) -> None:
        self._entities = entities
        self._names = names if len(names) == 1 else tuple(dict.fromkeys(names))
        self._moved_up: asyncio.Event | None = None  # of one that has to wait

    async def __aenter__(self) -> None:
        queues = [self._entities.setdefault(name, deque()) for name in self._names]
        for queue in queues:
            queue.append(self)
        try:
            for queue in queues:
                # once it is the first of a queue, it stays so
                while queue[0] is not self:
                    self._moved_up = asyncio.Event()
                    await self._moved_up.wait()
        except BaseException:  # cancelled: whoever is behind must not wait for a row that has gone
            self._leave()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        for name in self._names:
            queue = self._entities[name]
            queue.remove(self)
            if not queue:
                del self._entities[name]
            elif (moved_up := queue[0]._moved_up) is not None:  # noqa: SLF001 - of its own kind
                moved_up.set()
