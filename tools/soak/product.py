"""One `odt bulk` in a process of its own, watched from outside: its memory, its open files, its runs."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio

__all__ = ["ProductProcess", "product"]

_SAMPLE_S = 0.2
_LAST_LOOKS = 4  # a second: in the last one it may be closing everything
_SOME_ROWS = 500  # bytes of ok.csv: two or three rows
_PROC = Path("/proc")
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


@dataclass
class ProductProcess:
    """A process while it lasts, and what was seen of it.

    run: its run, None until its files are there. is_busy: whether it has finished rows, and some since the
    look before. Memory is in MB; open files are counted when the first rows are done, and None where the
    system does not tell.
    """

    process: asyncio.subprocess.Process
    action: str
    logs_dir: Path
    earlier: frozenset[str]  # runs of the action that were there before
    run: str | None = None
    peak_mb: float = 0.0
    files_at_start: int | None = None
    is_busy: bool = False
    _last_files: deque[int] = field(default_factory=lambda: deque(maxlen=_LAST_LOOKS))
    _ok_bytes: int = 0
    _interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """That of a process that has ended, 128 + N for one that signal N ended."""
        code = self.process.returncode
        assert code is not None  # noqa: S101 - it has ended
        return code if code >= 0 else 128 - code

    @property
    def files_at_end(self) -> int | None:
        """How many descriptors were open last, before it began to close them."""
        return max(self._last_files, default=None)

    def interrupt(self, number: signal.Signals) -> None:
        """Send a signal to a run that has begun and had none yet."""
        if self.run is not None and self.process.returncode is None and not self._interrupted:
            self.process.send_signal(number)
            self._interrupted, self.is_busy = True, False

    async def ended(self) -> None:
        """Look at the process until it has ended."""
        while self.process.returncode is None:
            self._look()
            with anyio.move_on_after(_SAMPLE_S):
                await self.process.wait()
        self.is_busy = False
        self._find_run()

    def _look(self) -> None:
        if self.run is None:
            self._find_run()
        peak_mb, files = _peak_mb(self.process.pid), _open_files(self.process.pid)
        self.peak_mb = max(self.peak_mb, peak_mb or 0.0)
        before, self._ok_bytes = self._ok_bytes, self._size_of_ok()
        self.is_busy = self._ok_bytes > max(before, _SOME_ROWS) and not self._interrupted
        if files and not (self.logs_dir / f"{self.run}_report.json").exists():
            self._last_files.append(files)
            if self.files_at_start is None and self.is_busy:
                self.files_at_start = files

    def _find_run(self) -> None:
        self.run = next(iter(_runs(self.logs_dir, self.action) - self.earlier), None)

    def _size_of_ok(self) -> int:
        with suppress(FileNotFoundError):
            return (self.logs_dir / f"{self.run}_ok.csv").stat().st_size
        return 0


@asynccontextmanager
async def product(
    words: Sequence[str], action: str, *, environment: Mapping[str, str], logs_dir: Path, says: Path
) -> AsyncIterator[ProductProcess]:
    """Start `python -m odt_async` with *words*, which name *action*. It does not outlive the block.

    says: the file that gets what it prints.
    """
    with says.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "odt_async", *words),
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        yield ProductProcess(process, action, logs_dir, _runs(logs_dir, action))
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _runs(logs_dir: Path, action: str) -> frozenset[str]:
    found = logs_dir.glob(f"{action}_[0-9]*_run.json")
    return frozenset(path.name.removesuffix("_run.json") for path in found)


def _peak_mb(pid: int) -> float | None:
    """Return the most memory the process has had: by /proc, else what `ps` sees of it now."""
    if _PROC.is_dir():
        with suppress(OSError):
            match = _PEAK.search((_PROC / str(pid) / "status").read_text("utf-8"))
            return int(match[1]) / 1024 if match else None
        return None
    resident = _said_by("ps", "-o", "rss=", "-p", str(pid))
    return int(resident) / 1024 if resident.strip().isdigit() else None


def _open_files(pid: int) -> int | None:
    """Return how many descriptors the process has open: by /proc, else by `lsof`."""
    if _PROC.is_dir():
        with suppress(OSError):
            return sum(1 for _ in (_PROC / str(pid) / "fd").iterdir())
        return None
    return _said_by("lsof", "-a", "-d", "0-9999", "-p", str(pid)).count("\n") or None


def _said_by(*command: str) -> str:
    with suppress(OSError):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        return done.stdout
    return ""
