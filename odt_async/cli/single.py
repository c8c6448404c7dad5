"""`single`: one row through one action: the first, a chosen one, or one made of the command line alone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from odt_async.cli.completion import complete_actions
from odt_async.cli.manual import Documented
from odt_async.cli.run_options import run_options, simulated
from odt_async.errors import InputError, InvalidRow
from odt_async.language import retold, tr

if TYPE_CHECKING:  # nothing heavy is imported before arguments and files are valid
    from odt_async.actions import Action
    from odt_async.dataset import SingleRow
    from odt_async.model import ActionParams, Domain
    from odt_async.runner.spec import RunSpec
    from odt_async.settings import Settings

__all__ = ["choose_row", "row_options", "single", "single_spec"]

_SHOWN_CHARACTERS = 60  # of a value
# by domain, what says whom a row is about: not to be changed under a row that is about somebody else
_IDENTITY: dict[Domain, tuple[str, str]] = {
    "ubicaciones": ("location_id", "location_name"),
    "usuarios": ("person_id", "email"),
    "workspaces": ("workspace_id", "display_name"),
}


def row_options() -> list[click.Parameter]:
    """Return the options that choose a row."""
    return [
        click.Option(
            ["--row-index"],
            type=click.IntRange(min=0),
            help="The data row to take, counted from 0.  [default: 0]",
        ),
        click.Option(
            ["--match"],
            multiple=True,
            metavar="COLUMN=VALUE",
            help="Take the one row whose cell is so; may be repeated to narrow it down.",
        ),
    ]


@click.command(
    cls=Documented,
    params=[click.Argument(["action"], shell_complete=complete_actions), *row_options(), *run_options()],
)
def single(
    *,
    action: str,
    row_index: int | None,
    match: tuple[str, ...],
    overrides: tuple[str, ...],
    dry_run: bool,
    sandbox: bool,
    faults: tuple[str, ...],
    as_json: bool,
    **given: Any,
) -> None:
    """Take one row of the domain CSV through ACTION: the first, unless another one is chosen.

    When --set alone gives a whole row and no row is chosen, no CSV file is read. Else values of the command
    line are over those of the row, these over global.csv, these over the defaults; before anything is sent, and
    in the report (`source_map`), it is shown where each value comes from.

    The run leaves the same files as `bulk`.
    """
    from odt_async import actions  # noqa: PLC0415
    from odt_async.dataset import parse_overrides  # noqa: PLC0415
    from odt_async.runner.lock import action_lock  # noqa: PLC0415
    from odt_async.runner.resume import History  # noqa: PLC0415
    from odt_async.settings import Settings  # noqa: PLC0415

    in_sandbox = simulated(faults, sandbox=sandbox)
    settings = Settings.load(**given)
    module = actions.load(action)
    values = parse_overrides(overrides)
    row = choose_row(action, module, settings, values, row_index=row_index, match=match)
    for notice in row.notices:
        click.echo(retold(notice), err=True)
    spec = single_spec(action, module, settings, row, dry_run=dry_run)
    with action_lock(settings.logs_dir, action):
        if in_sandbox is None:
            settings.check_credentials()
        from odt_async.cli.execute import execute  # noqa: PLC0415

        sys.exit(execute(spec, History(), faults=in_sandbox, as_json=as_json))


def choose_row(
    name: str,
    action: Action,
    settings: Settings,
    values: dict[str, str],
    *,
    row_index: int | None,
    match: tuple[str, ...],
) -> SingleRow:
    """Return the row that is asked for; of *values* alone when they are enough and no row is named.

    values: of the command line, by column.

    Raises InputError for an unknown column, no or several matching rows, missing files.
    """
    from odt_async import actions  # noqa: PLC0415
    from odt_async.dataset import (  # noqa: PLC0415
        check_columns,
        matching_row,
        open_dataset,
        row_at,
        row_of_values,
    )
    from odt_async.dataset.profiles import load_profiles  # noqa: PLC0415

    if row_index is not None and match:
        raise InputError("--row-index and --match both choose the row: leave one of them out")
    values = _by_best_name(action.Params, values)
    domain = actions.domain_of(name)
    if values and row_index is None and not match:
        profiles = load_profiles(settings.input_dir) if settings.input_dir.is_dir() else {}
        alone = row_of_values(values, profiles=profiles)
        problems = _problems(action, alone)
        unknown = [str(column) for column in check_columns(alone, action.Params).unknown]
        if unknown:
            raise InputError("; ".join(unknown))
        if not problems:
            return alone
        if named := [column for column in _IDENTITY[domain] if column in values]:
            raise InputError(
                "--set {named}: names whom it is about, but the command line alone makes no row "
                "({problems}): add what is missing, or choose a row with --match {named}=...",
                named=named[0],
                problems=problems[0],
            )
    dataset = open_dataset(settings.input_dir, domain, values)
    columns = check_columns(dataset, action.Params)
    wrong = [str(column) for column in columns.missing]
    wrong += [str(column) for column in columns.unknown if column.source.kind == "cli"]
    if wrong:
        raise InputError("; ".join(wrong))
    one = matching_row(dataset, _parse_match(match)) if match else row_at(dataset, row_index or 0)
    by_id, by_name = _IDENTITY[domain]
    if by_name in values and by_id not in values and by_id in one.row.values and by_id in columns.known:
        raise InputError(
            "--set {by_name}: the {by_id} of row {index} would win over it: choose the row that it is "
            "about with --match {by_name}=..., or set {by_id}",
            by_name=by_name,
            by_id=by_id,
            index=one.row.index,
        )
    return one


def single_spec(
    name: str, action: Action, settings: Settings, one: SingleRow, *, dry_run: bool, fail_fast: bool = False
) -> RunSpec:
    """Return the run of one row; its values, and where they come from, go to stderr.

    Raises InputError with all that is wrong with the row.
    """
    from odt_async.dataset import Survey  # noqa: PLC0415
    from odt_async.runner.identity import identify  # noqa: PLC0415
    from odt_async.runner.spec import RunSpec  # noqa: PLC0415
    from odt_async.webex.needs import Needs  # noqa: PLC0415

    try:
        params, _digest = identify(name, action, one.row)
    except InvalidRow as error:
        raise InputError(
            "row {index} cannot be used; nothing was sent: {error}", index=one.row.index, error=error
        ) from None
    needs = Needs()
    needs.note(params.lookups())
    sources = _source_map(action.Params, one)
    _show(one, sources)
    return RunSpec(
        name,
        action,
        one,
        Survey(rows=1, invalid=0, problems=()),
        settings,
        dry_run=dry_run,
        fail_fast=fail_fast,
        needs=needs,
        source_map=sources,
    )


def _by_best_name(params: type[ActionParams], values: dict[str, str]) -> dict[str, str]:
    """Return *values* under the first of each column's names, over which no column of a file can win.

    Raises InputError when two names of one column are given.
    """
    from odt_async.dataset import accepted_columns  # noqa: PLC0415

    best = {name: choices[0] for choices in accepted_columns(params).values() for name in choices}
    renamed: dict[str, str] = {}
    for column, value in values.items():
        name = best.get(column, column)
        if name in renamed:
            raise InputError(
                "--set {column}={value}: the same as {name}, which is set too: leave one out",
                column=column,
                value=value,
                name=name,
            )
        renamed[name] = value
    return renamed


def _problems(action: Action, one: SingleRow) -> list[str]:
    from odt_async import actions  # noqa: PLC0415

    try:
        actions.parse(action, one.row)
    except InvalidRow as error:
        return [f"{problem.column or 'row'}: {problem.text}" for problem in error.problems]
    return []


def _parse_match(pairs: tuple[str, ...]) -> dict[str, str]:
    wanted: dict[str, str] = {}
    for pair in pairs:
        column, equals, value = pair.partition("=")
        column = column.strip().lower()
        if not equals or not column:
            raise InputError("--match {pair}: write --match column=value", pair=pair)
        if column in wanted:
            raise InputError(
                "--match {pair}: {column} is asked for twice: leave one of them out", pair=pair, column=column
            )
        wanted[column] = value
    return wanted


def _source_map(params: type[ActionParams], one: SingleRow) -> dict[str, str]:
    """Return, for every column of the action, the layer that its value comes from."""
    from odt_async.dataset import accepted_columns  # noqa: PLC0415

    sources: dict[str, str] = {}
    for names in accepted_columns(params).values():
        used = next((name for name in names if name in one.row.values), None)
        sources[used or names[0]] = one.row.source_of(used).kind if used else "default"
    return sources


def _show(one: SingleRow, sources: dict[str, str]) -> None:
    row = one.row
    if row.line:
        click.echo(
            tr("row {index} of {path} (line {line})", index=row.index, path=one.path, line=row.line), err=True
        )
    else:
        click.echo(tr("one row, of the command line alone; no CSV file is read"), err=True)
    given = {column: row.values[column] for column in sources if column in row.values}
    width = max(map(len, given), default=0)
    for column, value in given.items():
        text = value if len(value) <= _SHOWN_CHARACTERS else f"{value[: _SHOWN_CHARACTERS - 3]}..."
        click.echo(f"  {column:<{width}}  {sources[column]:<6}  {text}", err=True)
    if defaults := [column for column, kind in sources.items() if kind == "default"]:
        click.echo(tr("  by default: {defaults}", defaults=", ".join(defaults)), err=True)
