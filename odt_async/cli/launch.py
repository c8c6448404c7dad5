"""`launch`: several actions one after another, asked for or unattended, and one report over them all."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from odt_async.cli.completion import complete_actions
from odt_async.cli.manual import Documented
from odt_async.cli.run_options import run_options, simulated
from odt_async.errors import InputError
from odt_async.language import tr_prompt

if TYPE_CHECKING:
    from odt_async.cli.stages import Stage

__all__ = ["launch"]

_OPTIONS = [
    click.Option(
        ["--script-name", "names"],
        multiple=True,
        metavar="ACTION",
        shell_complete=complete_actions,
        help="An action to run; repeat it for more, they run in that order.  [default: a menu, on a terminal]",
    ),
    click.Option(
        ["--bulk-all/--no-bulk-all"],
        default=None,
        help="All rows for every action, or the first row only, without asking.",
    ),
    click.Option(
        ["--auto-confirm"],
        is_flag=True,
        help="Ask nothing: all rows, unless --no-bulk-all; no confirmation before the first write.",
    ),
]


@click.command(
    cls=Documented,
    params=[
        *_OPTIONS,
        *(
            option
            for option in run_options("fail_fast", "strict_schema")
            if option.name not in {"auto_confirm", "as_json"}
        ),
    ],
)
@click.pass_context
def launch(
    context: click.Context,
    /,
    *,
    names: tuple[str, ...],
    bulk_all: bool | None,
    auto_confirm: bool,
    overrides: tuple[str, ...],
    dry_run: bool,
    fail_fast: bool,
    strict_schema: bool,
    sandbox: bool,
    faults: tuple[str, ...],
    **given: Any,
) -> None:
    """Run several actions in the order given, each over all rows of its CSV file or over the first one.

    Without --script-name there is a menu. Every file is looked at before the first question; an action that
    cannot run, as its columns are not there or no row is of use, is skipped with its reason, and the others
    go on. Whoever answers a question with no has the first row taken, as a try.

    With --sandbox all actions meet the same simulated Webex, each what those before it have left. At the end
    there is one report over all runs, by action and by person, location or workspace
    (launch_<time>_report.json); the exit code is that of the worst run, 1 when an action was skipped.
    """
    from odt_async.cli.stages import give_rows, look_at, summarise  # noqa: PLC0415
    from odt_async.settings import Settings  # noqa: PLC0415

    in_sandbox = simulated(faults, sandbox=sandbox)
    settings = Settings.load(**given)
    chosen = _chosen(names)
    _check_overrides(chosen, overrides)
    stages = [
        look_at(name, settings, overrides, dry_run=dry_run, fail_fast=fail_fast, strict_schema=strict_schema)
        for name in chosen
    ]
    summarise(stages)
    if in_sandbox is None:
        settings.check_credentials()
    modes = _modes(stages, bulk_all=True if auto_confirm and bulk_all is None else bulk_all)
    stages = [give_rows(stage, all_rows=mode) for stage, mode in zip(stages, modes, strict=True)]
    from odt_async.cli.launching import run_stages  # noqa: PLC0415

    sys.exit(run_stages(stages, settings, faults=in_sandbox, confirm=not auto_confirm, context=context))


def _modes(stages: list[Stage], *, bulk_all: bool | None) -> list[bool]:
    """Return whether each action takes all rows; those that can run are asked for when *bulk_all* is None.

    Raises InputError when there is nobody to answer.
    """
    from odt_async.cli.prompts import confirm_bulk  # noqa: PLC0415

    if bulk_all is not None:
        return [bulk_all] * len(stages)
    if any(stage.spec for stage in stages):
        click.echo(tr_prompt("With a no, only the first row is taken, as a try."), err=True)
    return [confirm_bulk(stage.name) if stage.spec else True for stage in stages]


def _chosen(names: tuple[str, ...]) -> list[str]:
    """Return the actions to run. Raises InputError, UnknownAction."""
    from odt_async import actions  # noqa: PLC0415
    from odt_async.cli.guard import is_interactive  # noqa: PLC0415
    from odt_async.cli.prompts import pick_actions  # noqa: PLC0415

    if names:
        for name in names:
            actions.load(name)
        if len(set(names)) < len(names):
            raise InputError("--script-name: an action is named twice: leave one of them out")
        return list(names)
    if not is_interactive():
        raise InputError("which actions? name each with --script-name (`odt actions` lists them)")
    modules = sorted((actions.load(name).ORDER, name) for name in actions.names())
    return pick_actions([(name, tr_prompt(actions.load(name).SUMMARY)) for _order, name in modules])


def _check_overrides(names: list[str], overrides: tuple[str, ...]) -> None:
    """Raise InputError for a `--set` that none of the actions knows."""
    from odt_async.cli.stages import columns_of  # noqa: PLC0415
    from odt_async.dataset import parse_overrides  # noqa: PLC0415

    known = set().union(*map(columns_of, names))
    for column in parse_overrides(overrides):
        if column not in known:
            raise InputError("--set, column {column}: not a column of any of these actions", column=column)
