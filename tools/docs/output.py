"""What our commands print, for the pages of the documentation: the same on every machine and at any time."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

__all__ = ["Command", "Shell", "UnexpectedEnd", "commands_of", "steady"]

ROOT = Path(__file__).parents[2]
WIDTH = 80  # columns
_TIMEOUT_S = 120
_TAIL = 4  # of a run's id

_COMMENT = re.compile(r"^(?P<words>.*?)(?:  # (?:exit (?P<code>\d+))?(?:,? ?(?P<lines>\d+) lines)?)?$")
_RUN = re.compile(r"(?<=_)\d{8}T\d{6}Z_[0-9a-f]{4}")
_BEAT = re.compile(r"\d{4}-\d\d-\d\dT\S+Z \w+_\d{8}T\d{6}Z_[0-9a-f]{4} \w+: ")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{3})?)?")
_EVENING = "2026-11-22T22:00:00.000"
_DURATION = re.compile(r"\b\d:\d\d:\d\d\b")
_PORT = re.compile(r"(?<=127\.0\.0\.1:)\d+")


class UnexpectedEnd(Exception):
    """A command of a page ended with another code than the page says."""


class Command(NamedTuple):
    """One line `$ odt ...  # exit 5, 12 lines` of a page."""

    words: str  # from `odt` on
    code: int  # the exit code that it must have
    lines: int | None  # how many lines of output are shown; None: all


def commands_of(block: str) -> list[Command]:
    """Return the commands of a block's lines. Raises ValueError for a line that is none."""
    found = []
    for line in block.splitlines():
        match = _COMMENT.match(line.removeprefix("$ "))
        if not line.startswith("$ odt ") or match is None:
            raise ValueError(f"not a command of ours: {line}")
        lines = match["lines"]
        found.append(Command(match["words"], int(match["code"] or 0), int(lines) if lines else None))
    return found


class Shell:
    """A folder with the sample input, in which the commands of one page are called one after the other.

    added_action: a module, by its path in the project, that is one of the actions there.
    """

    def __init__(self, folder: Path, added_action: str | None = None) -> None:
        self.folder = folder
        self._package = ROOT
        self._runs: dict[str, str] = {}
        shutil.copytree(ROOT / "input_data", folder / "input_data")
        if added_action is not None:
            self._package = folder / "project"
            unneeded = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / "odt_async", self._package / "odt_async", ignore=unneeded)
            shutil.copy(ROOT / added_action, self._package / "odt_async" / "actions")

    @classmethod
    @contextmanager
    def opened(cls, added_action: str | None = None) -> Iterator[Shell]:
        """Yield one in a folder that is gone afterwards."""
        with tempfile.TemporaryDirectory() as folder:
            yield cls(Path(folder), added_action)

    def output(self, command: Command) -> str:
        """Return what *command* prints, stderr included, cut to its number of lines.

        A run may be named in it by the last four characters of its id, as an earlier output has them.

        Raises UnexpectedEnd.
        """
        called = subprocess.run(  # noqa: S603 - odt, with what our own pages say
            [sys.executable, "-m", "odt_async", *shlex.split(self._real(command.words))[1:]],
            cwd=self.folder,
            env=_environment(self._package),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=_TIMEOUT_S,
            check=False,
        )
        if called.returncode != command.code:
            raise UnexpectedEnd(f"{command.words}: {called.returncode}\n{called.stdout}")
        lines = steady(called.stdout, self._runs).splitlines()
        if command.lines is not None and len(lines) > command.lines:
            lines = [*lines[: command.lines], "..."]
        return "\n".join(lines)

    def _real(self, words: str) -> str:
        for real, shown in self._runs.items():
            words = words.replace(shown[-_TAIL:], real[-_TAIL:])
        return words


def steady(text: str, runs: dict[str, str]) -> str:
    """Return *text* without the times, the names and the paths that differ from one build to the next.

    Heartbeat lines, which are for `tail -f`, are left out.

    runs: how the runs that were named earlier are called; those that are named for the first time are added.
    """
    for stamp in _RUN.findall(text):
        runs.setdefault(stamp, f"20261122T2200{len(runs):02}Z_{0x5EED + len(runs):04x}")
    kept = [line for line in text.splitlines() if not _BEAT.match(line)]
    told = "\n".join(kept).replace(f"{sys.executable} -m odt_async", "odt")
    told = _RUN.sub(lambda match: runs[match[0]], told)
    told = _MOMENT.sub(lambda match: _EVENING[:10] + match[0][10] + _EVENING[11 : len(match[0])], told)
    return _PORT.sub("8080", _DURATION.sub("0:00:01", told))


def _environment(package: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "SYSTEMROOT"}}
    return kept | {
        "PYTHONPATH": str(package),
        "COLUMNS": str(WIDTH),
        "NO_COLOR": "1",
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
        "ODT_LANG": "en",
    }
