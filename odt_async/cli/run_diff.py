"""`runs diff`: the rows whose outcome differs between two runs."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from odt_async.cli.completion import complete_runs
from odt_async.cli.manual import Documented
from odt_async.language import retold, tr, trn

if TYPE_CHECKING:  # nothing heavy is imported for help
    from odt_async.runs import PastRun
    from odt_async.runs.diff import Difference, Fate

__all__ = ["run_diff"]

_SHOWN_CHARACTERS = 100  # of an error


@click.command("diff", cls=Documented)
@click.argument("a", shell_complete=complete_runs)
@click.argument("b", shell_complete=complete_runs)
@click.option("--logs-dir", type=click.Path(), help="Where the runs' files are.  [default: logs]")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each row to stdout.")
def run_diff(*, a: str, b: str, logs_dir: str | None, as_json: bool) -> None:
    """Compare two runs: print the rows whose outcome in B is another than in A.

    A row is the same where its values are, wherever it stands in the file; one that was edited in between is known
    by the person, location or workspace, or by its place in a file of as many rows. Rows that a run skipped make
    no difference. The exit code is 0 when there is none, 1 when there are differences.
    """
    from odt_async.runs import find  # noqa: PLC0415
    from odt_async.runs.diff import compare_runs  # noqa: PLC0415
    from odt_async.settings import Settings  # noqa: PLC0415

    folder = Settings.load(logs_dir=logs_dir).logs_dir
    runs = find(folder, a), find(folder, b)
    click.echo(f"A: {_in_words(runs[0])}\nB: {_in_words(runs[1])}", err=True)
    kinds: Counter[str] = Counter()
    for difference in compare_runs(*runs):
        kinds[_only(difference) + " -> ".join(side.status for side in _sides(difference))] += 1
        if as_json:
            click.echo(json.dumps(difference.record(), ensure_ascii=False))
        else:
            click.echo(_line(difference))
    for kind, count in kinds.most_common():
        click.echo(trn("{count} row: {kind}", "{count} rows: {kind}", count, kind=kind), err=True)
    for name, run in zip("AB", runs, strict=True):
        if left := run.counts.get("pending"):
            click.echo(
                trn(
                    "{count} row of {run} was not attempted: it is none of these",
                    "{count} rows of {run} were not attempted: they are none of these",
                    left,
                    run=name,
                ),
                err=True,
            )
    if not kinds:
        click.echo(tr("no row has another outcome"), err=True)
    sys.exit(1 if kinds else 0)


def _in_words(run: PastRun) -> str:
    from odt_async.cli.run_table import rows_in_words, state_in_words  # noqa: PLC0415

    return f"{run.run_id} ({state_in_words(run)}) {rows_in_words(run)}"


def _line(difference: Difference) -> str:
    """Return `row 12 P1 error (AsRestError: HTTP 404) -> applied`; rows count as in A, where it has the row."""
    sides = _sides(difference)
    known = sides[0]
    place = tr("row {index}", index=known.row_index)
    if difference.a and difference.b and difference.a.row_index != difference.b.row_index:
        place += tr(" (in B {index})", index=difference.b.row_index)
    edited = tr(", edited") if difference.edited else ""
    fates = " -> ".join(map(_fate, sides))
    return f"{place}{edited}  {known.entity_id or '-'}  {_only(difference)}{fates}"


def _sides(difference: Difference) -> list[Fate]:
    return [side for side in (difference.a, difference.b) if side is not None]


def _only(difference: Difference) -> str:
    """Return in which of the two runs alone the row is; nothing when it is in both."""
    if difference.a and difference.b:
        return ""
    return tr("only in {run}: ", run="A" if difference.a else "B")


def _fate(fate: Fate) -> str:
    if fate.error is None:
        return fate.status
    text = retold(fate.error)
    text = text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 3]}..."
    return f"{fate.status} ({fate.error_type}: {text})"
