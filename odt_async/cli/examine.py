"""The look at every file and row that comes before anything is sent; `bulk` and its kin begin with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from odt_async.errors import InputError
from odt_async.language import retold, trn

if TYPE_CHECKING:  # nothing heavy is imported before arguments and files are valid
    from odt_async.model import Row
    from odt_async.runner.spec import RunSpec
    from odt_async.settings import Settings

__all__ = ["examine"]

_SHOWN_PROBLEMS = 5


def examine(
    name: str,
    settings: Settings,
    overrides: tuple[str, ...],
    *,
    dry_run: bool,
    fail_fast: bool,
    strict_schema: bool = False,
) -> RunSpec:
    """Return the run to be made, after a look at every row; what is noticed goes to stderr.

    overrides: `--set` as given, column=value.
    strict_schema: whether columns that no action of the domain knows are refused instead of noticed.

    Raises InputError for files of which nothing can be used.
    """
    from odt_async import actions  # noqa: PLC0415
    from odt_async.cli.findings import find_in_header  # noqa: PLC0415
    from odt_async.dataset import open_dataset, parse_overrides, survey  # noqa: PLC0415
    from odt_async.dataset.drift import load_schema  # noqa: PLC0415
    from odt_async.runner.identity import identify  # noqa: PLC0415
    from odt_async.runner.spec import RunSpec  # noqa: PLC0415
    from odt_async.webex.needs import Needs  # noqa: PLC0415

    action = actions.load(name)
    domain = actions.domain_of(name)
    dataset = open_dataset(settings.input_dir, domain, parse_overrides(overrides))
    recorded = load_schema(settings.input_dir)
    header = find_in_header(dataset, domain, {name: action}, recorded=recorded, strict=strict_schema)
    if wrong := [str(finding) for finding in header if finding.severity == "error"]:
        raise InputError("; ".join(wrong))
    for notice in (*dataset.notices, *header):
        click.echo(retold(str(notice)), err=True)
    needs = Needs()

    def look_at(row: Row) -> bytes:
        params, digest = identify(name, action, row)
        needs.note(params.lookups())
        return bytes.fromhex(digest)

    found = survey(dataset, look_at, problem_limit=_SHOWN_PROBLEMS)
    if found.rows == 0:
        raise InputError("{path} has no rows", path=dataset.path)
    for problem in found.problems:
        click.echo(retold(str(problem)), err=True)
    if found.invalid == found.rows:
        raise InputError(
            "{path}: none of its rows ({rows}) can be used; nothing was sent",
            path=dataset.path,
            rows=found.rows,
        )
    if found.invalid:
        click.echo(
            trn(
                "{count} of {rows} rows cannot be used and will be rejected; the others go on",
                "{count} of {rows} rows cannot be used and will be rejected; the others go on",
                found.invalid,
                rows=found.rows,
            ),
            err=True,
        )
    return RunSpec(name, action, dataset, found, settings, dry_run=dry_run, fail_fast=fail_fast, needs=needs)
