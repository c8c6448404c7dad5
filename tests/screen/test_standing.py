from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from odt_async.screen.standing import standing
from tests.screen.building import make_status


def in_words(**fields: Any) -> str:
    state = standing(make_status(**fields))
    return f"{state.word}: {state.why}" if state.why else state.word


HELD = {"family": "people", "held_s": 30.0}
HELD_LONGER = {"family": "locations", "held_s": 90.0}
UNTIL = datetime.fromisoformat("2024-06-01T22:02:30Z").astimezone().strftime("%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "RUNNING"),
        ({"by_status": {"applied": 400}}, "ENDING: every row is done; the report is being written"),
        ({"total_rows": 0, "by_status": {}}, "RUNNING"),
        ({"state": "draining"}, "DRAINING: rows in progress are finished, no other is taken"),
        (
            {"state": "paused (operator)", "reason": "by the operator (ctl, pid 9)"},
            "PAUSED: by the operator (ctl, pid 9)",
        ),
        ({"state": "paused", "reason": "no token"}, "PAUSED: no token"),
        ({"state": "running", "reason": "no token"}, "PAUSED: no token"),
        (
            {"state": "window closed until 22:00", "window": "22:00-06:00 Europe/Madrid"},
            "WINDOW CLOSED: until 22:00; rows are begun 22:00-06:00 Europe/Madrid",
        ),
        (
            {"families": [HELD, HELD_LONGER]},
            f"HELD: until {UNTIL}: Webex asks to wait (locations)",
        ),
        (
            {"families": [HELD], "updated_at": None},
            "HELD: people: Webex asks to wait 30 s",
        ),
        ({"families": [{"family": "people", "held_s": 0.4}]}, "RUNNING"),
        ({"state": "starting"}, "STARTING"),
        ({"state": "finished", "exit_code": 0}, "FINISHED: exit code 0: all rows well"),
        ({"state": "finished", "exit_code": 1}, "FINISHED: exit code 1: some rows failed"),
        ({"state": "finished", "exit_code": 5}, "FINISHED: exit code 5: dry run: changes pending"),
        ({"state": "finished"}, "FINISHED"),
        (
            {"state": "stopped", "exit_code": 3, "stop_reason": "--max-errors"},
            "STOPPED: exit code 3; --max-errors",
        ),
        (
            {"state": "interrupted", "exit_code": 130, "stop_reason": "SIGINT"},
            "INTERRUPTED: exit code 130; SIGINT",
        ),
        ({"state": "killed"}, "KILLED: its process is gone without a report"),
        (
            {"state": "killed", "can_be_resumed": True},
            "KILLED: its process is gone without a report; --resume takes up what it has left",
        ),
    ],
)
def test_every_state_has_its_words(fields: dict[str, Any], words: str) -> None:
    assert in_words(**fields) == words


def test_a_run_that_failed_does_not_look_like_one_that_did_not() -> None:
    styles = [standing(make_status(state="finished", exit_code=code)).style for code in (0, 1, 5)]
    assert styles == ["green", "red", "green"]
