"""What all runs of a chapter leave in their folder: how much, how it is rotated, and what must not be there."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from odt_async import actions

__all__ = ["Leavings", "look_through"]

_SECRET = b"sandbox-fake-"  # so begins every secret of the sandbox
_MOST_LOGS = 6  # of an action: the one that is written and five older ones
_LARGEST_LOG = 50_000_000  # bytes
_DETAILS = re.compile(r" *[(:,;]")  # what follows in a reason differs from one pause to the next


@dataclass(frozen=True, slots=True)
class Leavings:
    """row_files_mb: of the files of single runs, which grow with the rows; log_files_mb: of the rotated ones.

    pauses: reason -> how often, of the rotated logs that are still there. token_lines: how many lines of all
    files have a secret in them. overgrown: logs that are larger, or more, than rotation allows.
    """

    row_files_mb: float
    log_files_mb: float
    pauses: Counter[str]
    token_lines: int
    overgrown: list[str]


def look_through(logs_dir: Path) -> Leavings:
    """Read every file of *logs_dir*."""
    logs = [path for name in actions.names() for path in logs_dir.glob(f"{name}.log*")]
    sizes = {path: path.stat().st_size for path in logs_dir.iterdir() if path.is_file()}
    in_logs = sum(sizes[path] for path in logs)
    return Leavings(
        row_files_mb=(sum(sizes.values()) - in_logs) / 1e6,
        log_files_mb=in_logs / 1e6,
        pauses=Counter(_pauses(logs)),
        token_lines=sum(_SECRET in line for path in sizes for line in _lines(path)),
        overgrown=list(_overgrown(logs)),
    )


def _overgrown(logs: Iterable[Path]) -> Iterator[str]:
    yield from (f"{path.name} is too large" for path in logs if path.stat().st_size > _LARGEST_LOG)
    count = Counter(path.name.partition(".")[0] for path in logs)
    yield from (f"{name} has {number} logs" for name, number in count.items() if number > _MOST_LOGS)


def _pauses(logs: Iterable[Path]) -> Iterator[str]:
    for path in logs:
        for line in _lines(path):
            if b'"run.paused"' in line:
                yield _DETAILS.split(json.loads(line)["reason"])[0]


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file
