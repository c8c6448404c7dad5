"""Finds runs in a folder: all of them, or the one that somebody has named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from odt_async.errors import InputError
from odt_async.runs.names import LATEST, RESUMED_FROM, action_of, is_launch, run_files, run_of, stamp_of
from odt_async.runs.past import PastRun, read_run

__all__ = ["continued_by", "find", "find_resumable", "is_meant", "list_runs", "named"]

_MOST_NAMED = 5
_NEVER_LATEST = {"dry run", "undo"}  # nothing that they did is to be gone on with


def list_runs(logs_dir: Path) -> Iterator[PastRun]:
    """Yield the runs of *logs_dir*, the newest first; each is read when it is asked for."""
    found = {run: files for run, files in run_files(logs_dir).items() if not is_launch(run)}
    newest_first = sorted(found, key=lambda run: (stamp_of(run), run), reverse=True)
    for _second, runs in groupby(newest_first, stamp_of):
        read = [read_run(run, found[run]) for run in runs]
        yield from sorted(read, key=lambda run: run.started_at, reverse=True)


def find(logs_dir: Path, wanted: str) -> PastRun:
    """Return the run that *wanted* means: its id, what alone begins or ends so, one of its files, or `latest`.

    Raises InputError when there is none, or it may be several.
    """
    if wanted == LATEST:
        newest = next(list_runs(logs_dir), None)
        if newest is None:
            raise InputError("there is no run in {folder}", folder=logs_dir)
        return newest
    found = {run: files for run, files in run_files(logs_dir).items() if not is_launch(run)}
    run = named(found, wanted)
    if run is None:
        raise InputError(
            "there is no run {run} in {folder}: `odt runs` lists them", run=wanted, folder=logs_dir
        )
    return read_run(run, found[run])


def find_resumable(logs_dir: Path, action: str, wanted: str) -> str:
    """Return the run of *action* to continue, named as for `find`; `latest` is the newest that may have written.

    Raises InputError when there is none, and for that of an undo.
    """
    if wanted == LATEST:
        runs = (run for run in list_runs(logs_dir) if _can_be_resumed(action, run.run_id, run.files))
        newest = next((run for run in runs if run.kind not in _NEVER_LATEST), None)
        if newest is None:
            raise InputError(
                "--resume: there is no earlier run of {action} in {folder}; start without it",
                action=action,
                folder=logs_dir,
            )
        return newest.run_id
    found = {run: files for run, files in run_files(logs_dir).items() if _can_be_resumed(action, run, files)}
    run = named(found, wanted)
    if run is None:
        raise InputError(
            "--resume {run}: there is no such run of {action} in {folder}",
            run=wanted,
            action=action,
            folder=logs_dir,
        )
    if undone := read_run(run, found[run]).undoes:
        raise InputError(
            "--resume {run}: that is the undoing of {undone}: `odt undo` goes on with it",
            run=wanted,
            undone=undone,
        )
    return run


def named(found: Mapping[str, object], wanted: str) -> str | None:
    """Return the one of *found* that *wanted* is the id, a file, the beginning or the end of.

    Raises InputError when it may be several.
    """
    name = Path(wanted).name
    exact = run_of(name) or name
    if exact in found:
        return exact
    matching = sorted(run for run in found if is_meant(run, name))
    if len(matching) > 1:
        shown = ", ".join(matching[-_MOST_NAMED:])
        raise InputError("which run? {run} may be {runs}", run=wanted, runs=shown)
    return matching[0] if matching else None


def is_meant(run: str, part: str) -> bool:
    """Tell whether the id *run* begins with *part*, or ends with it behind an underscore."""
    return part != "" and (run.startswith(part) or run.endswith(f"_{part}"))


def _can_be_resumed(action: str, run: str, files: Mapping[str, Path]) -> bool:
    return action_of(run) == action and any(name in files for name in RESUMED_FROM)


def continued_by(runs: Mapping[str, PastRun], run: PastRun) -> Iterator[PastRun]:
    """Yield the runs that *run* went on with, the newest first, as far as they are among *runs*."""
    known = {run.run_id}
    while run.continues is not None and run.continues not in known and run.continues in runs:
        run = runs[run.continues]
        known.add(run.run_id)
        yield run
