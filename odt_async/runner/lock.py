"""One run of an action at a time for each logs directory."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from odt_async.errors import InputError, OutputFailed
from odt_async.runs.names import lock_path

__all__ = ["action_lock"]

_OWNER_ONLY = 0o600
_TRIES = 5
_BETWEEN_TRIES_S = 0.02


@contextmanager
def action_lock(logs_dir: Path, action: str) -> Iterator[None]:
    """Hold `<action>.lock`; the system lets go of it however the process ends.

    Raises InputError with the holder's pid while another process has it, OutputFailed.
    """
    path = lock_path(logs_dir, action)
    try:
        logs_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
    except OSError as error:
        raise OutputFailed("{path} cannot be written: {reason}", path=path, reason=error.strerror) from error
    try:
        try:
            _take(descriptor)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            raise InputError(
                "{action} is running already (pid {holder}); wait for it, or use another --logs-dir",
                action=action,
                holder=holder,
            ) from None
        except OSError as error:  # a file system that has no locks
            raise OutputFailed(
                "{path} cannot be locked: {reason}", path=path, reason=error.strerror
            ) from error
        with suppress(OSError):  # a full disk: the pid is for people, the lock holds without it
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    """Lock the file, or raise BlockingIOError when a run has it.

    Who lists the runs looks whether it is taken (`runs.past`), and so has it for an instant.
    """
    for _ in range(_TRIES - 1):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(_BETWEEN_TRIES_S)  # ahead of the run: no loop is kept waiting
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
