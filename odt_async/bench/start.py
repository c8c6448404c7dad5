"""How long an answer takes for which nothing is sent: as a multiple of what Python itself takes to start."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from odt_async.bench.comparison import write_rows
from odt_async.bench.processes import ACTION, run_command

__all__ = ["Start", "measure_start"]

_ROWS = 3
_PLAIN_SDK = "import wxc_sdk.as_api"


@dataclass(frozen=True, slots=True)
class Start:
    """One command, in CPU time: user and system, of the whole process."""

    name: str
    cpu_ms: float  # median
    ratio: float  # to `reference` of the same round, the median
    reference: str

    def as_json(self) -> dict[str, Any]:
        """Return the figures, rounded."""
        return {
            "name": self.name,
            "cpu_ms": round(self.cpu_ms, 1),
            "ratio": round(self.ratio, 2),
            "to": self.reference,
        }


def measure_start(rounds: int, *, folder: Path, tell: Callable[[str], object]) -> Iterator[Start]:
    """Yield what each kind of answer takes; *tell* hears what is about to be measured.

    Raises OdtError.
    """
    input_dir = write_rows(folder, _ROWS)
    broken = folder / "broken"
    broken.mkdir()
    for name in ("global.csv", "usuarios.csv"):
        (broken / name).write_text("email,email\na,b\n", "ascii")
    us = [sys.executable, "-m", "odt_async"]
    commands: dict[str, tuple[list[str], int]] = {
        "python -c pass": ([sys.executable, "-c", "pass"], 0),
        "--help": ([*us, "--help"], 0),
        "bulk --help": ([*us, "bulk", "--help"], 0),
        "usage error": ([*us, "bulk", ACTION, "--concurrency", "x"], 2),
        "actions": ([*us, "actions"], 0),
        "check": ([*us, "check", ACTION, "--input-dir", str(input_dir)], 0),
        "CSV error": ([*us, "bulk", ACTION, "--sandbox", "--input-dir", str(broken)], 2),
    }
    yield from _measured(commands, "python -c pass", rounds, tell)
    plain = ([sys.executable, "-c", _PLAIN_SDK], 0)
    ours = ([sys.executable, "-c", "from odt_async.webex.sdk_import import import_sdk; import_sdk()"], 0)
    imports = {_PLAIN_SDK: plain, "our import of it": ours}
    yield from _measured(imports, _PLAIN_SDK, rounds, tell)


def _measured(
    commands: dict[str, tuple[list[str], int]], reference: str, rounds: int, tell: Callable[[str], object]
) -> Iterator[Start]:
    taken: dict[str, list[float]] = {name: [] for name in commands}
    tell(f"start of {', '.join(commands)}")
    for _ in range(rounds):
        for name, (command, exit_code) in commands.items():
            taken[name].append(run_command(command, exit_code=exit_code).cpu_s)
    for name, costs in taken.items():
        ratios = [cost / other for cost, other in zip(costs, taken[reference], strict=True)]
        yield Start(name, median(costs) * 1000, median(ratios), reference)
