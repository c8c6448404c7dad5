"""Starts what is measured, each in a process of its own, and tells what it has cost."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import odt_async
from odt_async.errors import OdtError

__all__ = ["ACTION", "Cost", "Figures", "client", "product", "run_command", "serving"]

ACTION = "usuarios_configurar_desvio_prefijo53"  # a read and a write for each row
_SHOWN_OF_ERROR = 500  # characters of what a failed process has said last
_MICRO = 1e6
_TOKEN_BYTES = 72  # a token of Webex has about a hundred characters


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took from its start to its end, whatever it did."""

    exit_code: int
    output: str  # what it said on standard output
    cpu_s: float  # user and system
    peak_mib: float  # of memory


@dataclass(frozen=True, slots=True)
class Figures:
    """What a client took for its rows, without its start."""

    rows: int
    elapsed_s: float
    cpu_s: float  # user and system
    peak_mib: float | None = None  # of the whole process
    process_cpu_s: float = 0.0  # of the whole process, its start included

    @property
    def rows_per_s(self) -> float:
        """Rows a second."""
        return self.rows / self.elapsed_s

    @property
    def before_s(self) -> float:
        """CPU before the first row: Python, a look at all rows, the SDK, what earlier runs have done."""
        return self.process_cpu_s - self.cpu_s

    @property
    def cpu_us(self) -> float:
        """Microseconds of a processor for each row."""
        return self.cpu_s / self.rows * _MICRO


@contextmanager
def serving(faults: Sequence[str]) -> Iterator[str]:
    """Serve with *faults* (latency, throttle) while it lasts; yield the address. Raises OdtError."""
    command = [sys.executable, "-m", "odt_async.bench.server", *faults]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment()
    ) as server:
        assert server.stdin is not None  # noqa: S101 - it is a pipe
        assert server.stdout is not None  # noqa: S101
        url = server.stdout.readline().strip()
        if not url:
            raise OdtError("the server of the bench did not start")
        try:
            yield url
        finally:
            server.stdin.close()


def client(name: str, url: str, input_dir: Path, concurrency: int) -> Figures:
    """Take the rows of *input_dir* through one of `clients.CLIENTS`. Raises OdtError."""
    words = [name, url, str(input_dir / "usuarios.csv"), str(concurrency)]
    cost = run_command([sys.executable, "-m", "odt_async.bench.clients", *words])
    told = json.loads(cost.output)
    return Figures(told["rows"], told["elapsed_s"], told["cpu_s"], cost.peak_mib)


def product(url: str, input_dir: Path, logs_dir: Path, concurrency: int, *more: str) -> Figures:
    """Take the rows of *input_dir* through `bulk`, as an operator does, and return what its report tells.

    more: options of `bulk`.

    Raises OdtError, also when a row has failed.
    """
    words = ["--input-dir", str(input_dir), "--logs-dir", str(logs_dir), "--concurrency", str(concurrency)]
    cost = run_command(
        [sys.executable, "-m", "odt_async", "bulk", ACTION, *words, "--json", "--auto-confirm", *more],
        WEBEX_BASE_URL=url,
        WEBEX_ACCESS_TOKEN=secrets.token_urlsafe(
            _TOKEN_BYTES
        ),  # the server takes any; the log is searched for it
    )
    report: dict[str, Any] = json.loads(cost.output)
    return Figures(report["total_rows"], report["elapsed_s"], report["cpu_s"], cost.peak_mib, cost.cpu_s)


def run_command(command: Sequence[str], *, exit_code: int = 0, **variables: str) -> Cost:
    """Run *command* to its end, in an empty folder. Raises OdtError when it does not end with *exit_code*."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as said:
        with tempfile.TemporaryFile() as complained:
            process = subprocess.Popen(  # noqa: S603 - our own programs
                command, cwd=folder, stdout=said, stderr=complained, env=_environment(variables)
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            complained.seek(0)
            complaint = complained.read().decode(errors="replace")
        if process.returncode != exit_code:
            words = " ".join(command[1:4])
            raise OdtError(
                "{words} ended with {returncode}: {complaint}",
                words=words,
                returncode=process.returncode,
                complaint=complaint[-_SHOWN_OF_ERROR:],
            )
        said.seek(0)
        output = said.read().decode()
    return Cost(process.returncode, output, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return our environment without what would lead a run elsewhere, and with this package to be found."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("ODT_", "WEBEX_"))}
    package = str(Path(odt_async.__file__).parent.parent)
    return kept | {"PYTHONPATH": package} | dict(variables or {})
