"""`watch`: one run, or several, on a live screen or once as text."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from odt_async.cli.completion import complete_runs
from odt_async.cli.manual import Documented
from odt_async.errors import InputError

if TYPE_CHECKING:
    from odt_async.screen.folder import Folder
    from odt_async.screen.record import RunStatus

__all__ = ["watch"]

_ALL = 10_000  # lines: what is printed once need not fit a screen
_WIDE = 100  # columns, where stdout is no terminal
_MOST_RUNS = 50  # in the list


@click.command(cls=Documented)
@click.argument("run", required=False, shell_complete=complete_runs)
@click.option("--logs-dir", type=click.Path(), help="Where the runs' files are.  [default: logs]")
@click.option("--once", is_flag=True, help="Print the screen as text, once, and end; so without a terminal.")
@click.option("--no-color", is_flag=True, help="Without colours, as with NO_COLOR in the environment.")
def watch(*, run: str | None, logs_dir: str | None, once: bool, no_color: bool) -> None:
    """Show how a run stands: progress, pace, limits, errors by cause.

    RUN is its name, the beginning of it, or `latest`. Without it the run that is under way is shown, the list of
    the latest runs where several are, and the latest run where none is. It only reads the run's files, from any
    terminal, also when the run is over; the run does not notice.

    \b
    Keys
      p             pause, and resume
      + -           more or fewer requests in flight
      s             stop; asks first
      up down tab   the next run, or the one before
      enter l       show the run chosen in the list; back to the list
      q             quit; the run goes on
    """  # noqa: D301 - \b is click's, not ours
    from odt_async.screen.folder import Folder  # noqa: PLC0415
    from odt_async.settings import Settings  # noqa: PLC0415

    folder = Folder(Settings.load(logs_dir=logs_dir).logs_dir)
    shown = _chosen(folder, run)
    if once or not _is_screen():
        _print(folder, shown)
        return
    if no_color:
        os.environ["NO_COLOR"] = "1"  # which is how textual is told
    from odt_async.screen.app import WatchApp  # noqa: PLC0415

    WatchApp(folder, None if shown is None else shown.run).run()


def _is_screen() -> bool:
    """Tell whether there is a terminal that can be drawn on, and somebody at its keys."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _chosen(folder: Folder, wanted: str | None) -> RunStatus | None:
    """Return the run to show; None for the list. Raises InputError when there is none."""
    if wanted is not None:
        return folder.named(wanted)
    runs = folder.latest(_MOST_RUNS)
    if not runs:
        raise InputError("there is no run in {folder}", folder=folder.logs_dir)
    live = [run for run in runs if not run.has_ended]
    if len(live) > 1:
        return None
    return live[0] if live else runs[0]


def _print(folder: Folder, shown: RunStatus | None) -> None:
    from odt_async.screen.listing import listing  # noqa: PLC0415
    from odt_async.screen.page import page  # noqa: PLC0415

    width = shutil.get_terminal_size((_WIDE, 0)).columns
    if shown is None:
        lines = listing(folder.latest(_MOST_RUNS), None, folder.logs_dir, width, _ALL)
    else:
        lines = page(shown, width, _ALL)
    for text in lines:
        click.echo(text.plain.rstrip())
