from __future__ import annotations

from pathlib import Path

import pytest

from odt_async.errors import InputError
from odt_async.runs import find, find_resumable, list_runs
from odt_async.runs.finding import continued_by
from tests.runs.leaving import ACTION, FIRST, SECOND, THIRD, leave_run


def test_the_newest_run_comes_first_whatever_its_action(tmp_path: Path) -> None:
    other = "workspaces_alta_20260702T230000Z_0000"
    for run in (SECOND, FIRST, THIRD, other):
        leave_run(tmp_path, run)
    assert [run.run_id for run in list_runs(tmp_path)] == [THIRD, other, SECOND, FIRST]


def test_of_two_runs_in_one_second_the_later_comes_first(tmp_path: Path) -> None:
    early, late = (f"{ACTION}_20260701T220000Z_{end}" for end in ("ffff", "0000"))
    leave_run(tmp_path, early, started="2026-07-01T22:00:00.100Z")
    leave_run(tmp_path, late, started="2026-07-01T22:00:00.900Z")
    assert [run.run_id for run in list_runs(tmp_path)] == [late, early]


def test_a_launch_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "launch_20260701T220000Z_aaaa_report.json").write_text("{}")
    assert list(list_runs(tmp_path)) == []


@pytest.mark.parametrize(
    "wanted",
    [
        FIRST,
        f"{FIRST}_ok.csv",
        f"logs/{FIRST}_report.json",
        f"/var/logs/{FIRST}.sock",
        FIRST[:-9],
        FIRST[:-1],
    ],
)
def test_a_run_is_named_by_its_id_a_file_or_its_beginning(tmp_path: Path, wanted: str) -> None:
    leave_run(tmp_path, FIRST)
    leave_run(tmp_path, SECOND)
    assert find(tmp_path, wanted).run_id == FIRST


def test_latest_is_the_newest_run_even_a_dry_one(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST)
    leave_run(tmp_path, SECOND, dry_run=True)
    assert find(tmp_path, "latest").run_id == SECOND


@pytest.mark.parametrize("wanted", ["latest", FIRST, "usuarios", "", "/"])
def test_a_run_that_is_not_there_is_refused(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(InputError, match="there is no run"):
        find(tmp_path, wanted)


def test_a_beginning_of_several_runs_is_refused_with_their_names(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST)
    leave_run(tmp_path, SECOND)
    with pytest.raises(InputError, match=f"which run.*{FIRST}, {SECOND}"):
        find(tmp_path, ACTION)


def test_a_run_to_resume_may_be_named_by_its_beginning_among_those_of_its_action(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST)
    leave_run(tmp_path, f"{ACTION}_pro_20260701T220000Z_aaaa")
    assert find_resumable(tmp_path, ACTION, ACTION) == FIRST


def test_the_runs_that_a_run_went_on_with_are_followed_to_the_first(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, continues=THIRD)  # as no run does: it must end all the same
    leave_run(tmp_path, SECOND, continues=FIRST)
    leave_run(tmp_path, THIRD, continues=SECOND)
    runs = {run.run_id: run for run in list_runs(tmp_path)}
    assert [run.run_id for run in continued_by(runs, runs[THIRD])] == [SECOND, FIRST]
