"""The figures of a soak: what it prints, writes as JSON and is judged by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

__all__ = ["Figures"]

_GROWN = 40  # descriptors: more than the connections that a run opens as it goes
_FAULTLESS = frozenset({"200", "201", "204"})
_WORDS = {
    "401": "401 (token ended)",
    "404": "404 (person without Calling)",
    "400": "400 (busy branch closed)",
    "429": "429 (throttled)",
}


@dataclass
class Figures:
    """What was seen; times in seconds, memory and disk in MB. Those of several chapters can be added up.

    faults: result -> how often, by the sandbox's own count. changed_writes, double_applies and creations:
    by that count too. restarts_s: from the start of each process to that of its run.
    """

    seed: int = 0
    chapters: int = 0
    elapsed_s: float = 0.0
    rows: int = 0
    ok: int = 0
    failed_as_due: int = 0
    unchanged: int = 0
    passes: Counter[str] = field(default_factory=Counter)  # by action
    runs: int = 0
    requests: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    changed_writes: int = 0
    double_applies: int = 0
    unanswered_writes: int = 0
    inside_retry_after: int = 0
    incidents: Counter[str] = field(default_factory=Counter)
    exit_codes: Counter[int] = field(default_factory=Counter)
    pauses: Counter[str] = field(default_factory=Counter)  # by reason, as the action logs have them
    lost_rows: int = 0
    rows_twice: int = 0
    compared: int = 0
    differences: int = 0
    peak_mb: float = 0.0
    open_files: list[tuple[int, int]] = field(default_factory=list)  # at start and end of each run
    restarts_s: list[float] = field(default_factory=list)
    longest_pause_s: float = 0.0
    row_files_mb: float = 0.0
    log_files_mb: float = 0.0
    token_lines: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        """Lay the figures of a further chapter on top; of peaks the higher counts."""
        for name, value in vars(other).items():
            mine = getattr(self, name)
            if name in {"peak_mb", "longest_pause_s", "log_files_mb"}:
                setattr(self, name, max(mine, value))
            elif isinstance(mine, Counter):
                mine.update(value)
            elif isinstance(mine, list):
                mine.extend(value)
            elif name != "seed":
                setattr(self, name, mine + value)

    def note_pause(self, finished_at: list[float]) -> None:
        """Take the longest time between two rows."""
        gaps = (after - before for before, after in pairwise(sorted(finished_at)))
        self.longest_pause_s = max(self.longest_pause_s, *gaps, 0.0)

    def note_journal(self, journal: dict[str, Any]) -> None:
        """Take what the sandbox has counted."""
        self.requests = journal["total"]
        self.faults = Counter({k: n for k, n in journal["results"].items() if k not in _FAULTLESS})
        self.changed_writes = journal["changed_writes"]
        self.double_applies = journal["double_applies"]
        self.unanswered_writes = journal["unanswered_writes"]
        self.inside_retry_after = sum(journal["inside_retry_after"].values())

    def verdict(self) -> list[str]:
        """Return what is not as it must be, in words; nothing when all is well."""
        due = {
            f"{self.lost_rows} rows are lost": self.lost_rows == 0,
            f"{self.rows_twice} rows are accounted for twice": self.rows_twice == 0,
            f"{self.double_applies} writes found everything as they wanted it": self.double_applies == 0,
            f"{self.changed_writes} writes changed something, for {self.ok} rows": self.changed_writes
            == self.ok,
            f"{self.unchanged} rows were written and are called unchanged": self.unchanged == 0,
            f"{self.ok} rows ok + {self.failed_as_due} that must fail of {self.rows}": self.ok
            + self.failed_as_due
            == self.rows,
            f"{self.differences} rows are not in the sandbox as in the CSV": self.differences == 0,
            f"{self.token_lines} lines have a token in them": self.token_lines == 0,
            f"a run opened {self._most_grown} more files than it closed": self._most_grown <= _GROWN,
            "no row was carried out": self.ok > 0,
        }
        return [*(words for words, holds in due.items() if not holds), *self.problems]

    def lines(self) -> Iterator[str]:
        """Yield the figures as text."""
        per_day = 86_400 * self.row_files_mb / self.elapsed_s / 1000 if self.elapsed_s else 0.0
        share = self.faults["429"] / self.requests if self.requests else 0.0
        facts = {
            "rows": f"{self.rows} in {self.passes.total()} passes, {self.runs} runs; "
            f"{self.rows / self.elapsed_s:.0f} a second"
            if self.elapsed_s
            else "0",
            "ok, failed as they must": f"{self.ok}, {self.failed_as_due}",
            "requests": f"{self.requests}",
            "faults survived": _counted({_WORDS.get(k, k): n for k, n in sorted(self.faults.items())}),
            "throttled answers": f"{share:.2%} of the requests",
            "sent against Retry-After": f"{self.inside_retry_after}",
            "writes without an answer": f"{self.unanswered_writes}",
            "incidents": _counted(self.incidents),
            "pauses": _counted(self.pauses),
            "exit codes": _counted({str(code): n for code, n in sorted(self.exit_codes.items())}),
            "double applies": f"{self.double_applies}",
            "lost rows": f"{self.lost_rows}",
            "compared with the CSV": f"{self.compared} rows, {self.differences} differences",
            "peak memory of a run": f"{self.peak_mb:.0f} MB",
            "open files of a run": self._open_files(),
            "from start to run": self._restarts(),
            "longest time without a row": f"{self.longest_pause_s:.1f} s",
            "disk": f"{self.row_files_mb:.0f} MB of row files ({per_day:.1f} GB a day at this pace), "
            f"{self.log_files_mb:.0f} MB of rotated logs",
            "lines with a token": f"{self.token_lines}",
        }
        width = max(map(len, facts)) + 2
        return (f"{name:<{width}}{text}" for name, text in facts.items())

    def as_json(self) -> dict[str, Any]:
        """Return everything, and the verdict."""
        figures = {
            name: dict(value) if isinstance(value, Counter) else value for name, value in vars(self).items()
        }
        return {**figures, "wrong": self.verdict(), "as_it_must_be": not self.verdict()}

    @property
    def _most_grown(self) -> int:
        return max((end - start for start, end in self.open_files), default=0)

    def _open_files(self) -> str:
        if not self.open_files:
            return "not told by this system"
        starts, ends = zip(*self.open_files, strict=True)
        return f"{min(starts)}-{max(starts)} at its start, {min(ends)}-{max(ends)} at its end"

    def _restarts(self) -> str:
        if not self.restarts_s:
            return "no run"
        return f"{median(self.restarts_s):.2f} s (median), {max(self.restarts_s):.2f} s at most"


def _counted(counts: Counter[str] | dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
