from __future__ import annotations

import signal

import pytest

from odt_async.errors import NotAuthorised, OdtError, OutputFailed, StoppedByOperator
from odt_async.model import Status
from odt_async.runner.exit_code import exit_code


@pytest.mark.parametrize(
    ("stopped_by", "counts", "dry_run", "code"),
    [
        (None, {Status.APPLIED: 3, Status.UNCHANGED: 2}, False, 0),
        (None, {}, False, 0),
        (None, {Status.APPLIED: 3, Status.ERROR: 1}, False, 1),
        (None, {Status.PLANNED: 3}, True, 5),
        (None, {Status.PLANNED: 3, Status.ERROR: 1}, True, 1),
        (None, {Status.UNCHANGED: 3}, True, 0),
        (StoppedByOperator("x"), {Status.ERROR: 1}, False, 3),
        (OutputFailed("x"), {}, False, 3),
        (NotAuthorised("x"), {}, False, 4),
        (signal.SIGINT, {Status.ERROR: 1}, False, 130),
        (signal.SIGTERM, {}, True, 143),
    ],
)
def test_how_it_ended_is_a_number(
    stopped_by: OdtError | signal.Signals | None, counts: dict[Status, int], dry_run: bool, code: int
) -> None:
    every = dict.fromkeys(Status, 0) | counts
    assert exit_code(stopped_by, every, dry_run=dry_run) == code
