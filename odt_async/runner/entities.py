"""One row at a time for each Webex entity, in the order of the file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

__all__ = ["EntityLocks"]


@dataclass(slots=True)
class _Entity:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)  # wakes its waiters in their order
    rows: int = 0  # in it or waiting for it


class EntityLocks:
    """Rows that change the same entity wait for each other; holds the entities in flight only."""

    def __init__(self) -> None:
        self._entities: dict[str, _Entity] = {}

    @asynccontextmanager
    async def alone(self, entity_id: str) -> AsyncIterator[None]:
        """Wait until no other row is busy with *entity_id*."""
        entity = self._entities.setdefault(entity_id, _Entity())
        entity.rows += 1
        try:
            async with entity.lock:
                yield
        finally:
            entity.rows -= 1
            if not entity.rows:
                del self._entities[entity_id]
