"""Whether a run, a resumed run and a check stay as fast and as lean when their rows grow a thousandfold."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from odt_async.bench.comparison import write_rows
from odt_async.bench.processes import ACTION, product, run_command, serving

__all__ = ["Size", "grow"]

_CONCURRENCY = 8


@dataclass(frozen=True, slots=True)
class Size:
    """What one number of rows took."""

    rows: int
    rows_per_s: float  # of the run: two calls each, and no latency
    cpu_us_per_row: float
    peak_mib: float  # of the whole command
    resumed_rows_per_s: float  # of a run that finds all of them done: nothing is sent
    resumed_peak_mib: float  # with the index of what is done
    check_s: float  # CPU of the whole `check` of the one action
    reader_s: float  # CPU of `csv.reader` for the same file, and nothing else

    def as_json(self) -> dict[str, Any]:
        """Return the figures, rounded, and `check` as a multiple of the reader."""
        figures = {name: round(value, 3) for name, value in asdict(self).items()}
        return figures | {"check_to_reader": round(self.check_s / self.reader_s, 1)}


def grow(sizes: Sequence[int], *, folder: Path, tell: Callable[[str], object]) -> Iterator[Size]:
    """Yield what each of *sizes* takes; *tell* hears what is about to be measured.

    Raises OdtError.
    """
    for rows in sizes:
        tell(f"{rows:,} rows")
        input_dir, logs_dir = write_rows(folder, rows), folder / f"logs-{rows}"
        with serving([]) as url:
            first = product(url, input_dir, logs_dir, _CONCURRENCY)
            resumed = product(url, input_dir, logs_dir, _CONCURRENCY, "--resume")
        yield Size(
            rows=rows,
            rows_per_s=first.rows_per_s,
            cpu_us_per_row=first.cpu_us,
            peak_mib=first.peak_mib or 0.0,
            resumed_rows_per_s=resumed.rows_per_s,
            resumed_peak_mib=resumed.peak_mib or 0.0,
            check_s=_check_s(input_dir),
            reader_s=_reader_s(input_dir / "usuarios.csv"),
        )


def _check_s(input_dir: Path) -> float:
    command = [sys.executable, "-m", "odt_async", "check", ACTION, "--input-dir", str(input_dir)]
    return run_command(command).cpu_s


def _reader_s(path: Path) -> float:
    started = time.process_time()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in csv.reader(file):
            pass
    return time.process_time() - started
