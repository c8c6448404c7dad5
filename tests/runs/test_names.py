from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odt_async.runner.files import new_run_id
from odt_async.runs.names import action_of, file_path, is_launch, run_files, run_of, stamp_of

RUN = "usuarios_desvio_20260701T220000Z_00ff"


@pytest.mark.parametrize("name", [RUN, f"{RUN}_ok.csv", f"{RUN}.sock", f"{RUN}_report.json.partial"])
def test_a_run_is_known_by_its_id_and_by_any_of_its_files(name: str) -> None:
    assert run_of(name) == RUN


@pytest.mark.parametrize(
    "name",
    ["", "latest", "pace.json", "heartbeat.log", "usuarios_desvio.lock", f"{RUN}0", RUN[:-1], "_" + RUN[15:]],
)
def test_what_is_no_name_of_a_run_is_of_none(name: str) -> None:
    assert run_of(name) is None


@settings(deadline=None)
@given(st.from_regex(r"[a-z][a-z0-9_]{0,40}", fullmatch=True))
def test_every_id_that_a_run_gets_is_taken_apart_again(action: str) -> None:
    run = new_run_id(action)
    assert (run_of(run), run_of(f"{run}_ok.csv"), action_of(run)) == (run, run, action)
    assert stamp_of(run) == run[len(action) + 1 : -5]


def test_a_launch_is_told_from_a_run() -> None:
    assert [is_launch(new_run_id(name)) for name in ("launch", "usuarios_desvio")] == [True, False]


def test_the_files_of_runs_are_gathered_and_nothing_else(tmp_path: Path) -> None:
    names = ["ok.csv", "report.json", "report.json.partial"]
    for name in [f"{RUN}_{name}" for name in [*names, "notes.txt"]] + [f"{RUN}.sock", "pace.json"]:
        (tmp_path / name).touch()
    (tmp_path / f"{RUN}_error.jsonl").symlink_to(tmp_path / "pace.json")
    (tmp_path / f"{RUN}_run.json").mkdir()
    assert run_files(tmp_path) == {RUN: {name: file_path(tmp_path, RUN, name) for name in names}}


def test_where_there_is_no_folder_there_are_no_runs(tmp_path: Path) -> None:
    assert run_files(tmp_path / "logs") == {}
