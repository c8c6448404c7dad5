"""`bench`: how fast the product is on this machine, against the loop that one would write without it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odt_async.cli.manual import Documented
from odt_async.errors import InputError, OutputFailed
from odt_async.language import tr

if TYPE_CHECKING:  # nothing heavy is imported for help
    from odt_async.bench.comparison import Case

__all__ = ["bench"]

_MOST_UNDER_WAY = 1000


@click.command(cls=Documented)
@click.option(
    "--rows",
    type=click.IntRange(1),
    default=10_000,
    show_default=True,
    help="Rows of one measurement, at most; with latency as many as take 8 s.",
)
@click.option("--concurrency", default="1,8,32,64,128", show_default=True, help="Requests under way.")
@click.option(
    "--latency",
    default="0,50ms~20%,150ms~20%",
    show_default=True,
    help="Of every answer: 50ms, or 50ms~20% for give or take 20 %.",
)
@click.option(
    "--limit", metavar="SHAPE", help="Of the server, as the sandbox's throttle= takes it: 50/s,burst=5."
)
@click.option(
    "--rounds",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="In each, all clients take their turn.",
)
@click.option(
    "--start", "only_start", is_flag=True, help="Measure how soon help and refusals answer, instead."
)
@click.option("--growth", metavar="ROWS,...", help="Measure speed and memory by number of rows, instead.")
@click.option(
    "--plot", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Draw the result, as SVG."
)
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON to stdout.")
def bench(
    *,
    rows: int,
    concurrency: str,
    latency: str,
    limit: str | None,
    rounds: int,
    only_start: bool,
    growth: str | None,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Measure the product, the naive loop over the SDK and bare aiohttp, in turn.

    The product is `bulk` with all that a run has: files, limiter, log. Each client and the server is a process
    of its own; the server answers as the sandbox does and is fast enough not to be what is measured: its own
    ceiling is printed too. Every figure is the median of the rounds, every ratio that of the ratios round by
    round. Below the table stands how busy the machine was meanwhile.
    """
    if only_start and growth:
        raise InputError("--start and --growth: one of the two at a time")
    if plot is not None and (only_start or growth):
        raise InputError("--plot draws the comparison of clients: leave --start and --growth out")
    sizes = _numbers("--growth", growth) if growth else []
    cases = _cases(concurrency, latency, limit)
    from odt_async.bench.noise import Noise  # noqa: PLC0415

    noise = Noise()
    with tempfile.TemporaryDirectory(prefix="odt-bench-") as name:
        folder = Path(name)
        if only_start:
            found = _start(rounds, folder)
        elif sizes:
            found = _growth(sizes, rounds, folder)
        else:
            found = _comparison(cases, rows, rounds, folder)
    found["noise"] = noise.told()
    if plot is not None:
        _draw(plot, found["results"])
    click.echo(json.dumps(found, indent=2) if as_json else _as_text(found))


def _cases(concurrency: str, latency: str, limit: str | None) -> list[Case]:
    """Return every pair of the two lists. Raises InputError."""
    from odt_async.bench.comparison import Case  # noqa: PLC0415
    from odt_async.sandbox.faults import parse_faults  # noqa: PLC0415

    under_way = _numbers("--concurrency", concurrency)
    if max(under_way) > _MOST_UNDER_WAY:
        raise InputError(
            "--concurrency {concurrency}: {most} at most",
            concurrency=concurrency,
            most=_MOST_UNDER_WAY,
        )
    cases = [Case(text.strip(), number, limit) for text in latency.split(",") for number in under_way]
    for case in cases:
        parse_faults(case.faults)
    return cases


def _numbers(option: str, text: str) -> list[int]:
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 1:
        raise InputError(
            "{option} {text}: write whole numbers from 1, with commas between them", option=option, text=text
        )
    return numbers


def _tell(text: str) -> None:
    click.echo(tr("measuring {text}", text=text), err=True)


def _comparison(cases: Sequence[Case], rows: int, rounds: int, folder: Path) -> dict[str, Any]:
    from odt_async.bench.comparison import ceiling, compare  # noqa: PLC0415

    results = compare(cases, most_rows=rows, rounds=rounds, folder=folder, tell=_tell)
    found: dict[str, Any] = {"results": [result.as_json() for result in results]}
    found["server_requests_per_s"] = round(ceiling(folder, rows, rounds))
    return found


def _start(rounds: int, folder: Path) -> dict[str, Any]:
    from odt_async.bench.start import measure_start  # noqa: PLC0415

    return {"start": [start.as_json() for start in measure_start(rounds, folder=folder, tell=_tell)]}


def _growth(sizes: Sequence[int], rounds: int, folder: Path) -> dict[str, Any]:
    from odt_async.bench.growth import grow  # noqa: PLC0415

    found = grow(sizes, rounds=rounds, folder=folder, tell=_tell)
    return {"growth": [size.as_json() for size in found]}


def _draw(path: Path, results: Sequence[Mapping[str, Any]]) -> None:
    from odt_async.bench.plot import as_svg  # noqa: PLC0415

    try:
        path.write_text(as_svg(results), "utf-8")
    except OSError as error:
        raise OutputFailed("{path} cannot be written: {reason}", path=path, reason=error.strerror) from error


def _as_text(found: Mapping[str, Any]) -> str:
    lines = []
    if "results" in found:
        lines += _table(_comparison_rows(found["results"]))
        lines.append(
            tr("the server bears {rate:,} requests/s (raw sockets)", rate=found["server_requests_per_s"])
        )
    if "start" in found:
        starts = found["start"]
        lines += _table([list(starts[0]), *([str(value) for value in row.values()] for row in starts)])
    if "growth" in found:  # so many figures fit on a terminal one below the other
        lines += _table(
            [[name, *(f"{size[name]:,}" for size in found["growth"])] for name in found["growth"][0]]
        )
    noise = found["noise"]
    load = " ".join(str(value) for value in noise["load_average"])
    lines.append(
        tr(
            "meanwhile, of {processors} processors: {busy} busy, {stolen} stolen; load average {load}",
            processors=noise["processors"],
            busy=_percent(noise["busy_share"]),
            stolen=_percent(noise["stolen_share"]),
            load=load,
        )
    )
    return "\n".join(lines)


def _comparison_rows(results: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    head = [
        tr("latency"),
        "C",
        tr("client"),
        tr("rows/s"),
        tr("of ideal"),
        tr("CPU us/row"),
        tr("spread"),
        tr("refused"),
    ]
    rows = [[*head, tr("product/it: rows/s"), "CPU"]]
    for result in results:
        for name, figures in result["clients"].items():
            ratios = result["product_to"].get(name, {})
            rows.append(
                [
                    result["latency"],
                    str(result["concurrency"]),
                    name,
                    f"{figures['rows_per_s']:,.0f}",
                    _number(figures["of_ideal"]),
                    f"{figures['cpu_us_per_row']:.0f}",
                    _percent(figures["spread"]),
                    _percent(figures["refused_per_accepted"]),
                    _number(ratios.get("rows_per_s")),
                    _number(ratios.get("cpu_us_per_row")),
                ]
            )
    return rows


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
