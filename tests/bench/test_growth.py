from __future__ import annotations

from pathlib import Path

import pytest

from odt_async.bench.growth import Size, Turn, grow
from odt_async.bench.processes import Cost, Figures, run_command
from odt_async.bench.start import measure_start
from odt_async.errors import OdtError


def test_a_size_is_run_resumed_checked_and_read(tmp_path: Path) -> None:
    told: list[str] = []
    [size] = grow([20], rounds=1, folder=tmp_path, tell=told.append)
    figures = size.as_json()
    assert (told, figures["rows"], figures["turns"]) == (["20 rows"], 20, 1)
    assert {name: value for name, value in figures.items() if value <= 0} == {}


def turn(*, cpu_s: float, slowness: float, reader_s: float = 0.5) -> Turn:
    run = Figures(10, elapsed_s=2.0, cpu_s=cpu_s, peak_mib=80.04, process_cpu_s=cpu_s + 1.0)
    resumed = Figures(10, elapsed_s=0.5, cpu_s=0.1, peak_mib=81.0, process_cpu_s=1.6)
    return Turn(run, slowness, resumed, Cost(0, "", cpu_s=4.0, peak_mib=40.0), reader_s)


def test_every_figure_is_the_median_of_the_turns_and_what_slowed_the_machine_is_taken_out() -> None:
    turns = [
        turn(cpu_s=0.003, slowness=1.5),
        turn(cpu_s=0.002, slowness=1.0, reader_s=0.4),
        turn(cpu_s=0.009, slowness=4.5),
    ]
    assert Size(10, turns).as_json() == {
        "rows": 10,
        "turns": 3,
        "rows_per_s": 5.0,
        "cpu_us_per_row": 300.0,
        "slowness": 1.5,
        "cpu_us_at_full_pace": 200.0,
        "peak_mib": 80.0,
        "before_s": 1.0,
        "resumed_before_s": 1.5,
        "resumed_rows_per_s": 20.0,
        "resumed_peak_mib": 81.0,
        "check_s": 4.0,
        "check_peak_mib": 40.0,
        "reader_s": 0.5,
        "check_to_reader": 8.0,
    }


@pytest.mark.slow
def test_every_kind_of_start_is_measured_against_python_s_own(tmp_path: Path) -> None:
    starts = list(measure_start(1, folder=tmp_path, tell=lambda _text: None))
    assert [start.ratio for start in starts if start.name == start.reference] == [1.0, 1.0]
    assert len(starts) == 9


def test_a_program_that_fails_is_told_with_its_last_words() -> None:
    command = ["python3", "-c", "raise SystemExit('no luck')"]
    with pytest.raises(OdtError, match=r"ended with 1: no luck"):
        run_command(command)
