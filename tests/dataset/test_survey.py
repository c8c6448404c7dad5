"""What one pass tells of good, bad and repeated rows."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

import pytest

from odt_async.dataset.duplicates import Suspicions
from odt_async.dataset.fingerprints import FingerprintSet
from odt_async.dataset.merge import Dataset, open_dataset
from odt_async.dataset.survey import Survey, survey
from odt_async.errors import InvalidRow, Problem, UnreadableCsv
from odt_async.model import Row


def make_dataset(*rows: str) -> Dataset:
    Path("usuarios.csv").write_text("\n".join(["a,b", *rows]))
    return open_dataset(Path(), "usuarios", {}, global_optional=True)


def digest_of(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()


def suspects(*texts: str) -> FingerprintSet:
    suspicions = Suspicions(100)
    for text in texts * 2:
        suspicions.note(digest_of(text))
    return suspicions.suspects()


def identify(row: Row) -> bytes:
    if row.values["a"] == "bad":
        where = f"{row.layers.file} line {row.line}"
        raise InvalidRow((Problem("a", "is bad", where), Problem("b", "too", where)))
    return digest_of(row.values["a"])


def test_rows_are_counted_and_judged() -> None:
    dataset = make_dataset("1,x", "bad,x", "2,x", "3,4,5", "1,y", "1,z")
    assert survey(dataset, identify) == Survey(
        rows=6,
        invalid=2,
        problems=(
            Problem("a", "is bad", "usuarios.csv line 3"),
            Problem("b", "too", "usuarios.csv line 3"),
            Problem(
                None,
                "the row has 3 cells and the header 2: "
                "quote the cell that contains the delimiter, or empty those from '5' on",
                "usuarios.csv line 5",
            ),
        ),
        suspects=suspects("1"),
    )


@pytest.mark.parametrize(("limit", "kept"), [(0, 0), (3, 3), (20, 10), (None, 10)])
def test_only_so_many_problems_are_kept(limit: int | None, kept: int) -> None:
    result = survey(make_dataset(*["bad,x"] * 5), identify, problem_limit=limit)
    assert (result.rows, result.invalid, len(result.problems)) == (5, 5, kept)


def test_file_without_rows_is_surveyed_too() -> None:
    assert survey(make_dataset(), identify) == Survey(0, 0, ())


def test_rows_that_are_all_the_same_are_one_suspect() -> None:
    result = survey(make_dataset(*["1,x"] * 1_000), identify)
    assert result == Survey(1_000, 0, (), suspects("1"))


def test_unreadable_end_of_the_file_is_found_before_anything_is_sent() -> None:
    with pytest.raises(UnreadableCsv):
        survey(make_dataset("1,x", '2,"x'), identify)
