"""The actions of a launch before the first of them runs: looked at, summarised, each given its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from odt_async.errors import InputError
from odt_async.language import retold, tr_prompt, trn_prompt

if TYPE_CHECKING:  # nothing heavy is imported before arguments and files are valid
    from odt_async.actions import Action
    from odt_async.dataset import Dataset
    from odt_async.model import Domain
    from odt_async.runner.spec import RunSpec
    from odt_async.settings import Settings

__all__ = ["Stage", "columns_of", "give_rows", "look_at", "summarise"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One action of a launch, not yet run."""

    name: str
    domain: Domain
    overrides: tuple[str, ...]  # those of --set that it knows
    spec: RunSpec | None = None  # None when it cannot run
    reason: str = ""  # why it cannot
    missing: tuple[str, ...] = ()  # the columns for want of which
    bulk_mode: bool = True


def columns_of(name: str) -> set[str]:
    """Return every name of every column that the action *name* knows. Raises UnknownAction."""
    from odt_async import actions  # noqa: PLC0415
    from odt_async.dataset import accepted_columns  # noqa: PLC0415

    return {column for names in accepted_columns(actions.load(name).Params).values() for column in names}


def look_at(name: str, settings: Settings, overrides: tuple[str, ...], **options: bool) -> Stage:
    """Return the action with its run over all rows, or why there can be none; what is noticed goes to stderr.

    overrides: `--set` as given; those that the action does not know are left out.
    options: of the run, as `examine` takes them.
    """
    from odt_async import actions  # noqa: PLC0415
    from odt_async.cli.examine import examine  # noqa: PLC0415

    columns = columns_of(name)
    known = tuple(item for item in overrides if item.partition("=")[0].strip().lower() in columns)
    stage = Stage(name, actions.domain_of(name), known)
    click.echo(tr_prompt("{name}: reading {domain}.csv", name=name, domain=stage.domain), err=True)
    try:
        return replace(stage, spec=examine(name, settings, known, **options))
    except InputError as error:
        return replace(stage, reason=str(error), missing=_missing_columns(stage, settings))


def give_rows(stage: Stage, *, all_rows: bool) -> Stage:
    """Return *stage* over all rows or over the first one; without a run when the first one is no good."""
    if all_rows or stage.spec is None:
        return stage
    from odt_async.cli.single import single_spec  # noqa: PLC0415
    from odt_async.dataset import Dataset, row_at  # noqa: PLC0415

    spec = stage.spec
    assert isinstance(spec.dataset, Dataset)  # noqa: S101 - only `undo` takes rows from elsewhere
    one = row_at(spec.dataset, 0)
    click.echo(f"{stage.name}:", err=True)
    stage = replace(stage, bulk_mode=False)
    try:
        run = single_spec(
            stage.name, spec.action, spec.settings, one, dry_run=spec.dry_run, fail_fast=spec.fail_fast
        )
    except InputError as error:
        click.echo(f"  {retold(str(error))}", err=True)
        return replace(
            stage, spec=None, reason=str(error), missing=_useless_columns(stage.name, spec.action, one)
        )
    return replace(stage, spec=run)


def summarise(stages: Sequence[Stage]) -> None:
    """Say which file each action takes its rows from, and how many; or why it cannot run."""
    width = max(len(stage.name) for stage in stages)
    click.echo(tr_prompt("\nSummary:"), err=True)
    for stage in stages:
        if stage.spec is None:
            wanting = (
                tr_prompt(" (missing: {columns})", columns=", ".join(stage.missing)) if stage.missing else ""
            )
            told = tr_prompt("skipped{wanting}: {reason}", wanting=wanting, reason=retold(stage.reason))
        else:
            found = stage.spec.survey
            invalid = tr_prompt(", {count} of no use", count=found.invalid) if found.invalid else ""
            told = trn_prompt(
                "{path}: {count} row{invalid}",
                "{path}: {count} rows{invalid}",
                found.rows,
                path=stage.spec.dataset.path,
                invalid=invalid,
            )
        click.echo(f"  {stage.name:<{width}}  {told}", err=True)
    click.echo(err=True)


def _missing_columns(stage: Stage, settings: Settings) -> tuple[str, ...]:
    """Return the required columns that are not there; where all are, those that make every row useless."""
    from odt_async import actions  # noqa: PLC0415
    from odt_async.dataset import check_columns, open_dataset, parse_overrides  # noqa: PLC0415

    action = actions.load(stage.name)
    try:
        dataset = open_dataset(settings.input_dir, stage.domain, parse_overrides(stage.overrides))
        if absent := check_columns(dataset, action.Params).missing:
            return tuple(column.column for column in absent)
        return _useless_columns(stage.name, action, dataset)
    except InputError:  # the file itself is not there, or no good: the reason says so
        return ()


def _useless_columns(name: str, action: Action, dataset: Dataset) -> tuple[str, ...]:
    """Return the columns that the first problems of *dataset* are about, unless a row of it can be used."""
    from odt_async.dataset import survey  # noqa: PLC0415
    from odt_async.runner.identity import identify  # noqa: PLC0415

    found = survey(dataset, lambda row: bytes.fromhex(identify(name, action, row)[1]))
    if found.invalid < found.rows:
        return ()
    return tuple(sorted({problem.column for problem in found.problems if problem.column}))
