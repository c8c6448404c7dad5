from __future__ import annotations

from pathlib import Path

import pytest

from odt_async.model import Status
from odt_async.report.digest import digest_of, seconds_since
from odt_async.runs import find
from tests.report.leaving import MIXED, left
from tests.runs.leaving import outcome


@pytest.mark.parametrize("report", [{}, None])
def test_rows_add_up_with_a_report_or_without(tmp_path: Path, report: dict[str, object] | None) -> None:
    digest = digest_of(left(tmp_path, MIXED, total=10, report=report))
    assert dict(digest.counts) == {
        Status.APPLIED: 1,
        Status.UNCHANGED: 1,
        Status.ERROR: 1,
        Status.SKIPPED: 1,
        Status.PENDING: 6,
    }
    assert (digest.total, digest.ok) == (10, 2)


def test_rows_are_counted_by_the_second_and_by_how_long_they_took(tmp_path: Path) -> None:
    digest = digest_of(left(tmp_path, MIXED))
    assert dict(digest.by_second) == {10: 3}
    assert digest.row_times[:9] == [0, 2, 0, 0, 0, 0, 0, 1, 0]


def test_a_dry_run_is_counted_from_its_plan(tmp_path: Path) -> None:
    planned = [outcome(Status.PLANNED, number, diff={"on": (False, True)}) for number in range(3)]
    assert dict(digest_of(left(tmp_path, planned, dry_run=True)).counts) == {Status.PLANNED: 3}


def test_a_run_whose_files_are_gone_has_only_rows_that_were_not_attempted(tmp_path: Path) -> None:
    run = left(tmp_path, total=5)
    for name in ("ok.csv", "error.jsonl", "skipped.csv"):
        run.files[name].unlink()
    assert dict(digest_of(find(tmp_path, run.run_id)).counts) == {Status.PENDING: 5}


@pytest.mark.parametrize(
    ("timestamp", "seconds"),
    [("2026-07-01T22:00:01.500Z", 1.5), ("yesterday", 0), (None, 0), ("2026-07-01T22:00:01", 0)],
)
def test_a_time_that_cannot_be_read_is_that_of_the_start(
    tmp_path: Path, timestamp: str | None, seconds: float
) -> None:
    assert seconds_since(left(tmp_path).started_at, timestamp) == seconds
