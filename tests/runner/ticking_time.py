"""A virtual clock that moves with every look at it, as a real one does.

aiolimiter asks again at once when nothing but the last bit of a float is missing; a clock that stands still
until something else happens would keep it asking for ever.
"""

from __future__ import annotations

from tests.virtual_time import VirtualTimeLoop

TICK_S = 1e-9


class TickingLoop(VirtualTimeLoop):
    def time(self) -> float:
        self._advance(TICK_S)
        return super().time()
