"""An append-only file: whole lines, owner-only, on the disk within a second.

A line reaches the operating system in one `os.write` before `write` returns, so `kill -9` loses nothing;
against a power cut one thread syncs all files of a run together, ten times a second.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from odt_async.errors import OutputFailed

__all__ = ["Appender", "GroupSync", "RotatingAppender"]

_OWNER_ONLY = 0o600
_FLAGS = os.O_APPEND | os.O_CREAT | os.O_RDWR | os.O_CLOEXEC


class GroupSync:
    """One thread that brings the written lines of all its files to the disk.

    interval_s: the longest time that a line waits for it.
    """

    def __init__(self, interval_s: float = 0.1) -> None:
        self._interval_s = interval_s
        self._dirty: set[int] = set()
        self._lock = threading.Lock()  # of the set, and never held for long: writers wait for it
        self._syncing = threading.Lock()  # held while a group is synced: none of it may be closed meanwhile
        self._stop = threading.Event()
        self.failure: OSError | None = None  # why an earlier group could not be synced
        self._thread = threading.Thread(target=self._work, name="group-sync", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def mark(self, descriptor: int) -> None:
        """Sync *descriptor* with the next group."""
        if descriptor not in self._dirty:  # most lines find their file marked already
            with self._lock:
                self._dirty.add(descriptor)

    def forget(self, descriptor: int) -> None:
        """Sync *descriptor* now: it is about to be closed.

        Raises the OSError of an earlier group too: the system tells of a lost line only once.
        """
        with self._syncing:
            with self._lock:
                self._dirty.discard(descriptor)
            os.fdatasync(descriptor)
        if self.failure is not None:
            raise self.failure

    def _work(self) -> None:
        while not self._stop.wait(self._interval_s):
            with self._syncing:
                with self._lock:
                    marked, self._dirty = self._dirty, set()
                try:
                    for descriptor in marked:
                        os.fdatasync(descriptor)
                except OSError as error:
                    self.failure = error


class Appender:
    """One file of a run.

    header: written first when the file is new.
    mask: what takes the secrets out of every line to come; None where whoever writes has done so.
    """

    mask: Callable[[bytes], bytes] | None = None

    def __init__(self, path: Path, sync: GroupSync, *, header: bytes = b"") -> None:
        """Open *path*, made 0600 if it is new; a torn last line, as a kill leaves it, is ended.

        Raises OutputFailed.
        """
        self.path = path
        self._sync = sync
        self._failure: OSError | None = None
        try:
            self._descriptor = os.open(path, _FLAGS, _OWNER_ONLY)
        except OSError as error:
            raise self._failed(error) from error
        self.size = os.fstat(self._descriptor).st_size
        try:
            if self.size == 0:
                self.write(header)
            elif os.pread(self._descriptor, 1, self.size - 1) != b"\n":
                self.write(b"\n")
        except OutputFailed:
            os.close(self._descriptor)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, line: bytes) -> None:
        """Hand one whole line, newline included, to the operating system.

        Raises OutputFailed; then ever after, so that a torn line is the last one. Either the line is whole and
        nothing is raised, or it does not count: also what a group sync failed of is told before the next line.
        """
        if self.mask is not None:
            line = self.mask(line)
        try:
            if failure := self._failure or self._sync.failure:
                raise failure
            written = 0
            while written < len(line):  # a nearly full disk takes a part
                written += os.write(self._descriptor, line[written:])
            self._sync.mark(self._descriptor)
        except OSError as error:
            self._failure = error
            raise self._failed(error) from error
        self.size += len(line)

    def sync(self) -> None:
        """Return when all that was written is on the disk: for a line that must survive a power cut.

        Raises OutputFailed.
        """
        try:
            os.fdatasync(self._descriptor)
        except OSError as error:
            self._failure = error
            raise self._failed(error) from error

    def close(self) -> None:
        """Bring the file to the disk and close it."""
        try:
            self._sync.forget(self._descriptor)
        except OSError as error:
            raise self._failed(error) from error
        finally:
            os.close(self._descriptor)

    def _failed(self, error: OSError) -> OutputFailed:
        return OutputFailed("{path} cannot be written: {reason}", path=self.path, reason=error.strerror)


class RotatingAppender:
    """A log that starts anew when it is full; the older ones are `<path>.1` (the newest) to `.<keep>`.

    max_bytes: of one file.
    """

    def __init__(self, path: Path, sync: GroupSync, *, max_bytes: int = 50_000_000, keep: int = 5) -> None:
        self._path = path
        self._sync = sync
        self._max_bytes = max_bytes
        self._keep = keep
        self._file = Appender(path, sync)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, line: bytes) -> None:
        """Append one whole line. Raises OutputFailed."""
        if self._file.size and self._file.size + len(line) > self._max_bytes:
            self._rotate()
        self._file.write(line)

    def _rotate(self) -> None:
        try:
            for number in range(self._keep, 1, -1):
                older = self._numbered(number - 1)
                if older.exists():
                    older.replace(self._numbered(number))
            self._path.replace(self._numbered(1))
        except OSError as error:
            raise OutputFailed(
                "{path} cannot be renamed: {reason}", path=self._path, reason=error.strerror
            ) from error
        full, self._file = self._file, Appender(self._path, self._sync)
        full.close()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
