"""The command line for one test: called in this process or as a program, on files of its own."""

from __future__ import annotations

import csv
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from anyio.from_thread import start_blocking_portal
from click.testing import CliRunner, Result

from odt_async.cli import cli
from odt_async.sandbox import Sandbox, SandboxSettings, parse_faults
from odt_async.sandbox.samples import write_input

__all__ = [
    "ACTION",
    "INPUT",
    "LOGS",
    "PROGRAM",
    "Rows",
    "closing_words",
    "counts_of",
    "edit_users",
    "follow_up",
    "odt",
    "only",
    "run_of",
    "send_to_a_stranger",
    "served",
    "spoil_extension",
    "write_samples",
]

ACTION = "usuarios_configurar_desvio_prefijo53"
INPUT = Path("input_data")  # the defaults; every test has a working directory of its own
LOGS = Path("logs")
PROGRAM = [sys.executable, "-m", "odt_async"]

Rows = list[dict[str, str]]

_STRANGER = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8wMDAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDA"
_NO_TERMINAL = {"COLUMNS": None, "FORCE_COLOR": None, "NO_COLOR": None, "TTY_COMPATIBLE": None}


def odt(*arguments: str, program: str = "__main__.py") -> Result:
    """Call the command line in this process; what is no expected end of it is raised."""
    with (
        patch.object(sys, "argv", [program, *arguments]),
        patch.object(sys, "orig_argv", ["python", "-m", "odt_async", *arguments]),
    ):
        return CliRunner(env=_NO_TERMINAL).invoke(cli, arguments, prog_name="odt", catch_exceptions=False)


def write_samples(rows: int) -> None:
    """Write the CSV files about the people of a sandbox; the same for every call."""
    write_input(INPUT, rows, SandboxSettings())


def edit_users(edit: Callable[[Rows], object], source: Path | None = None) -> None:
    """Write usuarios.csv from *source*, itself when there is none, with *edit* applied to the rows."""
    target = INPUT / "usuarios.csv"
    with (source or target).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    edit(rows)
    with target.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def only(pattern: str) -> Path:
    """Return the one file of logs/ that is called like *pattern*."""
    (path,) = LOGS.glob(pattern)
    return path


def run_of(result: Result) -> str:
    """Return the name of the run that *result* tells of."""
    (line,) = (line for line in result.stderr.splitlines() if line.startswith("report:"))
    return Path(line.removeprefix("report:").strip()).name.removesuffix("_report.json")


def counts_of(run: str) -> dict[str, int]:
    """Return how many rows stand in each of a run's files; those without a row are left out."""
    counts = {}
    for name in ("ok.csv", "error.jsonl", "rejected.csv", "skipped.csv", "pending.csv", "plan.jsonl"):
        path = LOGS / f"{run}_{name}"
        if path.exists():
            with path.open(encoding="utf-8-sig", newline="") as file:
                lines = list(csv.reader(file)) if path.suffix == ".csv" else file.readlines()
            counts[name] = len(lines) - (path.suffix == ".csv")
    return {name: count for name, count in counts.items() if count}


def follow_up(stderr: str) -> list[str]:
    """Return the words of the command that the closing lines give."""
    (line,) = (line for line in stderr.splitlines() if line.startswith("to go on: "))
    return shlex.split(line.removeprefix("to go on: "))


def closing_words(result: Result) -> list[str]:
    """Return what is said after the last heartbeat, with `<run>` and `<time>` for what is never the same."""
    run = run_of(result)
    last_beat = max(i for i, line in enumerate(result.stderr.splitlines()) if f" {run} " in line)
    words = "\n".join(result.stderr.splitlines()[last_beat + 1 :])
    words = re.sub(r"(?<= in )\d+:\d\d:\d\d", "<time>", words)
    return words.replace(f"{LOGS}/{run}", "<run>").replace(run, "<run>").splitlines()


def spoil_extension(rows: Rows) -> None:
    """Give the first row an extension that cannot be used."""
    rows[0]["extension"] = "8,03E+07"


def send_to_a_stranger(rows: Rows) -> None:
    """Give the first row the id of nobody."""
    rows[0]["person_id"] = _STRANGER


@contextmanager
def served(*faults: str) -> Iterator[Sandbox]:
    """Serve a sandbox from a thread, so that it outlives the runs of a test."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Sandbox(faults=parse_faults(faults))) as sandbox,
    ):
        yield sandbox
