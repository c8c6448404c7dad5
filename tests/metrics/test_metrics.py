"""The figures of a run on the sandbox, read as Prometheus reads them."""

from __future__ import annotations

import os
import socket
import stat
from itertools import pairwise
from pathlib import Path
from urllib.request import urlopen

import anyio.to_thread
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from odt_async.errors import InputError, OutputFailed
from odt_async.metrics import MetricsFile, MetricsWatcher, served
from odt_async.runner.active import Run
from odt_async.runner.observer import Observers
from odt_async.runner.run import run
from odt_async.webex.tokens import token_source
from tests.runner.running import ACTION, Leavings, Watcher, make_spec, sandbox, write_rows

PROM = Path("metrics") / "odt.prom"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def run_measured(metrics: MetricsWatcher, *faults: str, watcher: Watcher | None = None) -> Leavings:
    """Run all rows on a sandbox, with *metrics* among the observers."""
    async with sandbox(*faults) as there:
        spec = make_spec(there)
        result = await run(
            spec,
            connect=lambda redact: token_source(spec.settings, on_token=redact.add),
            observer=Observers([metrics, watcher or Watcher()]),
        )
    metrics.ended(1 if result.summary["errors"] else 0)
    return Leavings(result)


def text_of(metrics: MetricsWatcher) -> str:
    registry = CollectorRegistry()
    registry.register(metrics)
    return generate_latest(registry).decode()


def samples_of(text: str) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, tuple(sorted(labels.items()))]


async def test_the_figures_are_those_of_the_report() -> None:
    write_rows(80)
    metrics = MetricsWatcher()
    left = await run_measured(metrics, "no-calling=20%", "5xx=5%")
    samples, report = samples_of(text_of(metrics)), left.report
    counts = {status: value(samples, "odt_rows_total", status=status) for status in report["by_status"]}
    assert counts == report["by_status"]
    assert value(samples, "odt_rows_expected") == 80
    requests = {
        (family["family"], verdict): count
        for family in report["requests_by_family"]
        for verdict, count in family["by_verdict"].items()
    }
    assert {
        (labels["family"], labels["verdict"]): count
        for (name, pairs), count in samples.items()
        if name == "odt_requests_total" and (labels := dict(pairs))
    } == requests
    timed = sum(count for (name, _), count in samples.items() if name == "odt_request_duration_seconds_count")
    assert timed == report["requests"]["total"] == sum(requests.values())
    assert value(samples, "odt_run_state", state="ended") == 1
    assert value(samples, "odt_run_exit_code") == 1
    info = {"run": left.result.run, "script_name": ACTION, "version": "0.1.0", "dry_run": "false"}
    assert value(samples, "odt_run_info", **info) == 1


async def test_every_metric_says_what_it_is_and_has_a_name_as_prometheus_recommends() -> None:
    write_rows(20)
    metrics = MetricsWatcher()
    await run_measured(metrics)
    families = list(text_string_to_metric_families(text_of(metrics)))
    assert [family.name for family in families if not family.documentation.endswith((".", ")."))] == []
    assert {family.type for family in families} == {"counter", "gauge", "histogram"}
    for family in families:
        assert family.name.startswith("odt_")
        names = {sample.name for sample in family.samples}
        assert (family.type == "counter") == any(name.endswith("_total") for name in names)
        assert not any(unit in family.name for unit in ("_ms", "_milliseconds", "_percent"))


async def test_what_only_grows_never_shrinks() -> None:
    write_rows(150)
    metrics, seen = MetricsWatcher(), list[Samples]()

    def look(_run: Run) -> None:
        seen.append(samples_of(text_of(metrics)))

    await run_measured(metrics, "latency=400ms", watcher=Watcher(on_tick=look))
    seen.append(samples_of(text_of(metrics)))
    assert len(seen) > 10
    for before, after in pairwise(seen):
        growing = {key for key in before if key[0].endswith(("_total", "_count", "_sum", "_bucket"))}
        assert {key for key in growing if after[key] < before[key]} == set()


async def test_the_buckets_of_a_histogram_are_cumulative() -> None:
    write_rows(40)
    metrics = MetricsWatcher()
    await run_measured(metrics, "latency=30ms")
    samples = samples_of(text_of(metrics))
    for family in {dict(labels)["family"] for name, labels in samples if name == "odt_requests_total"}:
        buckets = [
            (float(dict(labels)["le"]), count)
            for (name, labels), count in samples.items()
            if name == "odt_request_duration_seconds_bucket" and dict(labels)["family"] == family
        ]
        counts = [count for _bound, count in sorted(buckets)]
        assert counts == sorted(counts)
        assert counts[-1] == value(samples, "odt_request_duration_seconds_count", family=family)


async def test_a_pause_is_counted_in_seconds_and_shown_while_it_lasts() -> None:
    write_rows(60)
    metrics, states = MetricsWatcher(), list[float]()
    reason, ticks = "somebody has to do something", list[float]()

    def halt(run: Run) -> None:
        ticks.append(run.now())
        if len(ticks) < 21:
            run.policy.gate.close(reason)
            states.append(value(samples_of(text_of(metrics)), "odt_run_state", state="paused"))
        else:
            run.policy.gate.open(reason)

    await run_measured(metrics, "latency=200ms", watcher=Watcher(on_tick=halt))
    paused_s = value(samples_of(text_of(metrics)), "odt_paused_seconds_total")
    assert paused_s == pytest.approx(5, abs=0.5)
    assert states[-1] == 1


async def test_the_file_is_whole_readable_by_all_and_written_again_at_the_end() -> None:
    write_rows(30)

    def keep() -> None:
        file.keep()

    metrics = MetricsWatcher(keep)
    file = MetricsFile(PROM, metrics)
    file.write()
    before = os.umask(0o077)
    try:
        await run_measured(metrics)
        file.keep(at_once=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE(PROM.stat().st_mode) == 0o644
    assert [path.name for path in PROM.parent.iterdir()] == ["odt.prom"]
    assert value(samples_of(PROM.read_text()), "odt_rows_total", status="applied") == 30
    assert file.failure is None


def test_a_file_that_cannot_be_written_is_noted_once_and_raises_only_when_asked() -> None:
    Path("occupied").write_text("")
    file = MetricsFile(Path("occupied") / "odt.prom", MetricsWatcher())
    with pytest.raises(OutputFailed, match=r"occupied/odt\.prom cannot be written"):
        file.write()
    file.keep()
    assert file.failure is not None
    assert "cannot be written" in file.failure


def fetched(url: str) -> str:
    with urlopen(url, timeout=10) as response:  # noqa: S310 - ours
        text: str = response.read().decode()
        return text


async def test_a_port_serves_what_there_is_until_the_run_is_over() -> None:
    write_rows(10)
    metrics = MetricsWatcher()
    await run_measured(metrics)
    with served(metrics, 0, "127.0.0.1") as url:
        assert url.startswith("http://127.0.0.1:")
        text = await anyio.to_thread.run_sync(fetched, url)
    assert value(samples_of(text), "odt_rows_total", status="applied") == 10
    with pytest.raises(OSError, match="refused"):
        await anyio.to_thread.run_sync(fetched, url)


def test_a_port_that_is_taken_is_refused_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(InputError, match=f"--metrics-port: 127.0.0.1 port {port} cannot be used"),
            served(MetricsWatcher(), port, "127.0.0.1"),
        ):
            pass


def test_without_a_run_there_is_nothing_to_tell() -> None:
    metrics = MetricsWatcher()
    metrics.ended(4)
    assert text_of(metrics) == ""
