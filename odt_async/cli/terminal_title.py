"""The title of the terminal's window or tab, and its bell: what is seen and heard of a run that nobody looks at.

Only somebody at a terminal is told so; nothing of it ever gets into a file or a pipe.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console

from odt_async.language import tr, trn
from odt_async.model import Status

if TYPE_CHECKING:
    from odt_async.runner.active import Run, RunResult

__all__ = ["announce_end", "is_terminal", "title_of"]


def is_terminal(console: Console) -> bool:
    """Tell whether stderr, where *console* writes, is a terminal that understands more than text."""
    # rich's own is_terminal believes FORCE_COLOR, which a pipe does not make a terminal
    return sys.stderr.isatty() and not console.is_dumb_terminal


def title_of(run: Run, script_name: str) -> str:
    """Return how far *run* is, in a few words, the figure first: a tab shows no more."""
    progress = run.progress()
    percent = int(100 * progress.done / progress.total) if progress.total else 100
    mark = "" if run.state == "running" else "|| "
    return f"{mark}{percent} % {script_name}"


def announce_end(result: RunResult, script_name: str) -> None:
    """Put the outcome into the title and ring the bell, where there is a terminal."""
    console = Console(stderr=True)
    if is_terminal(console):
        console.set_window_title(f"{_outcome(result)} - {script_name}")
        console.bell()


def _outcome(result: RunResult) -> str:
    if result.stopped_by is not None:
        return tr("stopped")
    failed = result.progress.counts[Status.ERROR]
    return trn("{count} row failed", "{count} rows failed", failed) if failed else tr("finished")
