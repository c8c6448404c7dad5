"""No duplicate is missed and none invented, however the filter errs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.dataset.duplicates import Duplicates, Suspicions
from odt_async.dataset.fingerprints import FingerprintSet

DIGESTS = st.lists(st.binary(min_size=8, max_size=9) | st.sampled_from([b"A" * 8, b"B" * 8, b"C" * 8]))


def exact(digests: list[bytes]) -> list[int | None]:
    first: dict[bytes, int] = {}
    return [
        None if first.setdefault(digest, index) == index else first[digest]
        for index, digest in enumerate(digests)
    ]


def suspects(digests: list[bytes], rows: int, *, sparse: bool = False) -> FingerprintSet:
    suspicions = Suspicions(rows, sparse=sparse)
    for digest in digests:
        suspicions.note(digest)
    return suspicions.suspects()


@given(DIGESTS, st.sampled_from([0, 1, 100]), st.booleans())
def test_both_passes_together_are_exact(digests: list[bytes], rows: int, sparse: bool) -> None:
    duplicates = Duplicates(suspects(digests, rows, sparse=sparse))

    answers = [duplicates.first_of(digest, index) for index, digest in enumerate(digests)]

    assert answers == exact(digests)


@given(DIGESTS)
def test_suspicion_without_cause_changes_nothing(digests: list[bytes]) -> None:
    duplicates = Duplicates(suspects(digests + digests, 1))
    assert [duplicates.first_of(digest, index) for index, digest in enumerate(digests)] == exact(digests)


@pytest.mark.parametrize(("sparse", "most"), [(False, 20), (True, 1)])
def test_suspicion_without_cause_is_rare(*, sparse: bool, most: int) -> None:
    digests = [number.to_bytes(8, "big") for number in range(10_000)]
    assert len(suspects(digests, len(digests), sparse=sparse)) <= most  # 2 are to be expected, and 0


def test_rows_that_are_all_the_same_are_one_suspect() -> None:
    assert len(suspects([b"12345678"] * 1_000, 1_000)) == 1


def test_asking_again_about_a_row_gives_the_same_answer() -> None:
    duplicates = Duplicates(suspects([b"12345678"] * 2, 2))
    assert [duplicates.first_of(b"12345678", index) for index in (3, 3, 5, 5, 3)] == [None, None, 3, 3, None]
