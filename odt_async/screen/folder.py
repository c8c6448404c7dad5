"""The runs of a folder, looked at every second: what has not changed is not read again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import groupby, islice
from pathlib import Path

from odt_async.errors import InputError
from odt_async.runs import find
from odt_async.runs.names import RUN_FILES, file_path, is_launch, run_files, stamp_of
from odt_async.runs.past import read_run
from odt_async.screen.record import RunStatus, status_of_run

__all__ = ["Folder"]

_Signature = tuple[tuple[str, int], ...]


class Folder:
    """The runs of *logs_dir*; those that have ended are kept as they were read."""

    def __init__(self, logs_dir: Path) -> None:
        self.logs_dir = logs_dir
        self._ended: dict[str, tuple[_Signature, RunStatus]] = {}

    def latest(self, most: int) -> list[RunStatus]:
        """Return the newest runs, *most* of them, the newest first.

        Raises InputError for a folder, or a run, that cannot be read.
        """
        with _told_in_a_line():
            return self._latest(most)

    def _latest(self, most: int) -> list[RunStatus]:
        found = {run: files for run, files in run_files(self.logs_dir).items() if not is_launch(run)}
        newest_first = sorted(found, key=lambda run: (stamp_of(run), run), reverse=True)
        in_order = [
            run
            for _second, runs in groupby(newest_first, stamp_of)
            for run in sorted(runs, key=lambda run: _begun(found[run]), reverse=True)
        ]
        return list(islice(self._read(in_order, found), most))

    def named(self, wanted: str) -> RunStatus | None:
        """Return the run that *wanted* means, as `runs.find` does it; None when it has just gone.

        Raises InputError when there is none, or several, or it cannot be read.
        """
        with _told_in_a_line():
            return self._status(find(self.logs_dir, wanted).run_id)

    def status(self, run: str) -> RunStatus | None:
        """Return how *run* stands; None when its files have gone. Raises InputError when they cannot be read."""
        with _told_in_a_line():
            return self._status(run)

    def _status(self, run: str) -> RunStatus | None:
        paths = {name: file_path(self.logs_dir, run, name) for name in RUN_FILES}
        files = {name: path for name, path in paths.items() if path.exists()}
        return next(self._read([run], {run: files}), None) if files else None

    def _read(self, runs: list[str], found: Mapping[str, Mapping[str, Path]]) -> Iterator[RunStatus]:
        for run in runs:
            signature = _signature(found[run])
            if run in self._ended and self._ended[run][0] == signature:
                yield self._ended[run][1]
                continue
            status = status_of_run(read_run(run, found[run]))
            if status.has_ended:
                self._ended[run] = signature, status
            yield status


@contextmanager
def _told_in_a_line() -> Iterator[None]:
    """Turn what the system refuses, such as the files of another user, into one line."""
    try:
        yield
    except OSError as error:
        raise InputError("{file} cannot be read: {why}", file=error.filename, why=error.strerror) from error


def _begun(files: Mapping[str, Path]) -> int:
    """Return when a run wrote down that it begins: an undo does so in the second of its rehearsal."""
    with suppress(KeyError, FileNotFoundError):
        return files["run.json"].stat().st_mtime_ns
    return 0


def _signature(files: Mapping[str, Path]) -> _Signature:
    """Return what changes whenever a run goes on."""
    times = []
    for name in sorted(files):
        with suppress(FileNotFoundError):  # `runs prune` may be at work
            times.append((name, files[name].stat().st_mtime_ns))
    return tuple(times)
