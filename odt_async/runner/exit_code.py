"""The number by which a run tells the shell how it ended."""

from __future__ import annotations

import signal
from collections.abc import Mapping

from odt_async.errors import OdtError, exit_code_of
from odt_async.model import Status

__all__ = ["exit_code"]


def exit_code(
    stopped_by: OdtError | signal.Signals | None, counts: Mapping[Status, int], *, dry_run: bool
) -> int:
    """Return the exit code of a run that ended so; *counts* are its rows by what became of them."""
    if isinstance(stopped_by, signal.Signals):
        return 128 + stopped_by
    if stopped_by is not None:
        return exit_code_of(stopped_by)
    if counts[Status.ERROR]:
        return 1
    return 5 if dry_run and counts[Status.PLANNED] else 0
