"""What became of the rows of a run, read back from its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from odt_async.model import Status
from odt_async.sinks.error_jsonl import read_errors
from odt_async.sinks.ok_csv import read_ok
from odt_async.sinks.plan_jsonl import read_plan
from odt_async.sinks.skipped_csv import read_skipped

__all__ = ["read_results"]

_Record = TypeVar("_Record")


def read_results(
    logs_dir: Path, run: str, *, was_killed: bool = False
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entity's id ("" where no row got as far) and the result of every row that was dealt with.

    A result has `row_index params_hash status error_type error`. Rows that were not attempted have none.

    was_killed: it may have been before it had all its files.

    Raises FileNotFoundError.
    """

    def path(name: str) -> Path:
        return logs_dir / f"{run}_{name}"

    def lines(name: str, read: Callable[[Path], Iterable[_Record]], *, may_lack: bool) -> Iterable[_Record]:
        return () if may_lack and not path(name).exists() else read(path(name))

    for ok in lines("ok.csv", read_ok, may_lack=was_killed):
        yield ok["entity_id"], _result(int(ok["row_index"]), ok["payload_hash"], ok["status"])
    for planned in lines("plan.jsonl", read_plan, may_lack=True):  # of a dry run
        status = Status.PLANNED.value
        yield planned["entity_id"], _result(planned["row_index"], planned["payload_hash"], status)
    for failed in lines("error.jsonl", read_errors, may_lack=was_killed):
        yield (
            failed["entity_id"],
            _result(
                failed["row_index"],
                failed["payload_hash"],
                Status.ERROR.value,
                error_type=failed["error_type"],
                error=failed["error"],
            ),
        )
    for skipped in lines("skipped.csv", read_skipped, may_lack=was_killed):
        yield "", _result(int(skipped["row_index"]), skipped["payload_hash"], Status.SKIPPED.value)


def _result(
    row_index: int, params_hash: str, status: str, *, error_type: str | None = None, error: str | None = None
) -> dict[str, Any]:
    return {
        "row_index": row_index,
        "params_hash": params_hash,
        "status": status,
        "error_type": error_type,
        "error": error,
    }
