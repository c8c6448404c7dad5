from __future__ import annotations

from pathlib import Path

from odt_async.model import Failure, Status
from odt_async.runs.errors import ErrorGroup, error_groups
from tests.runs.leaving import FIRST, failed, leave_run, outcome

NO_LICENCE = Failure("AsRestError", "HTTP 404, code 4008: nobody", cause="no licence", hint="assign one")


def test_rows_that_failed_from_one_cause_are_one_group_whatever_the_text(tmp_path: Path) -> None:
    other = Failure("AsRestError", "HTTP 404, code 4008: somebody", cause="no licence", hint="assign one")
    rows = [
        failed(1, text="HTTP 500"),
        outcome(Status.ERROR, 4, failure=NO_LICENCE),
        outcome(Status.ERROR, 9, failure=other),
    ]
    leave_run(tmp_path, FIRST, rows)
    assert error_groups(tmp_path / f"{FIRST}_error.jsonl") == [
        ErrorGroup("AsRestError", NO_LICENCE.text, "no licence", "assign one", count=2, last_row_index=9),
        ErrorGroup("AsRestError", "HTTP 500", None, None, count=1, last_row_index=1),
    ]


def test_texts_that_are_never_the_same_do_not_fill_the_memory(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, [failed(number, text=f"HTTP 500: {number}") for number in range(60)])
    groups = error_groups(tmp_path / f"{FIRST}_error.jsonl")
    assert (len(groups), groups[-1]) == (
        51,
        ErrorGroup("others", "", None, None, count=10, last_row_index=59),
    )
