"""What an operator sees of a run: a live bar on a terminal, a line per heartbeat elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn
from rich.text import Text

from odt_async.model import Outcome, Status, VerdictKind
from odt_async.runner.heartbeat import clock
from odt_async.runner.spec import RunSpec

if TYPE_CHECKING:
    from odt_async.runner.run import Observer, Run

__all__ = ["observer_for"]


@contextmanager
def observer_for(spec: RunSpec) -> Iterator[Observer]:
    """Yield what shows *spec*'s run on stderr; planned changes go to stdout in either case."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    bar = _TwoLines(
        SpinnerColumn(),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TextColumn("ETA {task.fields[eta]}"),
        console=console,
        redirect_stdout=sys.stdout.isatty(),  # rich would send it to stderr
        refresh_per_second=4,
        expand=True,
    )
    with bar:
        yield _Bar(bar, spec.survey.rows)


def _show_plan(outcome: Outcome) -> None:
    """Print one planned row: where it stands, whom it is about, and every field that would change."""
    row = outcome.row
    click.echo(f"row {row.index} ({row.layers.file} line {row.line}) {outcome.entity_id}")
    for path, (before, after) in (outcome.diff or {}).items():
        click.echo(f"    {path}: {_value(before)} -> {_value(after)}")


def _value(value: Any) -> str:
    return "(nothing)" if value is None else json.dumps(value, ensure_ascii=False)


class _TwoLines(Progress):
    """A bar over the figures, so that both fit into 80 columns."""

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield the bar, then the figures."""
        yield self.make_tasks_table(self.tasks)
        for task in self.tasks:
            yield Text(f"  {task.fields['figures']}", no_wrap=True, overflow="ellipsis")


class _Lines:
    """For pipes, files and cron: one line a heartbeat, no colour."""

    def started(self, run: Run) -> None:
        """The first heartbeat says it."""

    def outcome(self, outcome: Outcome) -> None:
        """Show what a dry run would write."""
        if outcome.status is Status.PLANNED:
            _show_plan(outcome)

    def tick(self, run: Run) -> None:
        """Nothing between two heartbeats."""

    def beat(self, line: str) -> None:
        """Show the heartbeat."""
        click.echo(line, err=True)


class _Bar:
    """For terminals."""

    def __init__(self, bar: Progress, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=total, figures="", eta=clock(None))

    def started(self, run: Run) -> None:
        """Name the run above the bar."""
        self._bar.console.print(run.run_id, highlight=False, soft_wrap=True)

    def outcome(self, outcome: Outcome) -> None:
        """Show what a dry run would write."""
        if outcome.status is Status.PLANNED:
            _show_plan(outcome)

    def tick(self, run: Run) -> None:
        """Bring the bar up to date."""
        progress = run.progress()
        counts = progress.counts
        figures = [
            f"{progress.rows_per_s:.1f} rows/s",
            f"ok {counts[Status.APPLIED]}",
            f"unchanged {counts[Status.UNCHANGED]}",
            f"errors {counts[Status.ERROR]}",
            f"throttled {run.policy.verdicts[VerdictKind.THROTTLED]}",
        ]
        if counts[Status.PLANNED]:
            figures.insert(1, f"planned {counts[Status.PLANNED]}")
        if counts[Status.SKIPPED]:
            figures.append(f"skipped {counts[Status.SKIPPED]}")
        if run.state != "running":
            figures.insert(0, run.state.upper())
        held = [
            f"{state.family} held {state.held_s:.0f} s"
            for state in run.policy.limiter.states()
            if state.held_s >= 1
        ]
        self._bar.update(
            self._task,
            completed=progress.done,
            figures=" | ".join(figures + held),
            eta=clock(progress.left_s),
        )

    def beat(self, line: str) -> None:
        """The bar shows it all, and heartbeat.log has the line."""
