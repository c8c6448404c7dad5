"""The route groups and trunks of the simulated organisation: where calls to the old platform go."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from odt_async.sandbox.identity import EntityIds

__all__ = ["PremiseRoute", "PremiseRoutes", "premise_routes"]

_ROUTE_GROUPS = 12
_TRUNKS = 24


class PremiseRoute(NamedTuple):
    """One route group or trunk."""

    number: int
    id: str
    name: str
    type: str  # ROUTE_GROUP or TRUNK


class PremiseRoutes:
    """All of them; they are what they are and never change."""

    def __init__(self, seed: int) -> None:
        self._ids = {
            "ROUTE_GROUP": EntityIds("ciscospark://us/ROUTE_GROUP/", seed=seed, count=_ROUTE_GROUPS),
            "TRUNK": EntityIds("ciscospark://us/TRUNK/", seed=seed, count=_TRUNKS),
        }
        self.route_groups = self._routes("ROUTE_GROUP", "RG", _ROUTE_GROUPS)
        self.trunks = self._routes("TRUNK", "TRUNK", _TRUNKS)

    def find(self, kind: str, route_id: str) -> PremiseRoute | None:
        """Return the route of this *kind* (ROUTE_GROUP or TRUNK) and id, None when there is none."""
        number = self._ids[kind].index(route_id)
        if number is None:
            return None
        return (self.route_groups if kind == "ROUTE_GROUP" else self.trunks)[number]

    def _routes(self, kind: str, prefix: str, count: int) -> tuple[PremiseRoute, ...]:
        return tuple(
            PremiseRoute(number, self._ids[kind].hydra(number), f"{prefix}_{number:02d}", kind)
            for number in range(count)
        )


@lru_cache(maxsize=4)
def premise_routes(seed: int) -> PremiseRoutes:
    """Return the routes of the organisation with this seed."""
    return PremiseRoutes(seed)
