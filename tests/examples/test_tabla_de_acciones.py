from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from running import Result
from tabla_de_acciones import Measured, measure, table

from odt_async import actions

ROWS = 6
# more of each than the table has, as there are so few rows
FAULTS = ("5xx=10%", "reset-before=10%", "reset-after=10%", "stall=10%")
FIRST = Result(
    action="a", rows=2, applied=2, unchanged=0, errors={}, calls=4, changed=2, in_vain=0, elapsed_s=1.0
)
SECOND = replace(FIRST, applied=0, unchanged=2, changed=0, calls=2)
GOOD = Measured(FIRST, FIRST, SECOND, FIRST, SECOND)


@pytest.mark.parametrize("action", actions.names())
async def test_all_rows_of_an_action_land_once_whatever_goes_wrong(action: str, tmp_path: Path) -> None:
    measured = await measure(action, ROWS, tmp_path, faults=FAULTS)

    assert measured.problems() == []


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (GOOD, None),
        (replace(GOOD, first=replace(FIRST, applied=1, errors={"x": 1})), "the first run left rows"),
        (
            replace(GOOD, singly=replace(FIRST, changed=1)),
            "the run without batches wrote more or less than once a row",
        ),
        (replace(GOOD, first=replace(FIRST, changed=3)), "the first run wrote more than once a row"),
        (replace(GOOD, second=replace(SECOND, changed=1)), "the second run wrote"),
        (replace(GOOD, faulty=replace(FIRST, applied=1)), "the run with faults left rows"),
        (
            replace(GOOD, faulty=replace(FIRST, changed=3)),
            "the run with faults wrote more than once a row",
        ),
        (replace(GOOD, after=replace(SECOND, unchanged=1)), "something was left to write after the faults"),
        (replace(GOOD, faulty=replace(FIRST, in_vain=1)), "something was written in vain"),
    ],
)
def test_what_is_not_as_it_has_to_be_is_said(bad: Measured, problem: str | None) -> None:
    assert bad.problems() == ([f"a: {problem}"] if problem else [])


def test_the_table_counts_what_was_left_and_what_was_written_twice() -> None:
    faulty = replace(
        FIRST, applied=1, changed=3, in_vain=1, calls=9, errors={"RetriesExhausted: HTTP 503": 1}
    )

    assert table([replace(GOOD, faulty=faulty)]).splitlines()[2:] == [
        "| a | 2 | 2.00 | 2.00 | 1.00 | 2 | 1 | 4.50 | 2 | 1 x RetriesExhausted: HTTP 503 |"
    ]
