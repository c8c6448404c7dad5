from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from odt_async.model import Status
from odt_async.runner.lock import action_lock
from odt_async.runs import PastRun, find
from odt_async.runs.follow_up import follow_ups
from tests.report.leaving import MIXED, left
from tests.runs.leaving import ACTION, FIRST, failed, outcome

LOGS = Path("logs")  # the default, in a working directory of the test's own
PLANNED = [outcome(Status.PLANNED, 0, diff={"on": (False, True)})]
WRITTEN = [outcome(Status.APPLIED, 0)]
INPUT: dict[str, Any] = {"settings": {"input_dir": "my files"}}


def commands(run: PastRun, *others: PastRun) -> list[Sequence[str]]:
    return [list(following.words) for following in follow_ups(run, others)]


def resume(*more: str) -> list[str]:
    return ["bulk", ACTION, "--input-dir", "my files", "--resume", FIRST, *more]


UNDO = ["undo", FIRST, "--dry-run"]


@pytest.mark.parametrize(
    ("outcomes", "rest", "wanted"),
    [
        (WRITTEN, {}, [UNDO]),
        ([outcome(Status.UNCHANGED, 0)], {}, []),
        (MIXED, {}, [resume("--replay", "failed"), UNDO]),
        (WRITTEN, {"total": 5}, [resume("--replay", "pending"), UNDO]),
        (
            MIXED,
            {"total": 5},
            [resume("--replay", "pending"), resume("--replay", "failed"), resume(), UNDO],
        ),
        (MIXED, {"bulk_mode": False}, [UNDO]),
        (
            PLANNED,
            {"dry_run": True},
            [["bulk", ACTION, "--input-dir", "my files", "--plan", f"logs/{FIRST}_plan.jsonl"]],
        ),
        ([outcome(Status.UNCHANGED, 0)], {"dry_run": True}, []),
        (PLANNED, {"dry_run": True, "undoes": "other"}, [["undo", "other"]]),
        (WRITTEN, {"undoes": "other"}, []),
        ([failed(0)], {"undoes": "other"}, [["undo", "other"]]),
    ],
)
def test_what_can_be_done_next_follows_from_what_is_left(
    outcomes: list[Any], rest: dict[str, Any], wanted: list[list[str]]
) -> None:
    LOGS.mkdir()
    assert commands(left(LOGS, outcomes, report={}, **INPUT, **rest)) == wanted


def test_a_run_that_is_under_way_can_be_watched_and_ended() -> None:
    with action_lock(LOGS, ACTION):
        left(LOGS, WRITTEN, started="2099-01-01T00:00:00.000Z")
        assert commands(find(LOGS, FIRST)) == [["watch", FIRST], ["ctl", FIRST, "stop"]]


def test_limits_that_the_run_was_given_are_given_again() -> None:
    LOGS.mkdir()
    given = {"concurrency": 4, "rate": None, "window": "22:00-06:00", "max_outage": 7200.0, "share": 0.7}
    [command] = commands(left(LOGS, [failed(0)], report={}, settings=given))
    assert command == [
        *("bulk", ACTION, "--concurrency", "4", "--share", "0.7", "--window", "22:00-06:00"),
        *("--resume", FIRST, "--replay", "failed"),
    ]


def test_a_folder_that_is_not_the_default_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "other logs"
    folder.mkdir()
    assert commands(left(folder, WRITTEN, report={})) == [[*UNDO, "--logs-dir", str(folder)]]


@pytest.mark.parametrize(
    ("manifest", "words"), [({"input": "data/usuarios.csv"}, ["--input-dir", "data"]), ({}, [])]
)
def test_an_older_manifest_tells_the_input_by_its_file(manifest: dict[str, Any], words: list[str]) -> None:
    LOGS.mkdir()
    [command] = commands(left(LOGS, [failed(0)], report={}, **manifest))
    assert command == ["bulk", ACTION, *words, "--resume", FIRST, "--replay", "failed"]
