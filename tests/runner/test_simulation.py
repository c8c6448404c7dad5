"""How well the pacer finds an unknown limit: bounds that may be raised, never lowered (`conformance.json`)."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from odt_async.runner.pacer import Known, Pacer, PacerSettings
from tests.runner.simulation import ConcurrencyCap, FixedWindow, Result, Server, Simulation, TokenBucket

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "conformance.json").read_text("utf-8"))


def make_server(kind: str, *, service_s: float, most: int | None = None, **options: Any) -> Server:
    """Return the server of a case; with *most*, it takes no more calls than that at once."""
    server: Server = {"bucket": TokenBucket, "window": FixedWindow}[kind](**options)
    return server if most is None else ConcurrencyCap(most, service_s, server)


def outcome(case: dict[str, Any]) -> Result:
    """Return what comes of a case: of its pacer against its server."""
    latency_s, way = case["latency_s"], case.get("way", 0.5)
    server = make_server(**case["server"], service_s=latency_s * (1 - way))
    pacer = Pacer(PacerSettings(share=case.get("share", 1.0)), Known(case.get("known_pace_per_s")))
    simulation = Simulation(server, pacer, callers=case["callers"], latency_s=latency_s, way=way)
    return simulation.run(case["seconds"], from_second=case["from_second"])


@pytest.mark.parametrize("case", CASES, ids=[f"{case['name']}, {case['callers']} callers" for case in CASES])
def test_pacer_uses_what_is_allowed_and_wastes_little(case: dict[str, Any]) -> None:
    result = outcome(case)

    assert result.sent_inside_retry_after == 0
    assert case["min_utilisation"] <= result.utilisation <= case.get("max_utilisation", math.inf)
    assert result.waste <= case["max_waste"]


class Reckless(Pacer):
    """Heeds nothing: what the simulation must be able to see."""

    def wait_s(self, now: float) -> float:  # noqa: ARG002
        return 0.0


def test_simulation_sees_a_pacer_that_heeds_nothing() -> None:
    server = TokenBucket(rate=10, burst=10)
    result = Simulation(server, Reckless(), callers=8, latency_s=0.1).run(60, from_second=20)
    assert result.utilisation == pytest.approx(1.0, abs=0.01)
    assert result.waste > 5
    assert result.sent_inside_retry_after > 1000


def test_simulation_of_a_server_without_a_limit_is_limited_by_its_callers() -> None:
    server = TokenBucket(rate=1000, burst=1000)
    result = Simulation(server, Pacer(), callers=8, latency_s=0.1).run(60, from_second=0)
    assert result.utilisation * 1000 == pytest.approx(8 / 0.1, rel=0.01)
    assert result.waste == 0


def test_simulation_repeats_itself() -> None:
    results = {
        Simulation(FixedWindow(30, 1), Pacer(), callers=8, latency_s=0.05).run(60, from_second=10)
        for _ in range(2)
    }
    assert len(results) == 1


def test_a_bucket_that_halves_allows_half_in_between() -> None:
    server = TokenBucket(rate=10, burst=10, halved_from=10, halved_to=20)
    spans = [(0, 10), (10, 20), (5, 15), (0, 30)]
    assert [server.allowed(start, end) for start, end in spans] == [100, 50, 75, 250]


def test_a_cap_takes_no_more_at_once() -> None:
    server = ConcurrencyCap(2, 0.5, TokenBucket(rate=100, burst=100))
    refused = [server.ask(0) is not None for _ in range(3)]
    server.done()
    refused.append(server.ask(0) is not None)
    assert (refused, server.allowed(0, 10)) == ([False, False, True, False], 40)
