"""A run against the simulated Webex in this process, over real HTTP, and what it leaves behind.

Every test has a working directory of its own; the files are where operators have them by default.
"""

from __future__ import annotations

import csv
import signal
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from odt_async import actions
from odt_async.dataset import open_dataset, survey
from odt_async.model import Outcome, Row
from odt_async.runner.active import Run, RunResult
from odt_async.runner.identity import identify
from odt_async.runner.resume import History, load_history
from odt_async.runner.run import run
from odt_async.runner.spec import RunSpec
from odt_async.runs import find_resumable
from odt_async.sandbox import Sandbox, SandboxSettings, parse_faults
from odt_async.sandbox.samples import write_input
from odt_async.settings import Settings
from odt_async.webex.tokens import token_source

ACTION = "usuarios_configurar_desvio_prefijo53"
INPUT = Path("input_data")
LOGS = Path("logs")
USERS = INPUT / "usuarios.csv"
SMALL = SandboxSettings(people=2_000, locations=7, workspaces=50)

Table = list[dict[str, str]]


class Watcher:
    """An observer that does something when so many rows are done, or at every moment that passes."""

    def __init__(
        self,
        at: Mapping[int, Callable[[], object]] | None = None,
        *,
        on_tick: Callable[[Run], object] = lambda _run: None,
    ) -> None:
        self._at = dict(at or {})
        self._on_tick = on_tick
        self.outcomes: list[Outcome] = []
        self.beats: list[str] = []
        self.states: list[str] = []
        self.pauses: list[str | None] = []  # why it was paused, None where it went on

    def started(self, run: Run) -> None:
        self.states.append(run.state)

    def outcome(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self._at.get(len(self.outcomes), lambda: None)()

    def tick(self, run: Run) -> None:
        self.states.append(run.state)
        self._on_tick(run)

    def beat(self, line: str) -> None:
        self.beats.append(line)

    def paused(self, reason: str) -> None:
        self.pauses.append(reason)

    def resumed(self) -> None:
        self.pauses.append(None)


interrupt = partial(signal.raise_signal, signal.SIGINT)


@dataclass(frozen=True)
class Leavings:
    """How a run ended, and its files."""

    result: RunResult

    @property
    def counts(self) -> dict[str, int]:
        """The number of rows by what became of them, without those of which there are none."""
        return {status.value: count for status, count in self.result.progress.counts.items() if count}

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = orjson.loads(self.result.report.read_bytes())
        return report

    def path(self, suffix: str) -> Path:
        return LOGS / f"{self.result.run}_{suffix}"

    def table(self, suffix: str) -> Table:
        """Return the records of a CSV file, none where it is not there."""
        return read_table(self.path(suffix)) if self.path(suffix).exists() else []

    def lines(self, suffix: str) -> list[dict[str, Any]]:
        """Return the lines of a JSONL file, none where it is not there."""
        path = self.path(suffix)
        return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []

    def places(self) -> dict[int, list[str]]:
        """Return row index -> the files that say what became of it."""
        places: defaultdict[int, list[str]] = defaultdict(list)
        for name in ("ok.csv", "skipped.csv"):
            for record in self.table(name):
                places[int(record["row_index"])].append(name)
        for name in ("error.jsonl", "plan.jsonl"):
            for line in self.lines(name):
                places[line["row_index"]].append(name)
        left = [tuple(record.values()) for record in self.table("pending.csv")]
        for index, record in enumerate(read_table(USERS)):
            if index not in places and tuple(record.values()) in left:
                left.remove(tuple(record.values()))
                places[index].append("pending.csv")
        assert left == []
        return dict(places)


def check_that_the_files_add_up(left: Leavings) -> None:
    """Fail unless every row is in one file, and the report counts them as they are."""
    report, places = left.report, left.places()
    rows = len(read_table(USERS))
    assert {index: names for index, names in places.items() if len(names) != 1} == {}
    assert sorted(places) == list(range(rows))
    parts = [report[name] for name in ("executed", "errors", "skipped", "pending")]
    in_files = [names[0] for names in places.values()]
    assert parts == [
        in_files.count("ok.csv") + in_files.count("plan.jsonl"),
        in_files.count("error.jsonl"),
        in_files.count("skipped.csv"),
        in_files.count("pending.csv"),
    ]
    assert sum(parts) == report["total_rows"] == rows
    dealt_with = [index for index, names in places.items() if names != ["pending.csv"]]
    assert sorted(result["row_index"] for result in report["results"]) == sorted(dealt_with)


def write_rows(rows: int) -> None:
    """Write the CSV files about the first people of the organisation."""
    write_input(INPUT, rows, SMALL, force=True)


def edit_rows(edit: Callable[[Table], Table]) -> None:
    """Give *edit* the rows of usuarios.csv, and write what it returns."""
    edit_table(USERS, edit)


def edit_table(path: Path, edit: Callable[[Table], Table]) -> None:
    """Give *edit* the rows of an input file, and write what it returns."""
    table = read_table(path)
    header = list(table[0])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(edit(table))


def read_table(path: Path) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def sandbox(*faults: str) -> Sandbox:
    return Sandbox(SMALL, parse_faults(faults))


def make_spec(
    served: Sandbox,
    *,
    resume: str | None = None,
    dry_run: bool = False,
    fail_fast: bool = False,
    **settings: Any,
) -> RunSpec:
    """Return what is to be run; *resume* as after `--resume`."""
    settings.setdefault("access_token", served.token)
    action = actions.load(ACTION)
    dataset = open_dataset(INPUT, "usuarios", {})

    def digest(row: Row) -> bytes:
        return bytes.fromhex(identify(ACTION, action, row)[1])

    return RunSpec(
        name=ACTION,
        action=action,
        dataset=dataset,
        survey=survey(dataset, digest),
        settings=Settings.load(base_url=served.url, **settings),
        dry_run=dry_run,
        fail_fast=fail_fast,
        history=load_history(LOGS, find_resumable(LOGS, ACTION, resume)) if resume else History(),
    )


async def run_on(served: Sandbox, *, watcher: Watcher | None = None, **options: Any) -> Leavings:
    """Run all rows on a sandbox; *options* are those of `make_spec`."""
    spec = make_spec(served, **options)
    result = await run(
        spec,
        connect=lambda redact: token_source(spec.settings, on_token=redact.add),
        observer=watcher or Watcher(),
    )
    return Leavings(result)
