"""`bulk`: all rows of the domain CSV through one action."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odt_async.cli.sandbox import fault_option
from odt_async.errors import InputError, InvalidRow
from odt_async.sandbox.faults import parse_faults

if TYPE_CHECKING:  # nothing heavy is imported before arguments and files are valid
    from odt_async.model import Row
    from odt_async.runner.resume import History
    from odt_async.runner.spec import RunSpec
    from odt_async.settings import Settings
    from odt_async.webex.needs import Needs

__all__ = ["bulk"]

_SHOWN_PROBLEMS = 5


@click.command()
@click.argument("action")
@click.option(
    "--input-dir", type=click.Path(path_type=Path), help="Folder of the CSV files.  [default: input_data]"
)
@click.option(
    "--logs-dir", type=click.Path(path_type=Path), help="Where the run's files go.  [default: logs]"
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="A value for all rows, over every file; may be repeated.",
)
@click.option("--dry-run", is_flag=True, help="Read, and print what would change; write nothing.")
@click.option(
    "--resume",
    is_flag=False,
    flag_value="latest",
    metavar="[RUN]",
    help="Skip the rows that RUN (when not named: the latest run) has finished.",
)
@click.option("--fail-fast", is_flag=True, help="Start no further row once one has failed.")
@click.option("--concurrency", type=int, help="Requests in flight.  [default: 8]")
@click.option("--rate", type=float, help="Requests a second, at most.  [default: what Webex allows]")
@click.option("--min-interval-ms", type=float, help="Milliseconds between any two requests.  [default: 0]")
@click.option("--request-timeout", type=float, help="Seconds for one request.  [default: 60]")
@click.option("--max-retries-per-call", type=int, help="Repeats of one request.  [default: 12]")
@click.option("--max-sleep-seconds", type=float, help="Longest wait, Retry-After included.  [default: 300]")
@click.option(
    "--max-elapsed-per-row",
    type=float,
    help="Seconds for one row; held and paused time does not count.  [default: 1800]",
)
@click.option("--heartbeat-seconds", type=float, help="Between lines of heartbeat.log.  [default: 60]")
@click.option("--base-url", help="scheme://host:port instead of https://webexapis.com.")
@click.option("--sandbox", is_flag=True, help="Run against a simulated Webex in this process; no token.")
@fault_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print the report's summary as JSON to stdout; no diffs."
)
def bulk(
    *,
    action: str,
    overrides: tuple[str, ...],
    dry_run: bool,
    resume: str | None,
    fail_fast: bool,
    sandbox: bool,
    faults: tuple[str, ...],
    as_json: bool,
    **given: Any,
) -> None:
    """Take all rows of the domain CSV through ACTION (`odt actions` lists them).

    The rows come from ubicaciones.csv, usuarios.csv or workspaces.csv, by the first word of the action's name,
    over the values of global.csv. A row that is already as wanted is left alone, so the same command may be
    run again at any time. Ctrl-C finishes the rows in flight and ends; a second one aborts.

    Every option of a run can also be set as ODT_<NAME> in the environment or in .env; the token is
    WEBEX_ACCESS_TOKEN there (or WEBEX_TOKEN_FILE).
    """
    from odt_async.runner.lock import action_lock  # noqa: PLC0415
    from odt_async.settings import Settings  # noqa: PLC0415

    if faults and not sandbox:
        raise InputError("--fault is for the simulated Webex: add --sandbox")
    simulated = parse_faults(faults) if sandbox else None
    settings = Settings.load(**given)
    spec = _examine(action, settings, overrides, dry_run=dry_run, fail_fast=fail_fast)
    with action_lock(settings.logs_dir, action):
        history = _history(action, settings, resume)
        if history.runs:
            spec = replace(spec, needs=_needs_of_the_rest(spec, history))
        if simulated is None:
            settings.check_credentials()
        from odt_async.cli.execute import execute  # noqa: PLC0415

        sys.exit(execute(spec, history, faults=simulated, as_json=as_json))


def _examine(
    name: str, settings: Settings, overrides: tuple[str, ...], *, dry_run: bool, fail_fast: bool
) -> RunSpec:
    """Return the run to be made, after a look at every row.

    Raises InputError for files of which nothing can be used.
    """
    from odt_async import actions  # noqa: PLC0415
    from odt_async.dataset import check_columns, open_dataset, parse_overrides, survey  # noqa: PLC0415
    from odt_async.runner.identity import identify  # noqa: PLC0415
    from odt_async.runner.spec import RunSpec  # noqa: PLC0415
    from odt_async.webex.needs import Needs  # noqa: PLC0415

    action = actions.load(name)
    dataset = open_dataset(settings.input_dir, actions.domain_of(name), parse_overrides(overrides))
    columns = check_columns(dataset, action.Params)
    wrong = [str(column) for column in columns.missing]
    wrong += [str(column) for column in columns.unknown if column.source.kind == "cli"]
    if wrong:
        raise InputError("; ".join(wrong))
    needs = Needs()

    def look_at(row: Row) -> bytes:
        params, digest = identify(name, action, row)
        needs.note(params.lookups())
        return bytes.fromhex(digest)

    found = survey(dataset, look_at, problem_limit=_SHOWN_PROBLEMS)
    if found.rows == 0:
        raise InputError(f"{dataset.path} has no rows")
    for problem in found.problems:
        click.echo(str(problem), err=True)
    if found.invalid == found.rows:
        raise InputError(f"{dataset.path}: none of its {found.rows} rows can be used; nothing was sent")
    if found.invalid:
        click.echo(
            f"{found.invalid} of {found.rows} rows cannot be used and will be rejected; the others go on",
            err=True,
        )
    return RunSpec(name, action, dataset, found, settings, dry_run=dry_run, fail_fast=fail_fast, needs=needs)


def _needs_of_the_rest(spec: RunSpec, history: History) -> Needs:
    """Return the names that the rows look up which *history* has not finished."""
    from odt_async.runner.identity import identify  # noqa: PLC0415
    from odt_async.webex.needs import Needs  # noqa: PLC0415

    needs = Needs()
    for row in spec.dataset.rows():
        with suppress(InvalidRow):  # the survey has said so
            params, digest = identify(spec.name, spec.action, row)
            if not history.is_finished(digest):
                needs.note(params.lookups())
    return needs


def _history(action: str, settings: Settings, resume: str | None) -> History:
    """Return what earlier runs have done, nothing when it was not asked for. Raises InputError."""
    from odt_async.runner.resume import History, find_run, load_history  # noqa: PLC0415

    if resume is None:
        return History()
    run = find_run(settings.logs_dir, action, resume)
    click.echo(f"resuming {run}", err=True)
    return load_history(settings.logs_dir, run)
