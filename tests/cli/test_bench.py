from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command_line import odt


def test_a_comparison_is_a_table_a_picture_and_the_noise_of_the_machine(tmp_path: Path) -> None:
    picture = tmp_path / "bench.svg"
    result = odt(
        *("bench", "--rows", "5", "--concurrency", "2", "--latency", "1ms", "--rounds", "1"),
        *("--plot", str(picture)),
    )
    assert (result.exit_code, picture.read_text()[:4]) == (0, "<svg")
    head, *rows, ceiling, noise = result.stdout.splitlines()
    assert [row.split()[2] for row in rows] == ["product", "naive", "bare"]
    assert head.split()[:4] == ["latency", "C", "client", "rows/s"]
    assert ("requests/s (raw sockets)" in ceiling, "load average" in noise) == (True, True)


def test_growth_is_told_as_json() -> None:
    result = odt("bench", "--growth", "5", "--rounds", "1", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, [size["rows"] for size in told["growth"]], "noise" in told) == (0, [5], True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--concurrency", "x"], "--concurrency x: write whole numbers from 1, with commas between them"),
        (["--concurrency", "1,0"], "--concurrency 1,0: write whole numbers from 1, with commas between them"),
        (["--concurrency", "1001"], "--concurrency 1001: 1000 at most"),
        (["--latency", "soon"], "fault 'latency=soon' is not understood"),
        (["--limit", "many"], "fault 'throttle=many' is not understood"),
        (["--start", "--growth", "5"], "--start and --growth: one of the two at a time"),
        (["--start", "--plot", "x.svg"], "--plot draws the comparison of clients"),
    ],
)
def test_what_cannot_be_measured_is_refused(words: list[str], said: str) -> None:
    result = odt("bench", *words, "--rows", "1", "--rounds", "1")
    assert (result.exit_code, result.stderr.startswith(f"odt: {said}")) == (2, True)
