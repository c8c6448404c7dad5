from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from odt_async.model import Status
from odt_async.report.digest import digest_of
from odt_async.report.rows import Embedding
from odt_async.runs import PastRun
from tests.report.leaving import MIXED, intent, left
from tests.runs.leaving import outcome


def embedding(run: PastRun, *, most_rows: int = 100, most_changes: int = 100) -> Embedding:
    return Embedding(run, digest_of(run), most_rows, most_changes)


def read(blocks: Any) -> list[list[Any]]:
    """Return the rows of *blocks*, their ids whole."""
    found = []
    for block in map(json.loads, blocks):
        found += [[*row[:2], block["p"] + row[2], *row[3:]] for row in block["r"]]
    return found


def test_every_row_is_embedded_failed_ones_first(tmp_path: Path) -> None:
    assert read(embedding(left(tmp_path, MIXED)).row_blocks()) == [
        [2, "e", "P2", 10_000, 900, 0, 0, "HTTP 404, code 4008: no calling", "usuarios.csv:4", "", ""],
        [0, "a", "P0", 10_000, 40, 2],
        [1, "u", "P1", 10_000, 30, 1],
        [3, "s", "", 0, 0, 0, "resumed"],
    ]


def test_a_dry_run_has_its_planned_rows(tmp_path: Path) -> None:
    planned = [outcome(Status.PLANNED, 0, diff={"on": (False, True)}), MIXED[1]]
    run = left(tmp_path, planned, dry_run=True)
    assert [row[:3] for row in read(embedding(run).row_blocks())] == [[0, "p", "P0"], [1, "u", "P1"]]


def test_rows_that_no_file_has_are_told_as_ranges(tmp_path: Path) -> None:
    made = embedding(left(tmp_path, [MIXED[0], MIXED[2]], total=9))
    read(made.row_blocks())
    assert made.left_out() == {"rows": 0, "changes": 0, "pending": [(1, 1), (3, 8)]}


@settings(max_examples=20, deadline=None)
@given(st.sets(st.integers(0, 40)), st.integers(0, 45))
def test_ranges_and_rows_are_all_rows(done: set[int], total: int) -> None:
    with TemporaryDirectory() as folder:
        outcomes = [outcome(Status.APPLIED, number) for number in done if number < total]
        made = embedding(left(Path(folder), outcomes, total=total))
        rows = [row[0] for row in read(made.row_blocks())]
        for first, last in made.left_out()["pending"]:
            rows += range(first, last + 1)
    assert sorted(rows) == list(range(total))


def test_an_undo_has_other_row_numbers_and_so_no_ranges(tmp_path: Path) -> None:
    made = embedding(left(tmp_path, [outcome(Status.APPLIED, 70)], total=5, undoes="other"))
    read(made.row_blocks())
    assert made.left_out()["pending"] == []


def test_what_there_is_no_room_for_is_counted_and_never_a_failed_row(tmp_path: Path) -> None:
    made = embedding(left(tmp_path, MIXED, intents=map(intent, range(5))), most_rows=2, most_changes=3)
    assert [row[1] for row in read(made.row_blocks())] == ["e", "a"]
    assert len(read(made.change_blocks())) == 3
    assert made.left_out() == {"rows": 2, "changes": 2, "pending": []}


def test_a_change_tells_what_differs_and_whom_it_is_about(tmp_path: Path) -> None:
    run = left(tmp_path, MIXED, intents=[intent(0), intent(7, params=None, before=None)])
    assert read(embedding(run).change_blocks()) == [
        [0, "p0@example.com", "P0", [["on", "false", "true"], ["to", '""', '"530"']]],
        [7, "", "P7", [["on", "", "true"], ["to", "", '"537"']]],
    ]


def test_a_dry_run_has_the_changes_of_its_plan(tmp_path: Path) -> None:
    planned = [outcome(Status.PLANNED, 0, diff={"on": (None, {"a": [1]})})]
    run = left(tmp_path, planned, dry_run=True)
    assert read(embedding(run).change_blocks()) == [[0, "", "P0", [["on", "", '{"a":[1]}']]]]


def test_long_values_and_changes_of_many_fields_are_cut(tmp_path: Path) -> None:
    wanted = {"long": "x" * 1000} | {f"field{number}": 1 for number in range(60)}
    [change] = read(embedding(left(tmp_path, MIXED, intents=[intent(0, change=wanted)])).change_blocks())
    fields = change[3]
    assert (len(fields), len(fields[0][2]), fields[-1]) == (41, 301, ["…", "", ""])


def test_a_run_without_any_file_of_rows_embeds_nothing(tmp_path: Path) -> None:
    run = left(tmp_path)
    bare = embedding(run)
    assert (read(bare.row_blocks()), read(bare.change_blocks())) == ([], [])
