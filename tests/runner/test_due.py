from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from odt_async.errors import InvalidRow, Problem
from odt_async.model import Outcome, Row, Status
from odt_async.runner.due import due
from odt_async.runner.identity import Job
from odt_async.runner.ledger import unsent
from tests.runner.building import make_row
from tests.runner.setting_action import make_job

REPEATED, NO_GOOD = 1, 2  # rows


class Spec:
    """Says of one row that it is no good."""

    name = "action"

    def job_of(self, row: Row) -> Job:
        if row.index == NO_GOOD:
            raise InvalidRow((Problem("person", "is empty: fill it in", "rows.csv line 4"),))
        return make_job(row.index)


class Ledger:
    """Leaves out *skipped*."""

    def __init__(self, *skipped: int) -> None:
        self._skipped = skipped

    def skipped(self, row: Row, digest: str) -> Outcome | None:
        return unsent(row, digest, Status.SKIPPED) if row.index in self._skipped else None


def judged(rows: Iterator[Row], *skipped: int) -> Iterator[Job | Outcome]:
    spec: Any = Spec()
    ledger: Any = Ledger(*skipped)
    return due(rows, spec, ledger)


def statuses(rows: Iterator[Job | Outcome]) -> list[tuple[int, Status | None]]:
    return [(one.row.index, one.status if isinstance(one, Outcome) else None) for one in rows]


def test_rows_come_in_their_order_as_jobs_or_with_what_became_of_them() -> None:
    rows = map(make_row, range(40))
    expected: list[tuple[int, Status | None]] = [(index, None) for index in range(40)]
    expected[REPEATED], expected[NO_GOOD] = (REPEATED, Status.SKIPPED), (NO_GOOD, Status.ERROR)
    assert statuses(judged(rows, REPEATED)) == expected


def test_a_row_that_is_no_good_and_not_for_this_run_is_skipped() -> None:
    rows = map(make_row, [NO_GOOD])
    assert statuses(judged(rows, NO_GOOD)) == [(NO_GOOD, Status.SKIPPED)]


def test_few_rows_are_read_ahead() -> None:
    rows = map(make_row, range(1_000))
    next(judged(rows))
    assert next(rows).index <= 16
