"""`check`: every header and every row against the actions chosen; nothing is sent, nobody is asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odt_async.cli.completion import complete_actions
from odt_async.cli.manual import Documented
from odt_async.cli.words import word_of
from odt_async.language import retold, tr, trn

if TYPE_CHECKING:  # nothing heavy is imported for help
    from odt_async.cli.findings import Finding
    from odt_async.cli.inspection import Inspection

__all__ = ["check"]

_SHOWN = 8  # kinds of findings, on a terminal: with their closing words they fill one


@click.command(cls=Documented)
@click.argument("actions", metavar="[ACTION]...", nargs=-1, shell_complete=complete_actions)
@click.option(
    "--input-dir",
    type=click.Path(path_type=Path),
    help="Folder of the CSV files, or a workbook.  [default: input_data]",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="A value for all rows, over every file; may be repeated.",
)
@click.option(
    "--strict-schema", is_flag=True, help="Columns that no action knows, and changed headers, are errors."
)
@click.option(
    "--record-schema",
    is_flag=True,
    help="Write the headers to schema.json, for later checks to compare with.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything found as JSON to stdout.")
def check(
    *,
    actions: tuple[str, ...],
    input_dir: Path | None,
    overrides: tuple[str, ...],
    strict_schema: bool,
    record_schema: bool,
    as_json: bool,
) -> None:
    """Check the files for ACTIONs before a night's work: all actions whose file is there when none is named.

    Headers and every row are judged, duplicates included; no network is used. A column that no action of the
    file knows is a warning, as is one that is new or gone since --record-schema wrote schema.json beside the
    files. Exit code 2 when a run or one of its rows would fail, 0 otherwise; warnings do not count.
    """
    from odt_async.cli.inspection import inspect  # noqa: PLC0415
    from odt_async.settings import Settings  # noqa: PLC0415

    settings = Settings.load(input_dir=input_dir)
    with _counting() as tell:
        inspection = inspect(
            settings.input_dir, actions, overrides, strict=strict_schema, record=record_schema, tell=tell
        )
    for notice in inspection.notices:
        click.echo(retold(notice), err=True)
    if as_json:
        click.echo(json.dumps(_as_json(inspection), indent=2, ensure_ascii=False))
    else:
        _show(inspection)
    for line in _closing_words(inspection):
        click.echo(line, err=True)
    sys.exit(2 if inspection.errors else 0)


@contextmanager
def _counting() -> Iterator[Callable[[str, int], object] | None]:
    """Yield what shows the rows looked at so far on a terminal; a hundred thousand take a minute."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415

    with Console(stderr=True).status(tr("checking")) as status:
        yield lambda file, rows: status.update(
            trn("checking {file}: {count} row", "checking {file}: {count} rows", rows, file=file)
        )


def _as_json(inspection: Inspection) -> dict[str, Any]:
    return {
        "ok": inspection.errors == 0,
        "errors": inspection.errors,
        "warnings": len(inspection.findings) - inspection.errors,
        "files": [
            {"file": file.name, "rows": file.rows, "invalid_rows": dict(file.invalid)}
            for file in inspection.files
        ],
        "findings": [
            {
                "severity": finding.severity,
                "kind": finding.kind,
                "where": finding.where,
                "column": finding.column,
                "text": finding.text,
                "actions": list(finding.actions),
            }
            for finding in inspection.findings
        ],
    }


def _show(inspection: Inspection) -> None:
    """Print a short table of like findings to a terminal, and a line for each of them elsewhere."""
    if not sys.stdout.isatty():
        for finding in inspection.findings:
            concerned = f" ({', '.join(finding.actions)})" if finding.actions else ""
            click.echo(f"{word_of(finding.severity)}: {retold(str(finding))}{concerned}")
        return
    groups = _alike(inspection.findings)
    if groups:
        several = sum(len(file.invalid) for file in inspection.files) > 1
        _show_table(groups[:_SHOWN], name_actions=several)
    if rest := groups[_SHOWN:]:
        count = sum(map(len, rest))
        click.echo(
            tr(
                "... and {count} more of {kinds} kinds: with `| less` all are shown",
                count=count,
                kinds=len(rest),
            )
        )


def _alike(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Return *findings* in groups that differ in nothing but the line; errors first."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        file = finding.where.rpartition(" line ")[0]
        text = finding.text if finding.kind != "duplicate" else ""  # it names the other line
        key = (finding.severity, finding.kind, file, finding.column or "", text, *finding.actions)
        groups.setdefault(key, []).append(finding)
    return sorted(groups.values(), key=lambda group: group[0].severity != "error")


def _show_table(groups: Sequence[Sequence[Finding]], *, name_actions: bool) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    table.add_column("")
    table.add_column(tr("where"), overflow="fold", max_width=20)
    table.add_column(tr("column"), overflow="fold", max_width=18)
    table.add_column(tr("what to mend"), overflow="fold", ratio=1)
    for group in groups:
        first = group[0]
        where = retold(first.where)
        if more := len(group) - 1:
            where = tr("{where} and {count} more", where=where, count=more)
        text = Text(retold(first.text))
        if first.actions and name_actions:
            text.append(f" ({_concerned(first.actions)})", "dim")
        severity = Text(word_of(first.severity), "red" if first.severity == "error" else "yellow")
        table.add_row(severity, Text(where), Text(first.column or ""), text)
    Console().print(table)


def _concerned(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else tr("{count} actions", count=len(names))


def _closing_words(inspection: Inspection) -> list[str]:
    lines = []
    for file in inspection.files:
        bad = [
            trn(
                "  {name}: {count} of them cannot be used",
                "  {name}: {count} of them cannot be used",
                count,
                name=name,
            )
            for name, count in file.invalid.items()
            if count
        ]
        usable = "" if bad else tr(", all usable")
        rows = trn("{count} row", "{count} rows", file.rows)
        lines += [f"{file.name}: {rows}{usable}", *bad]
    if any(finding.kind == "drift" for finding in inspection.findings):
        lines.append(tr("schema.json has other columns: mend the header, or use --record-schema"))
    warnings = len(inspection.findings) - inspection.errors
    errors = trn("{count} error", "{count} errors", inspection.errors)
    lines.append(f"{errors}, {trn('{count} warning', '{count} warnings', warnings)}")
    return lines
