"""`runs prune`: removes the files of old runs that nobody needs any more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from odt_async.cli.guard import is_interactive, says_yes
from odt_async.cli.manual import Documented
from odt_async.cli.run_show import size_in_words
from odt_async.errors import InputError
from odt_async.language import retold, tr, tr_prompt, trn

if TYPE_CHECKING:  # nothing heavy is imported for help
    from odt_async.runs.prune import Leaving

__all__ = ["run_prune"]

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def _age(_context: click.Context, _option: click.Parameter, value: str) -> timedelta:
    """Return the span of `90d`."""
    match = re.fullmatch(r"(\d{1,5})([hdw])", value.strip())
    if match is None:
        raise click.BadParameter(tr("{value}: write 90d, 12w or 36h", value=value))
    return int(match[1]) * _UNITS[match[2]]


@click.command("prune", cls=Documented)
@click.option(
    "--older-than",
    callback=_age,
    required=True,
    metavar="AGE",
    help="Only runs that ended longer ago than that: 90d (days), 12w (weeks) or 36h (hours).",
)
@click.option("--logs-dir", type=click.Path(), help="Where the runs' files are.  [default: logs]")
@click.option("--dry-run", is_flag=True, help="Say what would be removed; remove nothing.")
@click.option("--auto-confirm", is_flag=True, help="Do not ask; without a terminal it must be given.")
def run_prune(*, older_than: timedelta, logs_dir: str | None, dry_run: bool, auto_confirm: bool) -> None:
    """Remove the files of old runs.

    What is kept, however old: a run under way; of each action the last run with rows that are ok; whatever a run
    that is kept has continued; an undo and the run that it took back. Only files that are called as a run calls
    its own are looked at: no log, no lock, no pace.json, no symbolic link.
    """
    from odt_async.runs.prune import leavings_to_prune  # noqa: PLC0415
    from odt_async.settings import Settings  # noqa: PLC0415

    folder = Settings.load(logs_dir=logs_dir).logs_dir
    before = datetime.now(UTC) - older_than
    leavings = leavings_to_prune(folder, before)
    if not leavings:
        click.echo(tr("nothing to remove in {folder}", folder=folder), err=True)
        return
    for leaving in leavings:
        click.echo(f"{size_in_words(leaving.size()):>9}  {leaving.run}")
    click.echo(_extent(leavings), err=True)
    if dry_run:
        return
    if not auto_confirm:
        _confirm()
    _remove(folder, before, leavings)


def _confirm() -> None:
    """See that somebody wants it. Raises InputError when nobody says so."""
    if not is_interactive():
        raise InputError("nobody can be asked here: to remove them, add --auto-confirm")
    if not says_yes(tr_prompt("Remove them? [y/N] ")):
        raise InputError("not confirmed: nothing was removed")


def _extent(leavings: Sequence[Leaving]) -> str:
    files = sum(len(leaving.files) for leaving in leavings)
    size = size_in_words(sum(leaving.size() for leaving in leavings))
    return trn(
        "{count} run, {files} files, {size}",
        "{count} runs, {files} files, {size}",
        len(leavings),
        files=files,
        size=size,
    )


def _remove(folder: Path, before: datetime, chosen: Sequence[Leaving]) -> None:
    """Remove what of *chosen* is still of no use to anybody, and say how much that was."""
    from odt_async.runs.prune import remove  # noqa: PLC0415

    removed, freed = 0, 0
    for leaving in _still_free(folder, before, chosen):
        freed += remove(leaving)
        removed += 1
    size = size_in_words(freed)
    click.echo(
        trn("removed: {count} run, {size}", "removed: {count} runs, {size}", removed, size=size), err=True
    )


def _still_free(folder: Path, before: datetime, chosen: Sequence[Leaving]) -> Iterator[Leaving]:
    """Yield them action by action, while no run of the action can begin; those of one that runs are left out."""
    from odt_async.runner.lock import action_lock  # noqa: PLC0415
    from odt_async.runs.names import is_launch  # noqa: PLC0415
    from odt_async.runs.prune import leavings_to_prune  # noqa: PLC0415

    names = {leaving.run for leaving in chosen}
    for action, _of_action in groupby(sorted(chosen, key=_action), _action):
        try:
            lock = nullcontext() if is_launch(action) else action_lock(folder, action)
            with lock:  # an answer may take an hour, and a run may have begun since
                current = leavings_to_prune(folder, before)
                yield from (one for one in current if one.action == action and one.run in names)
        except InputError as error:
            click.echo(tr("left alone: {reason}", reason=retold(str(error))), err=True)


def _action(leaving: Leaving) -> str:
    return leaving.action
