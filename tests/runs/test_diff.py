from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from odt_async.model import Outcome, Status
from odt_async.runs import find
from odt_async.runs.diff import Difference, Fate, compare_runs
from tests.runs.leaving import FIRST, SECOND, failed, leave_run, outcome, payload_hash


def differences(
    logs_dir: Path, a: Iterable[Outcome], b: Iterable[Outcome], **manifest: Any
) -> list[Difference]:
    leave_run(logs_dir, FIRST, a, **manifest)
    leave_run(logs_dir, SECOND, b, **manifest)
    return list(compare_runs(find(logs_dir, FIRST), find(logs_dir, SECOND)))


def ok(number: int, **fields: Any) -> Outcome:
    return outcome(Status.APPLIED, number, **fields)


def test_runs_that_went_alike_do_not_differ(tmp_path: Path) -> None:
    assert differences(tmp_path, [ok(0), failed(1)], [ok(0), failed(1, text="HTTP 409")]) == []


def test_a_row_that_went_otherwise_is_told_with_both_its_fates(tmp_path: Path) -> None:
    assert differences(tmp_path, [ok(0), failed(1)], [ok(0), ok(1)]) == [
        Difference(Fate(1, "P1", "error", "AsRestError", "HTTP 404"), Fate(1, "P1", "applied", None, None))
    ]


def test_rows_are_the_same_wherever_they_stand(tmp_path: Path) -> None:
    moved = ok(7, payload_hash=payload_hash(1), entity_id="P1")
    (found,) = differences(tmp_path, [failed(1)], [moved])
    assert (found.kind, found.a and found.a.row_index, found.b and found.b.row_index) == (
        "error -> applied",
        1,
        7,
    )


def test_two_errors_differ_when_they_are_of_another_kind(tmp_path: Path) -> None:
    (found,) = differences(tmp_path, [failed(0)], [failed(0, "RetriesExhausted")])
    assert found.kind == "error -> error"


def test_rows_of_one_run_alone_come_last(tmp_path: Path) -> None:
    found = differences(tmp_path, [ok(0), ok(1), failed(2)], [failed(1), ok(3)])
    assert [one.kind for one in found] == [
        "applied -> error",
        "only in A: applied",
        "only in A: error",
        "only in B: applied",
    ]


def test_a_row_that_was_skipped_is_no_difference(tmp_path: Path) -> None:
    skipped = [outcome(Status.SKIPPED, number) for number in range(3)]
    assert differences(tmp_path, [ok(0), failed(1)], skipped) == []


def test_a_duplicate_does_not_hide_the_row_that_it_repeats(tmp_path: Path) -> None:
    repeated = outcome(Status.SKIPPED, 5, payload_hash=payload_hash(0))
    (found,) = differences(tmp_path, [ok(0), repeated], [failed(0), repeated])
    assert found.kind == "applied -> error"


def test_an_edited_row_is_known_by_its_entity(tmp_path: Path) -> None:
    edited = ok(0, payload_hash=payload_hash(90), entity_id="P4")
    (found,) = differences(tmp_path, [failed(4)], [edited])
    assert (found.kind, found.edited) == ("error -> applied", True)


def test_an_entity_with_several_rows_tells_none_of_them(tmp_path: Path) -> None:
    a = [failed(number, entity_id="P") for number in (0, 1)]
    (one, *others) = differences(tmp_path, a, [ok(9, entity_id="P")])
    assert [found.kind for found in (one, *others)] == [
        "only in A: error",
        "only in A: error",
        "only in B: applied",
    ]


def test_an_edited_row_without_an_entity_is_known_by_its_place_in_the_same_file(tmp_path: Path) -> None:
    a, b = [failed(4, entity_id="")], [ok(4, payload_hash=payload_hash(90))]
    (found,) = differences(tmp_path / "same", a, b, input="usuarios.csv")
    assert (found.kind, found.edited) == ("error -> applied", True)
    assert len(differences(tmp_path / "other", a, b)) == 2


def test_a_run_that_was_killed_before_it_had_files_has_no_rows(tmp_path: Path) -> None:
    leave_run(tmp_path, FIRST, [ok(0)])
    (tmp_path / f"{SECOND}_run.json").write_text("{}")
    found = list(compare_runs(find(tmp_path, FIRST), find(tmp_path, SECOND)))
    assert [one.kind for one in found] == ["only in A: applied"]


def test_a_difference_is_a_line_of_json(tmp_path: Path) -> None:
    (found,) = differences(tmp_path, [failed(1)], [])
    assert found.record() == {
        "kind": "only in A: error",
        "edited": False,
        "a": {
            "row_index": 1,
            "entity_id": "P1",
            "status": "error",
            "error_type": "AsRestError",
            "error": "HTTP 404",
        },
        "b": None,
    }
