"""Whether a run, a resumed run and a check stay as fast and as lean when their rows grow a thousandfold."""

from __future__ import annotations

import csv
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from odt_async.bench.comparison import write_rows
from odt_async.bench.pace import Pace
from odt_async.bench.processes import ACTION, Cost, Figures, product, run_command, serving

__all__ = ["Size", "Turn", "grow"]

_CONCURRENCY = 8
_ENOUGH_ROWS = 50_000  # of one size, in all its turns: what is short needs more of them


@dataclass(frozen=True, slots=True)
class Turn:
    """What one number of rows took, once.

    run_slowness: of the machine meanwhile, as `pace.py` tells it.
    """

    run: Figures  # two calls a row, no latency
    run_slowness: float
    resumed: Figures  # a run that finds all rows done: nothing is sent
    check: Cost  # of the one action
    reader_s: (
        float  # CPU of `csv.reader` for the same file, right before and after the check, and nothing else
    )


@dataclass(frozen=True, slots=True)
class Size:
    """What one number of rows took: medians of the turns."""

    rows: int
    turns: Sequence[Turn]

    def as_json(self) -> dict[str, Any]:
        """Return the figures, rounded.

        `cpu_us_at_full_pace` is the CPU of a row on a machine that does nothing else, `before_s` the CPU before the
        first row, and `check_to_reader` how often longer than `csv.reader` the whole command takes.
        """

        def typical(figure: Callable[[Turn], float], digits: int) -> float:
            return round(median(map(figure, self.turns)), digits)

        return {
            "rows": self.rows,
            "turns": len(self.turns),
            "rows_per_s": typical(lambda turn: turn.run.rows_per_s, 0),
            "cpu_us_per_row": typical(lambda turn: turn.run.cpu_us, 1),
            "slowness": typical(lambda turn: turn.run_slowness, 2),
            "cpu_us_at_full_pace": typical(lambda turn: turn.run.cpu_us / turn.run_slowness, 1),
            "peak_mib": typical(lambda turn: turn.run.peak_mib or 0.0, 1),
            "before_s": typical(lambda turn: turn.run.before_s, 2),
            "resumed_before_s": typical(lambda turn: turn.resumed.before_s, 2),
            "resumed_rows_per_s": typical(lambda turn: turn.resumed.rows_per_s, 0),
            "resumed_peak_mib": typical(lambda turn: turn.resumed.peak_mib or 0.0, 1),
            "check_s": typical(lambda turn: turn.check.cpu_s, 2),
            "check_peak_mib": typical(lambda turn: turn.check.peak_mib, 1),
            "reader_s": typical(lambda turn: turn.reader_s, 6),
            "check_to_reader": typical(lambda turn: turn.check.cpu_s / turn.reader_s, 1),
        }


def grow(sizes: Sequence[int], *, rounds: int, folder: Path, tell: Callable[[str], object]) -> Iterator[Size]:
    """Yield what each of *sizes* takes; *tell* hears what is about to be measured.

    rounds: turns of each size, at most; of a large one fewer are as good. All sizes take their turn in each round.

    Raises OdtError.
    """
    pace = Pace()
    turns: dict[int, list[Turn]] = {rows: [] for rows in sizes}
    for number in range(rounds):
        for rows, taken in turns.items():
            if not taken or rows * number < _ENOUGH_ROWS:
                tell(f"{rows:,} rows")
                taken.append(_turn(rows, folder, pace))
    for rows, taken in turns.items():
        yield Size(rows, taken)


def _turn(rows: int, folder: Path, pace: Pace) -> Turn:
    input_dir, logs_dir = write_rows(folder, rows), folder / f"logs-{rows}"
    with serving([]) as url:
        with pace.watched() as taken:
            run = product(url, input_dir, logs_dir, _CONCURRENCY)
        resumed = product(url, input_dir, logs_dir, _CONCURRENCY, "--resume")
    shutil.rmtree(logs_dir)  # a million rows leave gigabytes
    read_before_s = _reader_s(input_dir / "usuarios.csv")
    check = run_command([sys.executable, "-m", "odt_async", "check", ACTION, "--input-dir", str(input_dir)])
    reader_s = (read_before_s + _reader_s(input_dir / "usuarios.csv")) / 2
    return Turn(run, pace.slowness(taken), resumed, check, reader_s)


def _reader_s(path: Path) -> float:
    started = time.process_time()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in csv.reader(file):
            pass
    return time.process_time() - started
