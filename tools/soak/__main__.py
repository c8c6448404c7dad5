"""Hours of work with trouble by the clock, against a simulated Webex: `make soak`, `make soak DURATION=24h`.

Prints the figures, and exits with 1 when anything is not as it must be. See docs/soak.md.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import anyio
import click

from tools.soak.chapter import Plan, chapter
from tools.soak.figures import Figures
from tools.soak.weather import STRETCHES, incidents
from tools.soak.work import MOST_ROWS

__all__ = ["main"]

_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0}
_STRETCH_S = 60.0


def _seconds(_context: click.Context, option: click.Parameter, text: str | None) -> float | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text)
    if match is None or float(match[1]) <= 0:
        raise click.BadParameter("write it like 90s, 10m or 24h", param=option)
    return float(match[1]) * _UNITS_S[match[2]]


@click.command(help=__doc__)
@click.option("--duration", "duration_s", default="10m", show_default=True, callback=_seconds)
@click.option(
    "--stretch",
    "stretch_s",
    callback=_seconds,
    help="How long each kind of trouble lasts; a kill comes in every second, a chapter has ten.  "
    "[default: 60s, or a tenth of a shorter duration]",
)
@click.option(
    "--rows",
    type=click.IntRange(1, MOST_ROWS),
    default=4000,
    show_default=True,
    help="Of the largest file.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the first chapter.")
@click.option(
    "--json", "json_path", type=click.Path(dir_okay=False, path_type=Path), help="Write it there too."
)
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where all files go; they stay.  [default: a folder that goes away when all is well]",
)
def main(
    *,
    duration_s: float,
    stretch_s: float | None,
    rows: int,
    seed: int,
    json_path: Path | None,
    folder: Path | None,
) -> None:
    """Carry the chapters out, one after the other, and judge them."""
    if folder is not None and folder.is_dir() and any(folder.iterdir()):
        raise click.UsageError(f"--dir {folder} is not empty")
    stretch_s = stretch_s or min(_STRETCH_S, duration_s / len(STRETCHES))
    if stretch_s > duration_s:
        raise click.UsageError("--stretch is longer than --duration")
    root = folder or Path(tempfile.mkdtemp(prefix="odt-soak-"))
    total = Figures(seed=seed)
    started = time.monotonic()
    # what is left over when the last whole stretch is through is no chapter
    while (left_s := duration_s - (time.monotonic() - started)) >= stretch_s and not (
        total.chapters and total.verdict()
    ):
        chapter_s = min(left_s, stretch_s * len(STRETCHES))
        plan = Plan(tuple(incidents(chapter_s, stretch_s)), chapter_s, rows, seed + total.chapters)
        place = root / f"chapter_{total.chapters + 1:03d}"
        figures = _carry_out(plan, place)
        total.add(figures)
        if folder is None and not figures.verdict():
            shutil.rmtree(place)
    if total.chapters > 1:
        _say(f"all {total.chapters} chapters", total)
    if json_path is not None:
        json_path.write_text(json.dumps(total.as_json(), indent=2) + "\n", "utf-8")
    if total.verdict():
        click.echo(f"files: {root}")
    elif folder is None:
        shutil.rmtree(root)
    sys.exit(1 if total.verdict() else 0)


def _carry_out(plan: Plan, place: Path) -> Figures:
    place.mkdir(parents=True)
    figures = anyio.run(chapter, plan, place)
    _say(f"{place.name}, seed {plan.seed}", figures)
    return figures


def _say(whose: str, figures: Figures) -> None:
    click.echo(f"{whose}, {timedelta(seconds=round(figures.elapsed_s))}")
    for line in figures.lines():
        click.echo(f"  {line}")
    wrong = figures.verdict()
    click.echo("  as it must be" if not wrong else "  NOT AS IT MUST BE")
    for words in wrong:
        click.echo(f"    {words}")


if __name__ == "__main__":
    main()
