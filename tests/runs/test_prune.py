from __future__ import annotations

import json
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odt_async.errors import OutputFailed
from odt_async.model import Status
from odt_async.runner.lock import action_lock
from odt_async.runs import list_runs
from odt_async.runs.names import run_files
from odt_async.runs.prune import leavings_to_prune, remove
from tests.runs.leaving import ACTION, FIRST, SECOND, THIRD, failed, leave_run, outcome

LATER = datetime(2026, 8, 1, tzinfo=UTC)  # all of July is old
OK = [outcome(Status.APPLIED, 0)]


def id_on(day: int, end: str = "aaaa") -> str:
    return f"{ACTION}_202607{day:02d}T220000Z_{end}"


def prunable(logs_dir: Path, before: datetime = LATER) -> list[str]:
    return [leaving.run for leaving in leavings_to_prune(logs_dir, before)]


def test_old_runs_go_but_the_last_one_that_made_rows_ok(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, OK, report={})
    leave_run(tmp_path, SECOND, OK, report={})
    leave_run(tmp_path, THIRD, [failed(0)], report={})
    assert prunable(tmp_path) == [FIRST, THIRD]


def test_where_no_run_made_rows_ok_the_last_ok_file_stays_all_the_same(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, [failed(0)], report={})
    leave_run(tmp_path, SECOND, [failed(0)], report={})
    assert prunable(tmp_path) == [FIRST]


def test_every_action_has_a_last_one(tmp_path: Path) -> None:
    other = "workspaces_alta_20260701T220000Z_aaaa"
    leave_run(tmp_path, FIRST, OK, report={})
    leave_run(tmp_path, other, OK, report={})
    assert prunable(tmp_path) == []


def test_a_dry_run_is_nobodys_last_one(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, OK, report={})
    leave_run(tmp_path, SECOND, [outcome(Status.UNCHANGED, 0)], report={}, dry_run=True)
    assert prunable(tmp_path) == [SECOND]


def test_a_run_is_as_old_as_its_end(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, OK, report={"elapsed_s": 3600.0})
    leave_run(tmp_path, SECOND, OK, report={})
    began = datetime(2026, 7, 1, 22, tzinfo=UTC)
    assert prunable(tmp_path, began.replace(hour=23)) == []
    assert prunable(tmp_path, began.replace(hour=23, second=1)) == [FIRST]


def test_what_a_kept_run_has_continued_stays(tmp_path: Path) -> None:
    leave_run(tmp_path, id_on(1), OK, report={})
    leave_run(tmp_path, id_on(2), OK, report={})
    leave_run(tmp_path, id_on(3), OK, report={}, continues=id_on(1))
    leave_run(tmp_path, id_on(4), OK, report={}, continues=id_on(3))
    assert prunable(tmp_path) == [id_on(2)]


def test_an_undo_stays_beside_the_run_that_it_took_back(tmp_path: Path) -> None:
    leave_run(tmp_path, id_on(1), OK, report={})
    leave_run(tmp_path, id_on(2), OK, report={}, undoes=id_on(1))
    leave_run(tmp_path, id_on(3), OK, report={})
    assert prunable(tmp_path) == [id_on(1), id_on(2)]
    for path in tmp_path.glob(f"{id_on(3)}_*"):
        path.unlink()
    assert prunable(tmp_path) == []


def test_a_run_under_way_stays(tmp_path: Path) -> None:
    with action_lock(tmp_path, ACTION):
        began = datetime.now(UTC)
        leave_run(tmp_path, FIRST, started=began.isoformat())
        leave_run(tmp_path, SECOND, OK, report={})
        assert prunable(tmp_path, datetime(2100, 1, 1, tzinfo=UTC)) == []


def test_an_old_report_of_a_launch_goes_too(tmp_path: Path) -> None:
    for day in ("20260701", "20260901"):
        (tmp_path / f"launch_{day}T220000Z_aaaa_report.json").write_text("{}")
    assert prunable(tmp_path) == ["launch_20260701T220000Z_aaaa"]


def test_removing_takes_the_files_and_a_dead_socket_and_nothing_else(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, OK, report={})
    leave_run(tmp_path, SECOND, OK, report={})
    for name in (f"{FIRST}_notes.txt", f"{FIRST}0_ok.csv", "pace.json", "heartbeat.log", f"{ACTION}.lock"):
        (tmp_path / name).write_text("kept")
    (tmp_path / f"{FIRST}_pending.csv").symlink_to(tmp_path / "pace.json")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / f"{FIRST}.sock"))
    (leaving,) = leavings_to_prune(tmp_path, LATER)
    left = {path.name for path in tmp_path.iterdir()} - {path.name for path in leaving.files}
    size = leaving.size()
    assert remove(leaving) == size
    assert {path.name for path in tmp_path.iterdir()} == left - {f"{FIRST}.sock"}


def test_a_file_that_is_gone_already_does_not_hinder(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, OK, report={})
    leave_run(tmp_path, SECOND, OK, report={})
    (leaving,) = leavings_to_prune(tmp_path, LATER)
    leaving.files[0].unlink()
    size = leaving.size()
    assert (remove(leaving), size > 0, remove(leaving)) == (size, True, 0)


def test_a_file_that_cannot_be_removed_is_named(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, OK, report={})
    leave_run(tmp_path, SECOND, OK, report={})
    (leaving,) = leavings_to_prune(tmp_path, LATER)
    leaving.files[0].unlink()
    leaving.files[0].mkdir()
    with pytest.raises(OutputFailed, match=f"{leaving.files[0].name} cannot be removed"):
        remove(leaving)


@settings(deadline=None)
@given(links=st.lists(st.tuples(st.integers(0, 7), st.sampled_from(["continues", "undoes"])), max_size=8))
def test_no_run_that_stays_loses_what_it_needs(
    tmp_path_factory: pytest.TempPathFactory, links: list[tuple[int, str]]
) -> None:
    logs_dir = tmp_path_factory.mktemp("logs")
    for number, (target, link) in enumerate(links):
        run = id_on(number + 1)
        (logs_dir / f"{run}_run.json").write_text(json.dumps({link: id_on(target % (number + 1))}))
        (logs_dir / f"{run}_report.json").write_text('{"state": "finished", "elapsed_s": 1,\n  "results": [')
        (logs_dir / f"{run}_ok.csv").touch()
    for leaving in leavings_to_prune(logs_dir, datetime(2026, 7, 5, tzinfo=UTC)):
        remove(leaving)
    left = {run.run_id: run for run in list_runs(logs_dir)}
    had = {id_on(number + 1) for number in range(len(links))}
    needed = {name for run in left.values() for name in (run.continues, run.undoes) if name in had}
    assert needed - left.keys() == set()
    assert run_files(logs_dir).keys() == left.keys()
