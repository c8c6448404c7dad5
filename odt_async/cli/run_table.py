"""Runs in words: how the state, the beginning and the rows of one are said, and several as a table.

On a terminal that is too narrow for the table a run takes two lines; elsewhere the table is plain, whatever its
width, and names runs in full.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from odt_async.cli.words import count_of, word_of
from odt_async.language import tr, trn
from odt_async.runner.heartbeat import clock

if TYPE_CHECKING:
    from rich.console import Console

    from odt_async.runs import PastRun

__all__ = ["print_runs", "rows_in_words", "started", "state_in_words"]

_COLOURS = {
    "running": "cyan",
    "finished": "green",
    "stopped": "red",
    "interrupted": "yellow",
    "killed": "red",
}
_COUNTED = ("applied", "unchanged", "planned", "error", "skipped", "pending")
_GAP = 2  # characters between two columns
_WORDS = 4  # columns that hold words; the others hold numbers


def print_runs(runs: Sequence[PastRun]) -> None:
    """Print *runs*, at least one, to stdout."""
    if not sys.stdout.isatty():
        for line in _aligned([_head(runs), *(_cells(run, runs, run.run_id) for run in runs)]):
            click.echo(line)
        return
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False)
    table = [_head(runs), *(_cells(run, runs, _short(run)) for run in runs)]
    if len(_aligned(table)[0]) <= console.width:
        _print_table(console, table, runs)
    else:
        _print_list(console, runs)


def started(run: PastRun) -> str:
    """Return when it began, on the clock of this machine, to the minute."""
    return f"{run.started_at.astimezone():%Y-%m-%d %H:%M}"


def state_in_words(run: PastRun) -> str:
    """Return its state, and what is special about it: a dry run, an undo, a single row."""
    kinds = {"bulk": "", "single": tr("one row"), "dry run": tr("dry run"), "undo": tr("undo")}
    return ", ".join(filter(None, [word_of(run.state), kinds[run.kind]]))


def rows_in_words(run: PastRun) -> str:
    """Return `300 rows: 290 applied, 10 failed`."""
    told = ", ".join(count_of(name, run.counts[name]) for name in _COUNTED if name in run.counts) or "-"
    if run.total_rows is None:
        return tr("? rows: {told}", told=told)
    return trn("{count} row: {told}", "{count} rows: {told}", run.total_rows, told=told)


def _short(run: PastRun) -> str:
    """Return the end of its id, by which it can be named too."""
    return run.run_id.rpartition("_")[2]


def _shown(runs: Sequence[PastRun]) -> list[str]:
    """Return the counts that have a column: `planned` only where there is a dry run."""
    planned = any("planned" in run.counts for run in runs)
    return [name for name in _COUNTED if planned or name != "planned"]


def _head(runs: Sequence[PastRun]) -> list[str]:
    names = {
        "applied": "ok",
        "unchanged": tr("unchanged"),
        "planned": tr("would change"),
        "error": tr("errors"),
        "skipped": tr("skipped"),
        "pending": tr("pending"),
    }
    counts = [names[name] for name in _shown(runs)]
    return [tr("run"), tr("action"), tr("when"), tr("state"), tr("rows"), *counts, tr("duration")]


def _cells(run: PastRun, runs: Sequence[PastRun], name: str) -> list[str]:
    total = "?" if run.total_rows is None else str(run.total_rows)
    counts = [str(run.counts.get(status, 0)) for status in _shown(runs)]
    return [name, run.script_name, started(run), state_in_words(run), total, *counts, clock(run.elapsed_s)]


def _aligned(table: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of *table*: words to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = []
    for row in table:
        cells = [
            cell.ljust(width) if place < _WORDS else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append((" " * _GAP).join(cells).rstrip())
    return lines


def _print_table(console: Console, table: Sequence[Sequence[str]], runs: Sequence[PastRun]) -> None:
    from rich.text import Text  # noqa: PLC0415

    head, *lines = _aligned(table)
    console.print(Text(head, "bold"))
    for line, run in zip(lines, runs, strict=True):
        text = Text(line)
        text.highlight_words([state_in_words(run)], _COLOURS[run.state])
        console.print(text, soft_wrap=True)


def _print_list(console: Console, runs: Sequence[PastRun]) -> None:
    from rich.text import Text  # noqa: PLC0415

    for run in runs:
        console.print(Text.assemble((_short(run), "bold"), " ", run.script_name), soft_wrap=True)
        state = Text(state_in_words(run), _COLOURS[run.state])
        about = Text.assemble(f"     {started(run)}  ", state, f"  {clock(run.elapsed_s)}\n     ")
        console.print(about.append(rows_in_words(run)), soft_wrap=True)
