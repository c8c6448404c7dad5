from __future__ import annotations

from pathlib import Path

import pytest

from odt_async.bench.growth import Size, grow
from odt_async.bench.processes import run_command
from odt_async.bench.start import measure_start
from odt_async.errors import OdtError


def test_a_size_is_run_resumed_checked_and_read(tmp_path: Path) -> None:
    told: list[str] = []
    [size] = grow([20], folder=tmp_path, tell=told.append)
    assert (told, size.rows) == (["20 rows"], 20)
    assert min(size.rows_per_s, size.peak_mib, size.resumed_rows_per_s, size.check_s) > 0


def test_check_is_told_as_a_multiple_of_the_reader() -> None:
    size = Size(10, 100.0, 50.0, 80.0, 1000.0, 81.0, check_s=4.0, reader_s=0.5)
    assert size.as_json()["check_to_reader"] == 8.0


@pytest.mark.slow
def test_every_kind_of_start_is_measured_against_python_s_own(tmp_path: Path) -> None:
    starts = list(measure_start(1, folder=tmp_path, tell=lambda _text: None))
    assert [start.ratio for start in starts if start.name == start.reference] == [1.0, 1.0]
    assert len(starts) == 9


def test_a_program_that_fails_is_told_with_its_last_words() -> None:
    command = ["python3", "-c", "raise SystemExit('no luck')"]
    with pytest.raises(OdtError, match=r"ended with 1: no luck"):
        run_command(command)
