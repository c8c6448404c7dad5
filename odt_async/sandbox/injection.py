"""When a fault strikes: a pure function of the request and of how often it was struck before.

Not of the order of requests, so that two runs over the same rows meet the same faults whatever their
concurrency.
"""

from __future__ import annotations

from enum import StrEnum

from odt_async.sandbox.faults import Faults
from odt_async.sandbox.identity import draw

__all__ = ["INTACT", "MAX_STRIKES", "SHOWN_BY_NAME", "SILENT", "UNPROCESSED", "Injector", "Strike"]

MAX_STRIKES = 4  # on one method and address: a client that retries must get through
_ALWAYS = 1.0  # a share of 100 % is an outage: it never ends


class Strike(StrEnum):
    """What goes wrong with one request; `sandbox --help` describes each."""

    SERVER_ERROR = "5xx"
    HTML_502 = "html-502"
    RESET_BEFORE = "reset-before"
    RESET_AFTER = "reset-after"
    STALL_BEFORE = "stall-before"
    STALL_AFTER = "stall-after"
    HTML_200 = "html-200"
    ERROR_200_BEFORE = "error-200-before"
    ERROR_200_AFTER = "error-200-after"
    REDIRECT = "redirect"
    REDIRECT_SAME = "redirect-same"
    TRUNCATED = "truncated"
    CUT_BODY = "cut-body"
    EMPTY_BODY = "empty-body"
    MISFIT = "misfit"
    WRONG_CHARSET = "wrong-charset"
    WRONG_TYPE = "wrong-type"
    NEXT_ELSEWHERE = "next-elsewhere"
    HUGE_BODY = "huge-body"
    GZIP_BOMB = "gzip-bomb"
    TRICKLE = "trickle"
    JUNK_HEADERS = "junk-headers"
    EARLY_HINTS = "early-hints"
    BODY_204 = "204-body"
    OUTAGE_503 = "outage"
    OUTAGE_DROP = "outage-drop"
    FORGOTTEN = "idle-forget"


UNPROCESSED = frozenset(
    {
        Strike.SERVER_ERROR,
        Strike.HTML_502,
        Strike.RESET_BEFORE,
        Strike.STALL_BEFORE,
        Strike.HTML_200,
        Strike.ERROR_200_BEFORE,
        Strike.REDIRECT,
        Strike.REDIRECT_SAME,
        Strike.OUTAGE_503,
        Strike.OUTAGE_DROP,
        Strike.FORGOTTEN,
    }
)
SILENT = frozenset({Strike.RESET_AFTER, Strike.STALL_AFTER})  # processed, and nothing is said of it
INTACT = frozenset({Strike.JUNK_HEADERS, Strike.EARLY_HINTS})  # the answer can be believed all the same
SHOWN_BY_NAME = frozenset(Strike) - {Strike.SERVER_ERROR, Strike.HTML_502}  # in the journal; these by status
_HALF_PROCESSED = frozenset({"stall", "error-200"})


class Injector:
    """Decides what strikes a request; remembers only the addresses that were struck."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self._seed = seed
        self._strikes: dict[int, int] = {}  # hash of method and address -> times struck
        # in an order that does not depend on that in which they were asked for
        self._rules = {name: rule for name, rule in sorted(faults.strikes.items()) if rule.share > 0}
        self._outages = faults.outages

    def outage(self, elapsed_s: float) -> Strike | None:
        """Return what keeps every request out *elapsed_s* after the faults were given, or None."""
        for outage in self._outages:
            if outage.start_s <= elapsed_s < outage.end_s:
                return Strike.OUTAGE_DROP if outage.dropped else Strike.OUTAGE_503
        return None

    def strike(self, method: str, target: str) -> Strike | None:
        """Return what goes wrong with this request, or None.

        target: path and query as sent and, where many things are made at one address, what is made.
        """
        if not self._rules:
            return None
        address = draw(self._seed, method, target)
        times = self._strikes.get(address, 0)
        for name, rule in self._rules.items():
            if rule.method not in {None, method} or (rule.share < _ALWAYS and times >= MAX_STRIKES):
                continue
            number = draw(self._seed, name, address, times)
            if number < rule.share * 2**64:
                self._strikes[address] = times + 1
                return _strike(name, lucky=draw(self._seed, "half", address, times) % 2 == 0)
        return None

    def status(self, method: str, target: str) -> int:
        """Return which 5xx a struck request gets: the same for the same strike."""
        address = draw(self._seed, method, target)
        return 500 + (0, 2, 3, 4)[draw(self._seed, "status", address, self._strikes.get(address, 0)) % 4]


def _strike(name: str, *, lucky: bool) -> Strike:
    return Strike(f"{name}-{'after' if lucky else 'before'}" if name in _HALF_PROCESSED else name)
