"""What an operator sees of a run: a live bar on a terminal, a line per heartbeat elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn
from rich.text import Text

from odt_async.cli.terminal_title import is_terminal, title_of
from odt_async.cli.words import word_of
from odt_async.language import retold, tr
from odt_async.model import Outcome, Status, VerdictKind
from odt_async.runner.heartbeat import clock
from odt_async.runner.spec import RunSpec

if TYPE_CHECKING:
    from odt_async.runner.active import Run
    from odt_async.runner.observer import Observer

__all__ = ["field_lines", "observer_for"]


@contextmanager
def observer_for(spec: RunSpec, *, show_plans: bool) -> Iterator[Observer]:
    """Yield what shows *spec*'s run on stderr.

    show_plans: whether the planned changes of a dry run go to stdout.
    """
    console = Console(stderr=True)
    if not is_terminal(console):
        yield _Lines(show_plans=show_plans)
        return
    bar = _TwoLines(
        SpinnerColumn(),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TextColumn("ETA {task.fields[eta]}"),
        console=console,
        redirect_stdout=False,  # rich would send it to stderr
        refresh_per_second=4,
        expand=True,
    )
    with bar:
        yield _Bar(bar, spec, show_plans=show_plans)


def _plan(outcome: Outcome) -> str:
    """Return one planned row: where it stands, whom it is about, and every field that would change."""
    row = outcome.row
    head = tr(
        "row {index} ({file} line {line}) {entity}",
        index=row.index,
        file=row.layers.file,
        line=row.line,
        entity=outcome.entity_id,
    )
    return "\n".join([head, *field_lines(outcome.diff or {})])


def field_lines(diff: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return one indented line for every field of *diff*: what it is, and what it would be."""
    return [f"    {path}: {_value(before)} -> {_value(after)}" for path, (before, after) in diff.items()]


def _value(value: Any) -> str:
    return tr("(nothing)") if value is None else json.dumps(value, ensure_ascii=False)


class _TwoLines(Progress):
    """A bar over the figures, so that both fit into 80 columns."""

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield the bar, then the figures."""
        yield self.make_tasks_table(self.tasks)
        for task in self.tasks:
            yield Text(f"  {task.fields['figures']}", no_wrap=True, overflow="ellipsis")


class _Lines:
    """For pipes, files and cron: one line a heartbeat, no colour."""

    def __init__(self, *, show_plans: bool) -> None:
        self._show_plans = show_plans

    def started(self, run: Run) -> None:
        """The first heartbeat says it."""

    def outcome(self, outcome: Outcome) -> None:
        """Show what a dry run would write."""
        if self._show_plans and outcome.status is Status.PLANNED:
            click.echo(_plan(outcome))

    def tick(self, run: Run) -> None:
        """Nothing between two heartbeats."""

    def beat(self, line: str) -> None:
        """Show the heartbeat."""
        click.echo(line, err=True)

    def paused(self, reason: str) -> None:
        """The heartbeat of that moment says it."""

    def resumed(self) -> None:
        """The heartbeat of that moment says it."""


class _Bar:
    """For terminals."""

    def __init__(self, bar: Progress, spec: RunSpec, *, show_plans: bool) -> None:
        self._bar = bar
        self._show_plans = show_plans
        self._script_name = spec.name
        self._title = ""
        self._print = self._print_above if sys.stdout.isatty() else click.echo
        self._task = bar.add_task("", total=spec.survey.rows, figures="", eta=clock(None))

    def started(self, run: Run) -> None:
        """Name the run above the bar."""
        self._print_above(run.run_id)

    def outcome(self, outcome: Outcome) -> None:
        """Show what a dry run would write."""
        if self._show_plans and outcome.status is Status.PLANNED:
            self._print(_plan(outcome))

    def tick(self, run: Run) -> None:
        """Bring the bar up to date, and the terminal's title."""
        if (title := title_of(run, self._script_name)) != self._title:
            self._title = title
            self._bar.console.set_window_title(title)
        progress = run.progress()
        counts = progress.counts
        figures = [
            tr("{rate:.1f} rows/s", rate=progress.rows_per_s),
            tr("ok {count}", count=counts[Status.APPLIED]),
            tr("unchanged {count}", count=counts[Status.UNCHANGED]),
            tr("errors {count}", count=counts[Status.ERROR]),
            tr("throttled {count}", count=run.policy.verdicts[VerdictKind.THROTTLED]),
        ]
        if run.policy.unanswered:
            figures.append(
                tr(
                    "unanswered {count} ({reason})",
                    count=run.policy.unanswered,
                    reason=run.policy.last_trouble,
                )
            )
        if counts[Status.PLANNED]:
            figures.insert(1, tr("planned {count}", count=counts[Status.PLANNED]))
        if counts[Status.SKIPPED]:
            figures.append(tr("skipped {count}", count=counts[Status.SKIPPED]))
        if run.policy.tokens.warning:
            figures.insert(0, tr("TOKEN ENDS SOON: see heartbeat.log"))
        if run.state != "running":
            figures.insert(0, word_of(run.state).upper())
        held = [
            tr("{family} held {seconds:.0f} s", family=state.family, seconds=state.held_s)
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

    def paused(self, reason: str) -> None:
        """Say why above the bar, and ring the bell: somebody may have to do something."""
        self._print_above(tr("PAUSED: {reason}", reason=retold(reason)))
        self._bar.console.bell()

    def resumed(self) -> None:
        """Say so above the bar."""
        self._print_above(tr("resumed"))

    def _print_above(self, text: str) -> None:
        """Print *text* above the bar, on the terminal where it is drawn."""
        self._bar.console.print(text, highlight=False, markup=False, soft_wrap=True)
