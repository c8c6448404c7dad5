from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.runner.fingerprints import FingerprintSet

# the size of the table is capacity / 0.85: multiples of it and their neighbours want the same places
NUMBERS = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 12).map(lambda n: n * 59), max_size=50)


@given(NUMBERS, NUMBERS)
def test_fingerprints_are_a_set(added: list[int], asked: list[int]) -> None:
    fingerprints = FingerprintSet(50)
    for number in added:
        fingerprints.add(number)
    # 0 marks an empty place, and is kept as 1
    known = {number or 1 for number in added}
    assert [number in fingerprints for number in asked + added] == [
        (number or 1) in known for number in asked + added
    ]


@given(st.sets(st.integers(1, 2**64 - 1), max_size=20))
def test_a_set_takes_as_many_as_it_was_made_for_and_no_more(numbers: set[int]) -> None:
    fingerprints = FingerprintSet(len(numbers))
    for number in [*numbers, *numbers]:
        fingerprints.add(number)
    surplus = max(numbers, default=0) % (2**64 - 1) + 1
    if surplus not in numbers:
        with pytest.raises(OverflowError):
            fingerprints.add(surplus)
    assert all(number in fingerprints for number in numbers)


def test_an_empty_set_holds_nothing() -> None:
    assert [number in FingerprintSet(0) for number in (0, 1, 2**64 - 1)] == [False] * 3


def test_a_set_knows_how_many_numbers_it_holds() -> None:
    fingerprints = FingerprintSet(5)
    for number in (7, 8, 7):
        fingerprints.add(number)
    assert len(fingerprints) == 2
