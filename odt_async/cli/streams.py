"""Streams that outlast their reader: when a pipe's reader or the terminal has gone, what is said is dropped."""

from __future__ import annotations

import errno
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["lasting_streams"]

_GONE = {errno.EPIPE, errno.EIO, errno.ENXIO}  # a pipe's reader; the other end of a terminal


class _Lasting(io.FileIO):
    is_data = False  # then only a reader that has gone is forgiven: nobody misses what it would have read

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data) or 0
        except OSError as error:
            if self.is_data and error.errno not in _GONE:
                raise
            return memoryview(data).nbytes


@contextmanager
def lasting_streams() -> Iterator[None]:
    """Let stdout and stderr, where they are files of the system, last to the end of the `with`; can be nested.

    stderr has words for people: whatever goes wrong with it is no reason to end a run.
    """
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = lasting = _lasting(before[0], is_data=True), _lasting(before[1], is_data=False)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        for stream in lasting:
            stream.flush()


def _lasting(stream: TextIO, *, is_data: bool) -> TextIO:
    try:
        descriptor = stream.fileno()
    except (AttributeError, OSError, ValueError):  # closed, or a buffer in memory
        return stream
    if isinstance(getattr(stream.buffer, "raw", None), _Lasting):
        return stream
    stream.flush()
    raw = _Lasting(descriptor, "w", closefd=False)
    raw.is_data = is_data
    buffered = io.BufferedWriter(raw)
    return cast(
        "TextIO",
        io.TextIOWrapper(
            buffered,
            encoding=stream.encoding,
            errors=stream.errors,
            line_buffering=not is_data or raw.isatty(),
        ),
    )
