"""No duplicate is missed and none invented, however the filter errs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odt_async.dataset.duplicates import BloomFilter, Duplicates

DIGESTS = st.lists(st.binary(min_size=8, max_size=9) | st.sampled_from([b"A" * 8, b"B" * 8, b"C" * 8]))


def exact(digests: list[bytes]) -> list[int | None]:
    first: dict[bytes, int] = {}
    return [
        None if first.setdefault(digest, index) == index else first[digest]
        for index, digest in enumerate(digests)
    ]


@given(DIGESTS, st.sampled_from([0, 1, 100]))
def test_filter_and_account_together_are_exact(digests: list[bytes], capacity: int) -> None:
    filter_ = BloomFilter(capacity)
    duplicates = Duplicates({digest for digest in digests if filter_.add(digest)})

    answers = [duplicates.first_of(digest, index) for index, digest in enumerate(digests)]

    assert answers == exact(digests)


@given(DIGESTS)
def test_suspicion_without_cause_changes_nothing(digests: list[bytes]) -> None:
    duplicates = Duplicates(frozenset(digests))
    assert [duplicates.first_of(digest, index) for index, digest in enumerate(digests)] == exact(digests)


def test_filter_of_the_right_size_seldom_errs() -> None:
    filter_ = BloomFilter(10_000)
    wrong = sum(filter_.add(number.to_bytes(8, "big")) for number in range(10_000))
    assert wrong < 100  # 18 expected


def test_asking_again_about_a_row_gives_the_same_answer() -> None:
    duplicates = Duplicates({b"12345678"})
    assert [duplicates.first_of(b"12345678", index) for index in (3, 3, 5, 5, 3)] == [None, None, 3, 3, None]
