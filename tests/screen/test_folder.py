from __future__ import annotations

import errno
import os
from pathlib import Path
from unittest.mock import patch

import pytest

from odt_async.errors import InputError
from odt_async.screen.folder import Folder
from tests.screen.building import ACTION, HEAD, LOGS, MANIFEST, RUN, STATUS, report_of, write_run

LATER = f"{ACTION}_20240601T230000Z_cd34"


def test_the_newest_runs_come_first_and_no_more_than_wanted() -> None:
    write_run({"run.json": MANIFEST, "report.json": report_of(HEAD)})
    write_run({"run.json": MANIFEST}, run=LATER)
    write_run({"report.json": b"{}"}, run="launch_20240602T000000Z_0000")
    folder = Folder(LOGS)
    assert [(run.run, run.state) for run in folder.latest(9)] == [(LATER, "killed"), (RUN, "finished")]
    assert [run.run for run in folder.latest(1)] == [LATER]


def test_of_two_runs_of_one_second_the_one_that_began_last_comes_first() -> None:
    undo, rehearsal = f"{ACTION}_20240601T230000Z_5876", f"{ACTION}_20240601T230000Z_fb70"
    for began_ns, run in enumerate((rehearsal, undo), 1):
        write_run({"run.json": MANIFEST}, run=run)
        os.utime(LOGS / f"{run}_run.json", ns=(began_ns, began_ns))
    write_run({"report.json": report_of(HEAD)}, run=f"{ACTION}_20240601T230000Z_ff00")
    shown = [run.run.rpartition("_")[2] for run in Folder(LOGS).latest(9)]
    assert shown == ["5876", "fb70", "ff00"]


def test_where_there_is_no_folder_there_is_no_run() -> None:
    folder = Folder(Path("nowhere"))
    assert (folder.latest(9), folder.status(RUN)) == ([], None)


def test_a_run_that_has_ended_is_read_again_only_when_it_changes() -> None:
    write_run({"run.json": MANIFEST, "report.json": report_of(HEAD)})
    folder = Folder(LOGS)
    first = folder.status(RUN)
    with patch("odt_async.screen.folder.read_run", side_effect=AssertionError):
        assert folder.status(RUN) is first
    report = LOGS / f"{RUN}_report.json"
    report.write_bytes(report_of(HEAD | {"exit_code": 3, "state": "stopped"}))
    os.utime(report, ns=(1, 1))
    changed = folder.status(RUN)
    assert changed is not None
    assert (changed.state, changed.exit_code) == ("stopped", 3)


def test_a_run_whose_files_go_is_gone() -> None:
    write_run({"run.json": MANIFEST, "status.json": STATUS})
    folder = Folder(LOGS)
    assert folder.status(RUN) is not None
    for path in LOGS.iterdir():
        path.unlink()
    assert folder.status(RUN) is None


def refused(*_arguments: object) -> None:
    raise PermissionError(errno.EACCES, "Permission denied", f"logs/{RUN}_run.json")


def test_the_files_of_another_user_are_one_line() -> None:
    write_run({"run.json": MANIFEST})
    folder = Folder(LOGS)
    said = rf"^logs/{RUN}_run\.json cannot be read: Permission denied$"
    with (
        patch("odt_async.screen.folder.read_run", refused),
        patch("odt_async.runs.finding.read_run", refused),
    ):
        with pytest.raises(InputError, match=said):
            folder.named(RUN)
        with pytest.raises(InputError, match=said):
            folder.latest(9)
        with pytest.raises(InputError, match=said):
            folder.status(RUN)
