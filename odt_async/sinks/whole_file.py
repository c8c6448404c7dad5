"""A file that is there whole or not at all, whatever happens while it is written, a power cut included.

It is written and synced under another name, takes its own name in one step, and the folder is synced then: until
that a power cut could take the name away again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from odt_async.errors import OutputFailed

__all__ = ["sync_folder", "whole_file"]

_OWNER_ONLY = 0o600


@contextmanager
def whole_file(path: Path, *, synced: bool = True, mode: int = _OWNER_ONLY) -> Iterator[BinaryIO]:
    """Yield a file that takes the name *path* when it is complete; its folder is made if it is not there.

    synced: whether it is on the disk then; what is written again within the second need not be.
    mode: who may read it; only its owner, unless it is meant for another user and holds nothing of anybody.

    Raises OutputFailed; then nothing is left, and an older file of that name is as it was.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            if mode != _OWNER_ONLY:
                os.fchmod(descriptor, mode)  # whatever the umask takes away
            yield file
            file.flush()
            if synced:
                os.fsync(descriptor)
        partial.replace(path)
        if synced:
            sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise OutputFailed("{path} cannot be written: {reason}", path=path, reason=error.strerror) from error


def sync_folder(folder: Path) -> None:
    """Bring the names in *folder* to the disk, as `fsync` of a file does not. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
