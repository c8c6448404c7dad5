"""`<action>.log`: every request and every answer, in a file that rotates, without a secret.

A busy run logs several lines in one turn of the event loop; they are redacted and written together, at its end. A
kill may lose those of the turn that it cuts short; what became of a row stands in files that lose nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from odt_async.errors import OutputFailed
from odt_async.sinks.appender import GroupSync, RotatingAppender

__all__ = ["ActionLog"]


class ActionLog:
    """The log of one action.

    redact: masks secrets in whole lines.
    """

    def __init__(self, path: Path, sync: GroupSync, *, redact: Callable[[bytes], bytes]) -> None:
        self._file = RotatingAppender(path, sync)
        self._redact = redact
        self._lines: list[bytes] = []
        self._failure: OutputFailed | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            self._write()

    def write(self, line: bytes) -> None:
        """Append one whole line, at the end of this turn of the loop.

        Raises OutputFailed when an earlier line could not be written.
        """
        if self._failure is not None:
            raise self._failure
        self._lines.append(line)
        if len(self._lines) == 1:
            try:
                asyncio.get_running_loop().call_soon(self._write)
            except RuntimeError:  # outside of any loop there is no turn to wait for
                self._write()

    def flush(self) -> None:
        """Write what there is at once. Raises OutputFailed, also for an earlier line."""
        self._write()
        if self._failure is not None:
            raise self._failure

    def _write(self) -> None:
        lines, self._lines = self._lines, []
        if not lines:
            return  # they have been written already
        try:
            self._file.write(self._redact(b"".join(lines)))
        except OutputFailed as error:
            self._failure = error
