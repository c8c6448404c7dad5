"""`runs`: the runs of the past, newest first; one of them; two compared; old ones removed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import click

from odt_async.cli.completion import complete_actions
from odt_async.cli.lazy_group import LazyGroup
from odt_async.cli.manual import Documented
from odt_async.language import tr
from odt_async.runs.past import STATES

if TYPE_CHECKING:  # nothing heavy is imported for help
    from odt_async.runs import PastRun

__all__ = ["runs"]

_MOST_SHOWN = 20


class _Runs(Documented, LazyGroup):
    """Lists the runs when no command is named."""

    lazy: ClassVar[Mapping[str, str]] = {
        "diff": "run_diff:run_diff",
        "prune": "run_prune:run_prune",
        "show": "run_show:run_show",
    }


@click.group(cls=_Runs, invoke_without_command=True)
@click.option("--logs-dir", type=click.Path(), help="Where the runs' files are.  [default: logs]")
@click.option("--action", shell_complete=complete_actions, help="Only the runs of this action.")
@click.option(
    "--state",
    type=click.Choice(STATES),
    multiple=True,
    help="Only the runs in this state; may be repeated.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=_MOST_SHOWN,
    show_default=True,
    help="How many runs at most; 0: all.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list to stdout.")
@click.pass_context
def runs(
    context: click.Context,
    /,
    *,
    logs_dir: str | None,
    action: str | None,
    state: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> None:
    """List the runs whose files are in the logs folder, the newest first.

    A run is running while its process lives; finished when every row was dealt with, failed ones included; stopped
    by a rule, by `odt ctl stop` or by an error; interrupted by a signal; killed when it has ended without a report.

    Wherever a run is to be named, that may be done by its id, by the beginning of it or the four characters at its
    end, or by one of its files; the newest one, but for `undo`, is `latest` too.
    """
    if context.invoked_subcommand is not None:
        context.default_map = {name: {"logs_dir": logs_dir} for name in _Runs.lazy}
        return
    from odt_async.runs import list_runs  # noqa: PLC0415
    from odt_async.settings import Settings  # noqa: PLC0415

    folder = Settings.load(logs_dir=logs_dir).logs_dir
    wanted = (
        run
        for run in list_runs(folder)
        if action in {None, run.script_name} and (not state or run.state in state)
    )
    found = list(islice(wanted, limit or None))
    is_more = bool(limit) and next(wanted, None) is not None
    if as_json:
        click.echo(json.dumps([run.record() for run in found], indent=2, ensure_ascii=False))
    else:
        _show(found, folder)
    if is_more:
        click.echo(tr("there are more: --limit 0 shows all"), err=True)


def _show(found: Sequence[PastRun], folder: Path) -> None:
    from odt_async.cli.run_table import print_runs  # noqa: PLC0415

    if found:
        print_runs(found)
    else:
        click.echo(tr("no such run in {folder}", folder=folder), err=True)
