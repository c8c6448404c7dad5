"""How fast the machine is at the moment: others' work on it slows ours, in processor time as well.

Two processors share caches, and a virtual one shares its core with strangers: what took 450 us of a processor takes
600 us a minute later. So while something is measured, a fixed piece of work is timed ten times a second; by as much
as it is slower than at its fastest, what is measured is taken to be so too.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import fmean

__all__ = ["Pace"]

_EVERY_S = 0.1
_DOCUMENT = {f"name {number}": {"number": number, "text": "x" * number} for number in range(40)}
_TIMES = 12  # about a millisecond: a hundredth of one processor


class Pace:
    """The pace of one processor, as its fixed piece of work shows it.

    work: the piece; clock: tells the time that the thread has had of a processor, in seconds.
    """

    def __init__(
        self,
        work: Callable[[], object] | None = None,
        clock: Callable[[], float] = time.thread_time,
        every_s: float = _EVERY_S,
    ) -> None:
        self._work = work or _write_and_read
        self._clock = clock
        self._every_s = every_s
        self._fastest_s = math.inf

    @contextmanager
    def watched(self) -> Iterator[list[float]]:
        """Yield a list that what the piece takes is added to, in seconds, as long as this lasts: for `slowness`."""
        taken: list[float] = []
        over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(taken, over), name="pace", daemon=True)
        thread.start()
        try:
            yield taken
        finally:
            over.set()
            thread.join()

    def slowness(self, taken: list[float]) -> float:
        """Return how often longer than the fastest ever the piece took: 1.0 for a machine that did nothing else."""
        return fmean(taken) / self._fastest_s

    def _watch(self, taken: list[float], over: threading.Event) -> None:
        while True:
            started = self._clock()
            self._work()
            taken.append(self._clock() - started)
            self._fastest_s = min(self._fastest_s, taken[-1])
            if over.wait(self._every_s):
                break


def _write_and_read() -> None:
    for _ in range(_TIMES):
        json.loads(json.dumps(_DOCUMENT, sort_keys=True))
