"""Watches a run and keeps its metrics at hand for whoever asks, from whatever thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from odt_async.metrics.snapshot import metrics_of
from odt_async.model import Outcome

if TYPE_CHECKING:
    from odt_async.runner.active import Run

__all__ = ["MetricsWatcher"]

_EVERY_S = 1.0


class MetricsWatcher(Collector):
    """An observer of a run, and a collector of prometheus_client.

    It takes the figures once a second, in the run's own thread, so that a request costs nothing, and hands out
    what it took last: nobody looks into a run that is changing.

    on_taken: called after each taking, such as to write a file.
    """

    def __init__(self, on_taken: Callable[[], None] = lambda: None) -> None:
        self._on_taken = on_taken
        self._taken: Sequence[Metric] = ()
        self._run: Run | None = None
        self._due = 0.0
        self._started = time.time()
        self._paused_since: float | None = None
        self._paused_s = 0.0

    def collect(self) -> Iterator[Metric]:
        """Yield what was taken last."""
        yield from self._taken

    def started(self, run: Run) -> None:
        """Take the figures of the beginning."""
        self._run = run
        self._started = time.time()
        self.tick(run)

    def outcome(self, outcome: Outcome) -> None:
        """Nothing: the run counts."""

    def tick(self, run: Run) -> None:
        """Take the figures, unless that was done within the last second."""
        now = run.now()
        if now >= self._due:
            self._due = now + _EVERY_S
            self._take(run, run.state)

    def beat(self, line: str) -> None:
        """Nothing: figures go by the second."""

    def paused(self, reason: str) -> None:  # noqa: ARG002 - the observers' signature
        """Count the seconds from now on."""
        if self._run is not None and self._paused_since is None:
            self._paused_since = self._run.now()

    def resumed(self) -> None:
        """Count no more seconds."""
        self._paused_s, self._paused_since = self._paused(), None

    def ended(self, exit_code: int) -> None:
        """Take the last figures, with the exit code; nothing where no run has started."""
        if self._run is not None:
            self._paused_s, self._paused_since = self._paused(), None
            ending = (
                ("odt_run_end_time_seconds", "When it ended, in seconds since 1970.", time.time()),
                ("odt_run_exit_code", "How it ended; 0: all rows well.", float(exit_code)),
            )
            last = [GaugeMetricFamily(name, words, value=value) for name, words, value in ending]
            self._take(self._run, "ended", *last)

    def _take(self, run: Run, state: str, *more: Metric) -> None:
        shown = state if state in {"running", "draining", "ended"} else "paused"
        figures = metrics_of(run, state=shown, paused_s=self._paused(), started=self._started)
        self._taken = [*figures, *more]
        self._on_taken()

    def _paused(self) -> float:
        since = self._paused_since
        if since is None or self._run is None:
            return self._paused_s
        return self._paused_s + self._run.now() - since
