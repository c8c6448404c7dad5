"""Which files of old runs may go, and which must stay however old they are."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from odt_async.errors import OutputFailed
from odt_async.runs.finding import continued_by
from odt_async.runs.names import action_of, is_launch, run_files, stamp_of
from odt_async.runs.past import PastRun, read_run

__all__ = ["Leaving", "leavings_to_prune", "remove"]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What one run, or one launch, has left: one file at least."""

    run: str
    action: str
    files: tuple[Path, ...]

    def size(self) -> int:
        """Return the bytes of its files; those that are gone count for nothing."""
        return sum(map(_size, self.files))


def leavings_to_prune(logs_dir: Path, before: datetime) -> list[Leaving]:
    """Return what is left of runs that ended before *before* and that nobody needs any more, the oldest first.

    Needed are: a run under way; of each action the last one that wrote and has rows that are ok; whatever a run
    that stays has continued; and an undo together with the run that it took back, which must not pass for
    done again.
    """
    found = run_files(logs_dir)
    runs = {run: read_run(run, files) for run, files in found.items() if not is_launch(run)}
    kept = _kept(runs, before)
    old = [run for run in found if run not in kept]
    old = [run for run in old if run in runs or _began(run) < before]
    return [
        Leaving(run, action_of(run), tuple(found[run].values()))
        for run in sorted(old, key=lambda run: (stamp_of(run), run))
    ]


def remove(leaving: Leaving) -> int:
    """Remove the files and return how many bytes that were; a file that is gone already is none.

    Raises OutputFailed for one that cannot be removed.
    """
    freed = 0
    for path in leaving.files:
        size = _size(path)
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise OutputFailed(
                "{path} cannot be removed: {reason}", path=path, reason=error.strerror
            ) from error
        freed += size
    _remove_socket(leaving.files[0].with_name(f"{leaving.run}.sock"))
    return freed


def _kept(runs: Mapping[str, PastRun], before: datetime) -> set[str]:
    wanted = [run for run in runs.values() if run.state == "running" or run.ended_at >= before]
    wanted += _last_ok(runs.values())
    kept: set[str] = set()
    while wanted:
        run = wanted.pop()
        if run.run_id not in kept:
            kept.add(run.run_id)
            wanted += continued_by(runs, run)
            wanted += _undoing(runs, run)
    return kept


def _last_ok(runs: Iterable[PastRun]) -> Iterator[PastRun]:
    """Yield of each action the last run that has made rows ok; where none has, the last that has such a file."""
    last: dict[str, PastRun] = {}
    for run in runs:
        if "ok.csv" not in run.files or run.kind in {"dry run", "undo"}:
            continue
        best = last.get(run.script_name)
        if best is None or (bool(run.ok), run.started_at) > (bool(best.ok), best.started_at):
            last[run.script_name] = run
    yield from last.values()


def _undoing(runs: Mapping[str, PastRun], run: PastRun) -> Sequence[PastRun]:
    """Return what *run* took back, and what took *run* back."""
    undone = run.undoes if run.kind == "undo" else None  # and not only rehearsed
    undoing = [other for other in runs.values() if other.kind == "undo" and other.undoes == run.run_id]
    return [*undoing, *([runs[undone]] if undone is not None and undone in runs else [])]


def _began(run: str) -> datetime:
    return datetime.strptime(stamp_of(run), "%Y%m%dT%H%M%S%z").astimezone(UTC)


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.lstat().st_size
    return 0


def _remove_socket(path: Path) -> None:
    """Remove what a killed run listened at."""
    with suppress(OSError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()
