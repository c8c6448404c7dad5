"""The metrics of a run as they are at one moment; names and units as Prometheus recommends.

Source: prometheus.io/docs/practices/naming: base units, `_total` for what only grows, one unit for each name.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)

from odt_async import __version__
from odt_async.runner.request_stats import BOUNDS_S

if TYPE_CHECKING:
    from odt_async.runner.active import Run

__all__ = ["STATES", "metrics_of"]

STATES = ("running", "paused", "draining", "ended")
_BOUNDS = (*map(str, BOUNDS_S), "+Inf")


def metrics_of(run: Run, *, state: str, paused_s: float, started: float) -> list[Metric]:
    """Return all metrics but those of a run's end; it is read and not changed.

    paused_s: how long requests have not been sent, in seconds. started: seconds since 1970.
    """
    return [
        *_of_the_run(run, state=state, started=started),
        *_of_rows(run),
        *_of_requests(run),
        *_of_pace(run),
        _counter("odt_paused_seconds", "Time in which nothing was sent, whatever the reason.", paused_s),
    ]


def _of_the_run(run: Run, *, state: str, started: float) -> Iterator[Metric]:
    names = {"run": run.run_id, "script_name": run.spec.name, "version": __version__}
    yield InfoMetricFamily("odt_run", "The run.", value={**names, "dry_run": str(run.spec.dry_run).lower()})
    yield _gauge("odt_run_start_time_seconds", "When it began, in seconds since 1970.", started)
    states = GaugeMetricFamily("odt_run_state", "1 for the state that the run is in.", labels=["state"])
    for name in STATES:
        states.add_metric([name], name == state)
    yield states
    outages = run.policy.outages.seen
    is_out = bool(outages) and outages[-1]["lasted_s"] is None
    yield _gauge("odt_outage", "1 while Webex, or the way to it, is out of order.", is_out)


def _of_rows(run: Run) -> Iterator[Metric]:
    progress = run.progress()
    rows = CounterMetricFamily(
        "odt_rows", "Rows by what became of them; the sum is those dealt with.", labels=["status"]
    )
    for status, count in progress.counts.items():
        rows.add_metric([status.value], count)
    yield rows
    yield _gauge("odt_rows_expected", "Rows in the input.", progress.total)
    yield _gauge("odt_rows_in_progress", "Rows begun and not ended.", len(run.in_progress))


def _of_requests(run: Run) -> Iterator[Metric]:
    sent = CounterMetricFamily(
        "odt_requests",
        "Requests by endpoint family and by what the answer asks for; repeats count.",
        labels=["family", "verdict"],
    )
    times = HistogramMetricFamily(
        "odt_request_duration_seconds", "Time of a request, answer included.", labels=["family"]
    )
    for family, requests in run.policy.requests.families.items():
        for verdict, count in requests.by_verdict.items():
            sent.add_metric([family, verdict], count)
        buckets = list(zip(_BOUNDS, accumulate(requests.buckets), strict=True))
        times.add_metric([family], buckets, sum_value=requests.total_s)
    yield sent
    yield times
    slots = run.policy.slots
    yield _gauge("odt_requests_in_flight", "Requests sent and not answered.", slots.in_flight)
    yield _gauge("odt_requests_in_flight_limit", "How many there may be (--concurrency).", slots.limit)


def _of_pace(run: Run) -> Iterator[Metric]:
    labels = ["family"]
    rate = GaugeMetricFamily(
        "odt_requests_per_second", "Requests sent a second, over the last ones.", labels=labels
    )
    allowed = GaugeMetricFamily(
        "odt_requests_allowed_per_second",
        "What Webex is believed to bear; families that have shown a limit.",
        labels=labels,
    )
    held = GaugeMetricFamily(
        "odt_family_held_seconds", "How long a Retry-After still holds the family.", labels=labels
    )
    for state in run.policy.limiter.states():
        rate.add_metric([state.family], run.chronicle.recent.rate_per_s(state.family))
        held.add_metric([state.family], state.held_s)
        if state.pace_per_s is not None:
            allowed.add_metric([state.family], state.pace_per_s)
    yield from (rate, allowed, held)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _counter(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(name, words, value=value)
