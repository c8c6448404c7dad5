"""`plan`: what `bulk` would change, counted by field; the file it leaves is what `bulk --plan` does."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odt_async.cli.bulk import bulk
from odt_async.cli.completion import complete_actions
from odt_async.cli.manual import Documented
from odt_async.cli.run_options import ATTENDANCE, option_words, run_options, simulated
from odt_async.cli.words import count_of
from odt_async.language import tr, trn

if TYPE_CHECKING:  # nothing heavy is imported before arguments and files are valid
    from odt_async.runner.active import RunResult

__all__ = ["plan"]


@click.command(
    cls=Documented,
    params=[
        click.Argument(["action"], shell_complete=complete_actions),
        click.Option(["--rows"], is_flag=True, help="Every row that would change, field by field."),
        click.Option(
            ["--show"],
            type=click.IntRange(min=0),
            multiple=True,
            metavar="ROW",
            help="That row, field by field; may be repeated.",
        ),
        *(
            option
            for option in run_options("strict_schema")
            if option.name not in {"auto_confirm", "dry_run", "as_json", *ATTENDANCE}
        ),
        click.Option(["--json", "as_json"], is_flag=True, help="The same as JSON."),
    ],
)
def plan(
    *,
    action: str,
    rows: bool,
    show: tuple[int, ...],
    overrides: tuple[str, ...],
    strict_schema: bool,
    sandbox: bool,
    faults: tuple[str, ...],
    as_json: bool,
    **given: Any,
) -> None:
    """Read what is there, and say what `bulk ACTION` would change; write nothing.

    It leaves <run>_plan.jsonl, which `bulk ACTION --plan` carries out: that and nothing else. The exit code is 0
    when there is nothing to change, 5 when there is, 1 when some rows failed.
    """
    from odt_async.cli.examine import examine  # noqa: PLC0415
    from odt_async.runner.lock import action_lock  # noqa: PLC0415
    from odt_async.runner.resume import History  # noqa: PLC0415
    from odt_async.settings import Settings  # noqa: PLC0415

    in_sandbox = simulated(faults, sandbox=sandbox)
    settings = Settings.load(**given)
    spec = examine(action, settings, overrides, dry_run=True, fail_fast=False, strict_schema=strict_schema)
    with action_lock(settings.logs_dir, action):
        if in_sandbox is None:
            settings.check_credentials()
        from odt_async.cli.execute import exit_code_of_run, follow_up, rehearse  # noqa: PLC0415

        result = rehearse(spec, History(), faults=in_sandbox)
    path = result.report.with_name(f"{result.run}_plan.jsonl")
    shown = [record for record in _records(path) if rows or record["row_index"] in show]
    if as_json:
        head = {"fields": dict(_fields(path)), "plan": str(path)}
        per_row = {"rows": shown} if rows or show else {}
        click.echo(json.dumps(result.summary | head | per_row, indent=2, default=str))
    else:
        from odt_async.cli.progress import field_lines  # noqa: PLC0415

        for record in sorted(shown, key=lambda record: record["row_index"]):
            lines = [
                tr("row {index} {entity}", index=record["row_index"], entity=record["entity_id"]),
                *field_lines(record["diff"]),
            ]
            click.echo("\n".join(lines))
        click.echo(_summary(result, _fields(path)))
    if result.summary["errors"]:
        click.echo(
            tr("to mend: {path}", path=result.report.with_name(f"{result.run}_rejected.csv")),
            err=True,
        )
    if result.summary["by_status"]["planned"]:
        words = [
            "bulk",
            action,
            *option_words(click.get_current_context(), bulk, overrides),
            "--plan",
            str(path),
        ]
        click.echo(tr("to apply it: {command}", command=follow_up(words)), err=True)
    sys.exit(exit_code_of_run(spec, result))


def _records(path: Path) -> Iterator[dict[str, Any]]:
    from odt_async.sinks.plan_jsonl import read_plan  # noqa: PLC0415

    return read_plan(path)


def _fields(path: Path) -> Counter[str]:
    """Return how many rows change each field, by the last part of its path."""
    fields: Counter[str] = Counter()
    for record in _records(path):
        fields.update({name.rpartition(".")[2] or "all" for name in record["diff"]})
    return fields


def _summary(result: RunResult, fields: Counter[str]) -> str:
    """Return `312 change, 88 unchanged, 3 errors; destination: 312`, and what else there is."""
    counts = result.summary["by_status"]
    parts = [
        trn("{count} changes", "{count} change", counts["planned"]),
        count_of("unchanged", counts["unchanged"]),
        trn("{count} error", "{count} errors", counts["error"]),
    ]
    parts += [count_of(status, counts[status]) for status in ("skipped", "pending") if counts[status]]
    by_field = ", ".join(f"{name}: {count}" for name, count in sorted(fields.items(), key=_most_first))
    return "; ".join(filter(None, [", ".join(parts), by_field]))


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
