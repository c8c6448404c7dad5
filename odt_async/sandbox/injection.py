"""When a fault strikes: a pure function of the request and of how often it was struck before.

Not of the order of requests, so that two runs over the same rows meet the same faults whatever their
concurrency.
"""

from __future__ import annotations

from enum import StrEnum

from odt_async.sandbox.faults import Faults
from odt_async.sandbox.identity import draw

__all__ = ["MAX_STRIKES", "Injector", "Strike"]

MAX_STRIKES = 4  # on one method and address: a client that retries must get through
_ALWAYS = 1.0  # a share of 100 % is an outage: it never ends


class Strike(StrEnum):
    """What goes wrong with one request."""

    SERVER_ERROR = "5xx"
    HTML_502 = "html-502"
    RESET_BEFORE = "reset-before"
    RESET_AFTER = "reset-after"
    STALL_BEFORE = "stall-before"
    STALL_AFTER = "stall-after"


class Injector:
    """Decides what strikes a request; remembers only the addresses that were struck."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self._seed = seed
        self._strikes: dict[int, int] = {}  # hash of method and address -> times struck
        shares = {
            "5xx": faults.server_error,
            "html-502": faults.html_502,
            "reset-before": faults.reset_before,
            "reset-after": faults.reset_after,
            "stall": faults.stall,
        }
        self._shares = {name: share for name, share in shares.items() if share > 0}

    def strike(self, method: str, target: str) -> Strike | None:
        """Return what goes wrong with this request, or None.

        target: path and query as sent and, where many things are made at one address, what is made.
        """
        if not self._shares:
            return None
        address = draw(self._seed, method, target)
        times = self._strikes.get(address, 0)
        for name, share in self._shares.items():
            if share < _ALWAYS and times >= MAX_STRIKES:
                continue
            number = draw(self._seed, name, address, times)
            if number < share * 2**64:
                self._strikes[address] = times + 1
                return _strike(name, lucky=draw(self._seed, "half", address, times) % 2 == 0)
        return None

    def status(self, method: str, target: str) -> int:
        """Return which 5xx a struck request gets: the same for the same strike."""
        address = draw(self._seed, method, target)
        return 500 + (0, 2, 3, 4)[draw(self._seed, "status", address, self._strikes.get(address, 0)) % 4]


def _strike(name: str, *, lucky: bool) -> Strike:
    if name == "stall":
        return Strike.STALL_AFTER if lucky else Strike.STALL_BEFORE
    return Strike(name)
