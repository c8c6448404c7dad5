from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from odt_async.errors import OutputFailed
from odt_async.model import Failure, Status
from odt_async.redaction import Redactor
from odt_async.runner.files import RunFiles, new_run_id
from tests.runner.building import LAYERS, make_outcome

ACTION = "usuarios_desvio"


def open_files(logs_dir: Path, run: str = "run", *, dry_run: bool = False) -> RunFiles:
    return RunFiles(
        logs_dir, run, action=ACTION, layers=LAYERS, dry_run=dry_run, redact=Redactor(["t0ps3cret"])
    )


def lines_in(logs_dir: Path) -> dict[str, int]:
    """Return the number of lines of each file, header included."""
    return {path.name: len(path.read_bytes().splitlines()) for path in sorted(logs_dir.iterdir())}


EMPTY = {
    "heartbeat.log": 0,
    "run_error.jsonl": 0,
    "run_ok.csv": 1,
    "run_rejected.csv": 1,
    "run_skipped.csv": 1,
    "run_timeline.jsonl": 0,
    f"{ACTION}.log": 0,
}


@pytest.mark.parametrize(
    ("status", "grown"),
    [
        (Status.APPLIED, {"run_ok.csv": 2}),
        (Status.UNCHANGED, {"run_ok.csv": 2}),
        (Status.ERROR, {"run_error.jsonl": 1, "run_rejected.csv": 2}),
        (Status.SKIPPED, {"run_skipped.csv": 2}),
        (Status.PENDING, {"run_pending.csv": 2}),
    ],
)
def test_every_status_has_its_file(tmp_path: Path, status: Status, grown: dict[str, int]) -> None:
    with open_files(tmp_path) as files:
        files.record(make_outcome(status))
    assert lines_in(tmp_path) == EMPTY | {"run_changes.jsonl": 0} | grown


def test_a_dry_run_has_a_plan_in_place_of_changes(tmp_path: Path) -> None:
    with open_files(tmp_path, dry_run=True) as files:
        files.record(make_outcome(Status.PLANNED, diff={"a": (1, 2)}))
        changes = files.changes
    assert (lines_in(tmp_path), changes) == (EMPTY | {"run_plan.jsonl": 1}, None)


def test_pending_rows_can_be_given_back_as_input(tmp_path: Path) -> None:
    with open_files(tmp_path) as files:
        for index in range(2):
            files.record(make_outcome(Status.PENDING, index))
    assert files.path("pending.csv").read_text("utf-8") == (
        "person_id,extension\nperson-0,8000\nperson-1,8001\n"
    )


def test_a_line_is_in_its_file_before_record_returns(tmp_path: Path) -> None:
    with open_files(tmp_path) as files:
        files.record(make_outcome(index=3))
        lines = files.path("ok.csv").read_text("utf-8").splitlines()
    assert lines[1].startswith(f"3,{ACTION},")


def test_nobody_else_can_read_any_of_them(tmp_path: Path) -> None:
    with open_files(tmp_path, "run"), open_files(tmp_path, "dry", dry_run=True) as files:
        files.record(make_outcome(Status.PENDING))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(modes, 0o600)
    assert len(modes) == 15


def test_results_are_all_rows_that_were_dealt_with(tmp_path: Path) -> None:
    with open_files(tmp_path) as files:
        for index, status in enumerate(Status):
            if status is not Status.PLANNED:
                files.record(make_outcome(status, index))
        results = list(files.results())
    assert sorted(results, key=lambda result: int(result["row_index"])) == [
        made_result(0, "applied"),
        made_result(1, "unchanged"),
        made_result(3, "skipped"),
        made_result(4, "error", error_type="AsRestError", error="HTTP 404"),
    ]


def test_results_of_a_dry_run_have_the_planned_rows(tmp_path: Path) -> None:
    with open_files(tmp_path, dry_run=True) as files:
        files.record(make_outcome(Status.UNCHANGED, 0))
        files.record(make_outcome(Status.PLANNED, 1))
        results = list(files.results())
    assert results == [made_result(0, "unchanged"), made_result(1, "planned")]


def made_result(index: int, status: str, **error: str) -> dict[str, Any]:
    result = {"row_index": index, "params_hash": f"{index:032x}", "status": status}
    return result | {"error_type": None, "error": None} | error


def test_secrets_in_an_answer_do_not_reach_the_file(tmp_path: Path) -> None:
    failure = Failure("AsRestError", "HTTP 401", remote={"body": "t0ps3cret is not valid"})
    with open_files(tmp_path) as files:
        files.record(make_outcome(Status.ERROR, failure=failure))
    assert b"*** is not valid" in files.path("error.jsonl").read_bytes()


def test_logs_of_earlier_runs_are_added_to(tmp_path: Path) -> None:
    for run in ("run-1", "run-2"):
        with open_files(tmp_path, run) as files:
            files.heartbeat.write(f"{run}\n".encode())
            files.action_log.write(f"{run}\n".encode())
    logs = [(tmp_path / name).read_bytes() for name in ("heartbeat.log", f"{ACTION}.log")]
    assert logs == [b"run-1\nrun-2\n"] * 2


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file", "ascii")
    with pytest.raises(OutputFailed, match="cannot be made"), open_files(tmp_path / "logs"):
        pytest.fail("opened")


def test_a_file_that_cannot_be_opened_is_said_so_and_the_others_are_closed(tmp_path: Path) -> None:
    (tmp_path / "run_skipped.csv").mkdir()
    before = open_descriptors()
    with pytest.raises(OutputFailed, match=r"run_skipped\.csv cannot be written"), open_files(tmp_path):
        pytest.fail("opened")
    assert open_descriptors() == before


def test_names_that_cannot_be_brought_to_the_disk_are_said_so_and_the_files_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    before = open_descriptors()
    with pytest.raises(OutputFailed, match=r"cannot be written: Input/output error"), open_files(tmp_path):
        pytest.fail("opened")
    assert open_descriptors() == before


def open_descriptors() -> set[str]:
    return {path.name for path in Path("/dev/fd").iterdir() if path.exists()}


def test_a_run_id_names_action_moment_and_itself() -> None:
    ids = {new_run_id(ACTION) for _ in range(20)}
    assert len(ids) > 1
    assert all(re.fullmatch(rf"{ACTION}_\d{{8}}T\d{{6}}Z_[0-9a-f]{{4}}", run) for run in ids)
