"""Several runs as lines of text, one each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from odt_async.language import tr
from odt_async.screen.figures import day_and_time
from odt_async.screen.layout import cut, line
from odt_async.screen.record import RunStatus
from odt_async.screen.standing import standing

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["listing"]

_LEAST_NAME = 12  # columns


def listing(
    runs: Sequence[RunStatus], chosen: int | None, logs_dir: Path, width: int, height: int
) -> list[Text]:
    """Return no more than *height* lines of *width* columns: a title, then a line for each run.

    chosen: the run that is marked, and always to be seen; None: none is.
    """
    lines = [line((tr("Runs in {folder}", folder=logs_dir), "bold")), line()]
    room = max(height - len(lines), 1)
    first = 0 if chosen is None else max(0, min(chosen - room // 2, len(runs) - room))
    shown = runs[first : first + room]
    states = [standing(run) for run in shown]
    figures = _aligned([_figures(run) for run in shown])
    word = max((cell_len(state.word) for state in states), default=0)
    for number, run in enumerate(shown):
        is_chosen = first + number == chosen
        begun = "" if run.started is None else day_and_time(run.started)
        ahead = f"{'>' if is_chosen else ' '} {begun:<11}  "
        name = max(width - len(ahead) - word - len(figures[number]) - 4, _LEAST_NAME)
        lines.append(
            line(
                (ahead, "bold" if is_chosen else ""),
                (set_cell_size(states[number].word, word), f"bold {states[number].style}"),
                ("  " + _named(run.script_name, name), "bold" if is_chosen else ""),
                ("  " + figures[number], "red" if run.by_status.get("error") else ""),
            )
        )
    return [cut(text, width) for text in lines[:height]]


def _figures(run: RunStatus) -> tuple[str, ...]:
    share = 100 * run.done / run.total_rows if run.total_rows else 0.0
    errors = run.by_status.get("error", 0)
    return f"{run.done}/{run.total_rows}", f"{share:.0f} %", tr("errors {count}", count=errors)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return each of *rows* as one text, its columns to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows]


def _named(name: str, width: int) -> str:
    return set_cell_size(cut(line(name), width).plain, width)
