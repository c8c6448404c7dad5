from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from odt_async.language import choose_language
from odt_async.model import Status
from odt_async.report import story
from odt_async.report.course import course_of
from odt_async.report.digest import digest_of
from odt_async.runner.lock import action_lock
from odt_async.runs import PastRun, find
from tests.report.leaving import MIXED, left
from tests.runs.leaving import ACTION, FIRST, outcome

ENDED: dict[str, Any] = {"elapsed_s": 60.0, "requests": {"total": 200, "throttled": 3}}
STOPPED = ENDED | {"state": "stopped", "stop_reason": "--max-errors 5: 5 rows have failed"}
GOOD = [outcome(Status.APPLIED, number) for number in range(3)]
PLANNED = [outcome(Status.PLANNED, 0, diff={"on": (False, True)}), outcome(Status.UNCHANGED, 1)]


def told(run: PastRun) -> list[str]:
    digest = digest_of(run)
    sentences = story.summary(run, digest, course_of(run, digest))
    return [sentence.replace("\N{NO-BREAK SPACE}", " ") for sentence in sentences]


@pytest.mark.parametrize(
    ("outcomes", "rest", "sentences"),
    [
        (
            GOOD,
            {"report": ENDED},
            [
                "All 3 rows are as wanted.",
                "It took 1 min 00 s, 0.1 rows a second; of 200 requests Webex put off 3 (1.5 %).",
            ],
        ),
        (
            MIXED,
            {"report": {"elapsed_s": 2.0}},
            [
                "Of 4 rows 2 are as wanted; 1 failed; 1 was not for this run.",
                "It took 2 s, 1.5 rows a second.",
            ],
        ),
        (
            GOOD,
            {"report": STOPPED, "total": 9},
            [
                "Of 9 rows 3 are as wanted; 6 were not attempted.",
                "It ended before its last row: --max-errors 5: 5 rows have failed.",
                "It took 1 min 00 s, 0.1 rows a second; of 200 requests Webex put off 3 (1.5 %).",
            ],
        ),
        (
            PLANNED,
            {"dry_run": True, "report": {"elapsed_s": 0.0, "dry_run": True}},
            ["Of 2 rows 1 would change and 1 are as wanted already.", "It took 0 ms, 0 rows a second."],
        ),
        (
            PLANNED,
            {"dry_run": True, "undoes": "other", "report": {"elapsed_s": 2.0, "dry_run": True}},
            [
                "Of 2 changes 1 can be put back and 1 are so already.",
                "It took 2 s, 1 rows a second.",
            ],
        ),
        (
            GOOD,
            {"undoes": "other", "report": {"elapsed_s": 3.0}},
            ["Of 3 changes 3 are as they were before.", "It took 3 s, 1 rows a second."],
        ),
        ([], {"report": {}}, ["There was no row to take."]),
    ],
)
def test_the_summary_says_how_it_went(
    tmp_path: Path, outcomes: list[Any], rest: dict[str, Any], sentences: list[str]
) -> None:
    assert told(left(tmp_path, outcomes, **rest)) == sentences


def test_a_run_that_was_killed_is_said_to_have_lost_nothing(tmp_path: Path) -> None:
    run = left(tmp_path, MIXED, total=9)
    assert told(run)[1].startswith("It ended without a farewell: ")
    assert (story.state_in_words(run), story.mood(run, digest_of(run))) == ("cut off", "bad")


def test_a_run_that_is_under_way_is_told_without_its_pace(tmp_path: Path) -> None:
    with action_lock(tmp_path, ACTION):
        left(tmp_path, GOOD, total=9, started="2099-01-01T00:00:00.000Z")
        assert told(find(tmp_path, FIRST)) == [
            "Of 9 rows 3 are as wanted; 6 were not attempted.",
            "It is still under way: this page shows how it stood when it was made.",
        ]


@pytest.mark.parametrize(("outcomes", "mood"), [(GOOD, "good"), (MIXED, "fair")])
def test_a_run_that_left_something_to_do_is_not_all_well(
    tmp_path: Path, outcomes: list[Any], mood: str
) -> None:
    run = left(tmp_path, outcomes, report=ENDED)
    assert story.mood(run, digest_of(run)) == mood


def test_every_exit_code_has_a_meaning() -> None:
    assert all(story.exit_code_in_words(code) for code in (None, 0, 1, 2, 3, 4, 5, 129, 130, 143))
    assert story.exit_code_in_words(77) == ""


def test_kinds_of_runs_are_told_apart(tmp_path: Path) -> None:
    manifests: list[dict[str, Any]] = [{}, {"bulk_mode": False}, {"dry_run": True}, {"undoes": "other"}]
    kinds = [
        story.kind_in_words(left(tmp_path, run=f"{ACTION}_2026070{day}T220000Z_aaaa", **manifest))
        for day, manifest in enumerate(manifests, 1)
    ]
    assert kinds == ["all rows of the file", "one row", "dry run: nothing was written", "undoing of other"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"what": "pause"}, "paused"),
        ({"what": "concurrency", "before": 8, "after": 4}, "requests in flight: 8 → 4"),
        ({"what": "rate", "before": None, "after": 10.0}, "requests a second, at most: no limit → 10.0"),
        ({"what": "window_closed", "until": "22:00"}, "its hours ended, until 22:00"),
        ({"what": "something new"}, "something new"),
    ],
)
def test_what_was_done_to_a_run_is_told_with_its_time(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    happened = change | {"at": "2026-07-01T22:00:30.000Z", "by": "ctl, pid 7"}
    run = left(tmp_path, GOOD)
    assert story.change_in_words(happened, run, UTC) == ("2026-07-01 22:00:30", words, "ctl, pid 7")


def test_the_summary_is_told_in_spanish_as_well(tmp_path: Path) -> None:
    run = left(tmp_path, MIXED, report=ENDED)
    english = told(run)
    choose_language("es")
    assert [one for one in told(run) if one in english] == []
