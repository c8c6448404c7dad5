"""One run of an action at a time for each logs directory."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from odt_async.errors import InputError, OutputFailed

__all__ = ["action_lock"]

_OWNER_ONLY = 0o600


@contextmanager
def action_lock(logs_dir: Path, action: str) -> Iterator[None]:
    """Hold `<action>.lock`; the system lets go of it however the process ends.

    Raises InputError with the holder's pid while another process has it, OutputFailed.
    """
    path = logs_dir / f"{action}.lock"
    try:
        logs_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
    except OSError as error:
        raise OutputFailed(f"{path} cannot be written: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            raise InputError(
                f"{action} is running already (pid {holder}); wait for it, or use another --logs-dir"
            ) from None
        except OSError as error:  # a file system that has no locks
            raise OutputFailed(f"{path} cannot be locked: {error.strerror}") from error
        with suppress(OSError):  # a full disk: the pid is for people, the lock holds without it
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
