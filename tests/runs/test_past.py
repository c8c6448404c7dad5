from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
import pytest

from odt_async.model import Status
from odt_async.runner.lock import action_lock
from odt_async.runs import find, list_runs
from odt_async.sinks.report_json import read_report_head
from tests.runs.leaving import ACTION, FIRST, SECOND, failed, leave_run, outcome

ROWS = [outcome(Status.APPLIED, 0), outcome(Status.UNCHANGED, 1), failed(2), outcome(Status.SKIPPED, 3)]
COUNTS = {"applied": 1, "unchanged": 1, "error": 1, "skipped": 1}
NOW: dict[str, Any] = {"started": "2099-01-01T00:00:00.000Z"}  # after any lock that this test takes


def test_a_run_that_ended_is_told_by_its_report(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, ROWS, report={"exit_code": 1, "elapsed_s": 12.5})
    run = find(tmp_path, FIRST)
    assert (run.script_name, run.kind, run.state, run.exit_code) == (ACTION, "bulk", "finished", 1)
    assert (run.started_at, run.elapsed_s) == (datetime(2026, 7, 1, 22, tzinfo=UTC), 12.5)
    assert (run.total_rows, dict(run.counts), run.ok, run.errors) == (4, COUNTS, 2, 1)


@pytest.mark.parametrize(
    ("report", "state", "code"),
    [
        ({}, "finished", 1),
        ({"state": "stopped", "stop_reason": "SIGINT"}, "interrupted", 130),
        ({"state": "stopped", "stop_reason": "SIGTERM", "exit_code": 143}, "interrupted", 143),
        ({"state": "stopped", "stop_reason": "disk full"}, "stopped", None),
        ({"state": "stopped", "stop_reason": "disk full", "exit_code": 3}, "stopped", 3),
    ],
)
def test_how_it_ended_is_what_its_report_says(
    tmp_path: Path, report: dict[str, Any], state: str, code: int | None
) -> None:
    leave_run(tmp_path, FIRST, ROWS, report=report)
    run = find(tmp_path, FIRST)
    assert (run.state, run.exit_code, run.stop_reason) == (state, code, report.get("stop_reason"))


@pytest.mark.parametrize(("status", "code"), [(Status.PLANNED, 5), (Status.UNCHANGED, 0)])
def test_a_dry_run_of_an_older_version_ended_with_5_when_there_was_something_to_change(
    tmp_path: Path, status: Status, code: int
) -> None:
    leave_run(tmp_path, FIRST, [outcome(status, 0)], report={"dry_run": True}, dry_run=True)
    run = find(tmp_path, FIRST)
    assert (run.kind, run.exit_code) == ("dry run", code)


@pytest.mark.parametrize(
    ("manifest", "kind"),
    [
        ({}, "bulk"),
        ({"bulk_mode": False}, "single"),
        ({"undoes": FIRST}, "undo"),
        ({"dry_run": True}, "dry run"),
    ],
)
def test_the_kind_of_a_run_is_what_it_was_started_as(
    tmp_path: Path, manifest: dict[str, Any], kind: str
) -> None:
    leave_run(tmp_path, SECOND, **manifest)
    assert find(tmp_path, SECOND).kind == kind


def test_a_run_without_a_report_whose_lock_is_held_is_running(tmp_path: Path) -> None:
    with action_lock(tmp_path, ACTION):
        leave_run(tmp_path, FIRST, ROWS, total=10, **NOW)
        run = find(tmp_path, FIRST)
        assert (run.state, run.exit_code, dict(run.counts)) == ("running", None, COUNTS | {"pending": 6})
    assert find(tmp_path, FIRST).state == "killed"


def test_a_run_that_began_before_the_lock_was_taken_again_was_killed(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, ROWS, total=10)
    with action_lock(tmp_path, ACTION):
        leave_run(tmp_path, SECOND, **NOW)
        states = {run.run_id: run.state for run in list_runs(tmp_path)}
    assert states == {FIRST: "killed", SECOND: "running"}


def test_a_lock_of_another_action_says_nothing(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, **NOW)
    with action_lock(tmp_path, f"{ACTION}_pro"):
        assert find(tmp_path, FIRST).state == "killed"


def test_a_killed_run_is_counted_row_by_row(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, ROWS, total=9)
    assert find(tmp_path, FIRST).counts == COUNTS | {"pending": 5}


def write_status(logs_dir: Path, content: Mapping[str, Any] | bytes, *, age_s: float = -10) -> None:
    path = logs_dir / f"{FIRST}_status.json"
    path.write_bytes(content if isinstance(content, bytes) else orjson.dumps(content))
    then = (logs_dir / f"{FIRST}_ok.csv").stat().st_mtime - age_s
    os.utime(path, (then, then))


def test_a_status_as_new_as_the_rows_spares_counting_them(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, ROWS, total=900)
    write_status(tmp_path, {"by_status": {"applied": 700, "error": 0, "pending": 0}})
    assert find(tmp_path, FIRST).counts == {"applied": 700, "pending": 200}


def test_of_a_running_run_the_last_status_counts(tmp_path: Path) -> None:
    with action_lock(tmp_path, ACTION):
        leave_run(tmp_path, FIRST, ROWS, total=900, **NOW)
        write_status(tmp_path, {"by_status": {"applied": 700}}, age_s=1)
        assert find(tmp_path, FIRST).counts == {"applied": 700, "pending": 200}


@pytest.mark.parametrize(
    ("content", "age_s"), [({"by_status": {"applied": 700}}, 10.0), (b'{"by_st', -10.0), (b"[]", -10.0)]
)
def test_a_status_that_is_older_or_torn_is_left_aside(
    tmp_path: Path, content: Mapping[str, Any] | bytes, age_s: float
) -> None:
    leave_run(tmp_path, FIRST, ROWS)
    write_status(tmp_path, content, age_s=age_s)
    assert find(tmp_path, FIRST).counts == COUNTS


def test_no_row_is_read_of_a_run_that_has_a_report(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, [outcome(Status.APPLIED, number) for number in range(3000)], report={})
    path = tmp_path / f"{FIRST}_report.json"
    whole = orjson.loads(path.read_bytes())
    with path.open("r+b") as file:
        file.truncate(20_000)  # the rest could not even be parsed
    del whole["results"]
    assert read_report_head(path) == whole
    with patch("odt_async.sinks.ok_csv.read_ok", side_effect=AssertionError):
        assert find(tmp_path, FIRST).counts == {"applied": 3000}


@pytest.mark.parametrize("torn", ["run.json", "report.json"])
@pytest.mark.parametrize("content", [b"", b'{"state": "fin', b"[]"])
def test_a_torn_manifest_or_report_does_not_hide_the_run(tmp_path: Path, torn: str, content: bytes) -> None:
    leave_run(tmp_path, FIRST, ROWS, report={})
    (tmp_path / f"{FIRST}_{torn}").write_bytes(content)
    run = find(tmp_path, FIRST)
    assert (run.started_at, dict(run.counts)) == (datetime(2026, 7, 1, 22, tzinfo=UTC), COUNTS)


def test_what_a_run_continued_is_known_from_its_report_too(tmp_path: Path) -> None:
    leave_run(tmp_path, SECOND, report={"continues": [FIRST]})
    (tmp_path / f"{SECOND}_run.json").unlink()
    assert find(tmp_path, SECOND).continues == FIRST


def test_a_run_of_which_one_file_is_left_is_still_a_run(tmp_path: Path) -> None:
    (tmp_path / f"{FIRST}_rejected.csv").touch()
    run = find(tmp_path, FIRST)
    assert (run.state, run.total_rows, dict(run.counts), list(run.files)) == (
        "killed",
        None,
        {},
        ["rejected.csv"],
    )


def test_a_run_that_had_no_room_for_its_report_is_told_by_its_last_status(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, ROWS)
    ending = {"state": "stopped", "stop_reason": "No space left on device", "exit_code": 3, "elapsed_s": 7.5}
    write_status(tmp_path, ending | {"by_status": {"applied": 4}})
    run = find(tmp_path, FIRST)
    assert (run.state, run.stop_reason, run.exit_code, run.elapsed_s) == (*ending.values(),)
    assert run.counts == {"applied": 4}
