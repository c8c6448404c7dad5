"""One action over one folder of CSV files, from Python: what `odt bulk` does, against a sandbox of yours.

Both scripts of this folder are built on it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from odt_async import actions
from odt_async.dataset import open_dataset, survey
from odt_async.model import Row
from odt_async.runner.identity import identify
from odt_async.runner.run import run
from odt_async.runner.spec import RunSpec
from odt_async.sandbox import Sandbox
from odt_async.settings import Settings
from odt_async.webex.needs import Needs
from odt_async.webex.tokens import FixedToken

__all__ = ["Result", "bulk", "write_csv"]

Cells = Mapping[str, str]  # column -> text


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the rows of one run."""

    action: str
    rows: int
    applied: int
    unchanged: int
    errors: Mapping[str, int]  # type and text -> rows
    calls: int  # requests that reached the sandbox, refused and repeated ones too
    changed: int  # writes that changed something there
    in_vain: int  # writes that found everything as they wanted it: applied twice
    elapsed_s: float

    @property
    def calls_per_row(self) -> float:
        """Requests for each row, look-ups by name included."""
        return self.calls / self.rows


async def bulk(
    action: str,
    sandbox: Sandbox,
    *,
    input_dir: Path,
    logs_dir: Path,
    overrides: Cells | None = None,
    concurrency: int = 8,
    request_timeout_s: float = 60,
    batch: bool = True,
) -> Result:
    """Take all rows of the action's CSV file in *input_dir* through it and return what became of them.

    overrides: column -> value for all rows, as `--set` of the command line.
    batch: False: no two rows share a call, as with `--no-batch`.

    Raises InputError for files that cannot be used.
    """
    spec = _spec(
        action,
        overrides or {},
        Settings.load(
            input_dir=input_dir,
            logs_dir=logs_dir,
            base_url=sandbox.url,
            concurrency=concurrency,
            request_timeout=request_timeout_s,
            batch=batch,
        ),
    )
    sandbox.journal.clear()
    finished = await run(spec, connect=lambda _redact: FixedToken(sandbox.token), observer=_Unobserved())
    report = json.loads(finished.report.read_bytes())
    return Result(
        action=action,
        rows=report["total_rows"],
        applied=report["by_status"]["applied"],
        unchanged=report["by_status"]["unchanged"],
        errors=report["error_groups"],
        calls=sandbox.journal.total,
        changed=sandbox.journal.changed_writes,
        in_vain=sandbox.journal.double_applies,
        elapsed_s=report["elapsed_s"],
    )


def write_csv(path: Path, rows: Iterable[Cells]) -> None:
    """Write *rows* to a CSV file; its columns are those of all rows, in the order in which they come."""
    rows = list(rows)
    columns = dict.fromkeys(column for row in rows for column in row)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(columns), restval="")
        table.writeheader()
        table.writerows(rows)


def _spec(name: str, overrides: Cells, settings: Settings) -> RunSpec:
    action = actions.load(name)
    dataset = open_dataset(settings.input_dir, actions.domain_of(name), overrides)
    needs = Needs()  # by the names to come the directory chooses how to look them up

    def look_at(row: Row) -> bytes:
        params, digest = identify(name, action, row)
        needs.note(params.lookups())
        return bytes.fromhex(digest)

    return RunSpec(name, action, dataset, survey(dataset, look_at), settings, needs=needs)


class _Unobserved:
    """An observer that looks away."""

    def started(self, run: object) -> None:
        pass

    def outcome(self, outcome: object) -> None:
        pass

    def tick(self, run: object) -> None:
        pass

    def beat(self, line: str) -> None:
        pass

    def paused(self, reason: str) -> None:
        pass

    def resumed(self) -> None:
        pass
