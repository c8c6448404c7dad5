from __future__ import annotations

from typing import Any

import pytest
from uso_del_limite import SHAPES, Usage, table, usage

from odt_async.actions import names
from odt_async.sandbox import parse_faults

JOURNAL: dict[str, dict[str, int]] = {"inside_retry_after": {}}


def minute(number: int, allowed: float | None, accepted: int, refused: int) -> dict[str, Any]:
    return {"minute": number, "allowed": allowed, "accepted": accepted, "refused": refused}


def test_the_first_minute_and_the_last_that_is_not_over_do_not_count() -> None:
    minutes = [minute(0, 60, 30, 9), minute(1, 60, 59, 1), minute(2, 60, 60, 0), minute(3, 5, 1, 1)]
    found = usage("bucket", [{"family": None, "minutes": minutes}], JOURNAL)
    assert found == [Usage("bucket", 120, 119, 1, 0)]


def test_each_family_has_its_line() -> None:
    limits = [{"family": family, "minutes": [minute(0, 1, 1, 0)] * 3} for family in ("people", "licenses")]
    assert [one.shape for one in usage("two", limits, JOURNAL)] == ["two: people", "two: licenses"]


@pytest.mark.parametrize(
    ("one", "well"),
    [
        (Usage("", 100, 95, 0, 0), True),
        (Usage("", 100, 94, 0, 0), False),
        (Usage("", 100, 99, 1, 0), True),
        (Usage("", 100, 98, 2, 0), False),
        (Usage("", 100, 99, 0, 1), False),
        (Usage("", 0, 0, 0, 0), False),
    ],
)
def test_what_is_well(one: Usage, well: bool) -> None:
    assert one.well == well


def test_the_table_has_a_line_for_each_limit() -> None:
    lines = table([Usage("bucket", 6000, 5900, 12, 0)]).splitlines()
    assert lines[2:] == ["| bucket | 6000 | 5900 | 98.3% | 12 | 0.20% | 0 |"]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_one_that_the_sandbox_knows(shape: str) -> None:
    faults, action = SHAPES[shape]
    assert len(parse_faults(faults).throttle) == len(faults)
    assert action in names()
