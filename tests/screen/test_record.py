"""What is made of a run's files, whichever of them there are and however they were left."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.events import timestamp
from odt_async.runs import PastRun
from odt_async.screen.record import ErrorGroup, Family, RunStatus, status_of_run
from tests.screen.building import ACTION, HEAD, LOGS, MANIFEST, RUN, STATUS, report_of, write_run

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def past_run(state: str = "running", **rest: Any) -> PastRun:
    """Return a run whose files in LOGS are those of the test."""
    files = {path.name.removeprefix(f"{RUN}_"): path for path in LOGS.glob(f"{RUN}_*")}
    fields: dict[str, Any] = {
        "run_id": RUN,
        "script_name": ACTION,
        "kind": "bulk",
        "state": state,
        "started_at": datetime(2024, 6, 1, 22, tzinfo=UTC),
        "elapsed_s": 5.0,
        "total_rows": 400,
        "counts": {"applied": 3},
        "exit_code": None,
        "continues": None,
        "undoes": None,
        "files": files,
        "stop_reason": None,
        "head": {},
        "manifest": MANIFEST,
    }
    return PastRun(**fields | rest)


def test_a_run_under_way_stands_as_it_says_itself() -> None:
    write_run({"status.json": STATUS})
    status = status_of_run(past_run())
    told = RunStatus.model_validate(STATUS)
    apart = {"files", "can_be_resumed", "started"}
    assert status.model_dump(exclude=apart) == told.model_dump(exclude=apart)
    assert (status.done, status.has_ended, status.can_be_resumed) == (100, False, True)


@pytest.mark.parametrize("content", [b"", b'{"run": "x', b"[]", b"null", b"\0\0\0"])
def test_without_a_status_the_other_files_tell(content: bytes) -> None:
    write_run({"status.json": content})
    status = status_of_run(past_run())
    assert (status.state, status.total_rows, dict(status.by_status)) == ("running", 400, {"applied": 3})
    assert (status.run, status.script_name, status.elapsed_s) == (RUN, ACTION, 5.0)


def test_a_status_that_was_never_written_is_no_failure() -> None:
    write_run({"run.json": MANIFEST})
    assert status_of_run(past_run()).state == "running"


def test_where_nobody_knows_how_many_rows_there_were_the_status_does() -> None:
    write_run({"status.json": STATUS})
    assert status_of_run(past_run(total_rows=None)).total_rows == 400


def test_a_field_of_another_form_costs_that_field_alone() -> None:
    write_run({"status.json": STATUS | {"history": "steep", "requests": {"total": 3}, "new": 1}})
    status = status_of_run(past_run())
    assert (status.history, status.requests, status.throttled) == ((), 0, 2)


@given(st.dictionaries(st.sampled_from(list(STATUS)), JSON))
def test_whatever_a_status_holds_there_is_one(told: dict[str, Any]) -> None:
    write_run({"status.json": orjson.dumps(told, option=orjson.OPT_NON_STR_KEYS, default=str)})
    for state in ("running", "killed"):
        assert status_of_run(past_run(state)).run == RUN


def test_a_killed_run_is_known_by_its_files() -> None:
    write_run({"status.json": STATUS | {"pid": 1, "updated_at": "2024-06-01T22:01:00Z"}})
    status = status_of_run(past_run("killed", counts={"applied": 93, "error": 5, "pending": 302}))
    assert (status.state, status.done, status.elapsed_s) == ("killed", 98, 5.0)


def test_a_run_without_a_lock_lives_as_long_as_it_says_so() -> None:
    write_run({"status.json": STATUS | {"pid": os.getpid(), "updated_at": timestamp()}})
    assert status_of_run(past_run("killed")).state == "running"


@pytest.mark.parametrize("pid", [None, "x", -(2**62), 2**22 + 1])
def test_nobody_is_at_work_under_such_a_number(pid: object) -> None:
    write_run({"status.json": STATUS | {"pid": pid, "updated_at": timestamp()}})
    assert status_of_run(past_run("killed")).state == "killed"


def test_the_report_has_the_last_word() -> None:
    write_run({"status.json": STATUS, "report.json": report_of(HEAD)})
    ended = past_run("finished", head=HEAD, counts={"applied": 390, "error": 5}, elapsed_s=61.0)
    status = status_of_run(ended)
    assert (status.state, status.exit_code, status.done, status.elapsed_s) == ("finished", 1, 395, 61.0)
    assert (status.requests, status.in_flight, status.slowest, status.left_s) == (800, 0, (), 0.0)
    assert status.history == (0.0, 6.0, 12.0)


def test_a_run_of_an_older_version_is_shown_from_its_report() -> None:
    write_run({"report.json": report_of(HEAD)})
    status = status_of_run(past_run("finished", head=HEAD, manifest={}))
    assert status.errors == (ErrorGroup(type="AsRestError", text="HTTP 404: nobody", count=5),)
    assert status.families == (Family(family="people", allowed_per_s=12.5, throttled=3),)


def test_a_report_that_knows_more_of_the_errors_is_believed() -> None:
    group = {"type": "AsRestError", "text": "HTTP 404", "cause": "nobody", "hint": "look", "count": 5}
    ended = past_run("finished", head=HEAD | {"failure_groups": [group]})
    assert status_of_run(ended).errors == (ErrorGroup.model_validate(group),)


def test_a_run_whose_report_found_no_room_has_ended_all_the_same() -> None:
    write_run({"status.json": STATUS | {"state": "stopped", "exit_code": 3}})
    assert status_of_run(past_run("killed")).state == "stopped"
    assert status_of_run(past_run("running")).state == "stopped"


def test_only_folders_that_are_not_the_default_are_named() -> None:
    settings = {"input_dir": "/data/night", "logs_dir": "logs"}
    status = status_of_run(past_run(manifest=MANIFEST | {"settings": settings}))
    assert status.folders == {"input-dir": "/data/night"}
