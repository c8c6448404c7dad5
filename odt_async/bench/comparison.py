"""The product, the naive loop and bare aiohttp in turn, round by round, so that noise strikes all alike."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from odt_async.bench.noise import spread
from odt_async.bench.processes import Figures, client, product, serving
from odt_async.bench.server import COUNTS_PATH
from odt_async.sandbox.entities import SandboxSettings
from odt_async.sandbox.faults import parse_faults
from odt_async.sandbox.samples import write_input

__all__ = ["Case", "Result", "ceiling", "compare", "write_rows"]

_SPAN_S = 8.0  # that a measurement with latency is to take, about: shorter ones are all beginning and end
_CALLS_PER_ROW = 2
_CEILING_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Case:
    """What the server is told to do, and how many requests may be under way."""

    latency: str  # as the sandbox reads it: 0, 50ms, 50ms~20%
    concurrency: int
    limit: str | None = None  # of requests, as the sandbox's throttle= reads it

    @property
    def faults(self) -> list[str]:
        """What the server is started with."""
        throttle = [f"throttle={self.limit}"] if self.limit else []
        return throttle if self.latency == "0" else [f"latency={self.latency}", *throttle]

    @property
    def ideal_rows_per_s(self) -> float | None:
        """What nobody can pass with so many requests under way; None without latency, or under a limit."""
        latency_s = parse_faults(self.faults).latency.seconds
        return None if self.limit or not latency_s else self.concurrency / (_CALLS_PER_ROW * latency_s)

    def rows(self, most: int) -> int:
        """Return how many rows are enough, *most* at most."""
        ideal = self.ideal_rows_per_s
        return most if ideal is None else max(1, min(most, round(ideal * _SPAN_S)))


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case: for each client its figures, round by round."""

    case: Case
    rounds: Mapping[str, Sequence[Figures]]
    refused: Mapping[str, float]  # requests refused for each accepted one; empty without a limit

    def ratio(self, one: str, other: str, figure: str) -> float:
        """Return the median, over the rounds, of what *figure* of *one* is to that of *other* in the same round."""
        pairs = zip(self.rounds[one], self.rounds[other], strict=True)
        ratios: list[float] = [getattr(a, figure) / getattr(b, figure) for a, b in pairs]
        return median(ratios)

    def as_json(self) -> dict[str, Any]:
        """Return all figures: medians, ratios and how far the rounds are apart."""
        case, ideal = self.case, self.case.ideal_rows_per_s
        clients = {}
        for name, rounds in self.rounds.items():
            speed = median(figures.rows_per_s for figures in rounds)
            clients[name] = {
                "rows": rounds[0].rows,
                "rows_per_s": round(speed, 1),
                "of_ideal": None if ideal is None else round(speed / ideal, 4),
                "cpu_us_per_row": round(median(figures.cpu_us for figures in rounds), 1),
                "spread": round(spread([figures.rows_per_s for figures in rounds]), 3),
                "refused_per_accepted": self.refused.get(name),
            }
        others = [name for name in self.rounds if name != "product"]
        return {
            "latency": case.latency,
            "concurrency": case.concurrency,
            "limit": case.limit,
            "clients": clients,
            "product_to": {
                other: {
                    "rows_per_s": round(self.ratio("product", other, "rows_per_s"), 3),
                    "cpu_us_per_row": round(self.ratio("product", other, "cpu_us"), 3),
                }
                for other in others
            },
        }


def write_rows(folder: Path, rows: int) -> Path:
    """Return a folder with the CSV files of *rows* simulated people, written on the first call."""
    input_dir = folder / f"rows-{rows}"
    if not input_dir.exists():
        write_input(input_dir, rows, SandboxSettings(people=max(rows, SandboxSettings().people)))
    return input_dir


def compare(
    cases: Sequence[Case], *, most_rows: int, rounds: int, folder: Path, tell: Callable[[str], object]
) -> Iterator[Result]:
    """Yield the result of each case; *tell* hears what is about to be measured.

    folder: for input and logs. Raises OdtError.
    """
    for case in cases:
        tell(f"latency {case.latency}, {case.concurrency} under way{f', {case.limit}' if case.limit else ''}")
        input_dir = write_rows(folder, case.rows(most_rows))
        # a client that does not know of 429 would run through its rows in no time
        names = ["product", "naive"] if case.limit else ["product", "naive", "bare"]
        taken: dict[str, list[Figures]] = {name: [] for name in names}
        counts = {name: [0, 0] for name in names}
        for number in range(rounds):
            for name in names:
                with serving(case.faults) as url:
                    logs_dir = folder / f"logs-{case.latency}-{case.concurrency}-{number}"
                    taken[name].append(
                        product(url, input_dir, logs_dir, case.concurrency)
                        if name == "product"
                        else client(name, url, input_dir, case.concurrency)
                    )
                    accepted, refused = _counts(url)
                    counts[name][0] += accepted
                    counts[name][1] += refused
        shares = {name: round(refused / accepted, 4) for name, (accepted, refused) in counts.items()}
        yield Result(case, taken, shares if case.limit else {})


def ceiling(folder: Path, rows: int, rounds: int) -> float:
    """Return how many requests a second the server bears: those of raw sockets, the median of *rounds*.

    Raises OdtError.
    """
    input_dir = write_rows(folder, rows)
    with serving([]) as url:
        speeds = [
            client("raw", url, input_dir, _CEILING_CONNECTIONS).rows_per_s * _CALLS_PER_ROW
            for _ in range(rounds)
        ]
    return median(speeds)


def _counts(url: str) -> tuple[int, int]:
    with urllib.request.urlopen(url + COUNTS_PATH, timeout=10) as answer:  # noqa: S310 - the server of the bench
        counts = json.load(answer)
    return counts["accepted"], counts["refused"]
