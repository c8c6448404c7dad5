from __future__ import annotations

import random
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.dataset.fingerprints import FingerprintSet

# of few buckets, so that there are several in one, some with bytes that recur half a number later
CROWDED = st.integers(0, 3).flatmap(
    lambda first: st.sampled_from([0, 1, 0x0101010101, 0x010101010101]).map(lambda rest: first << 56 | rest)
)
NUMBERS = st.lists(st.integers(0, 2**64 - 1) | CROWDED, max_size=50)


@given(NUMBERS, NUMBERS)
def test_fingerprints_are_a_set(given_: list[int], asked: list[int]) -> None:
    fingerprints = FingerprintSet(given_)
    assert (set(fingerprints), len(fingerprints)) == (set(given_), len(set(given_)))
    assert [number in fingerprints for number in asked] == [number in set(given_) for number in asked]


@pytest.mark.parametrize("count", [4_095, 4_096, 20_000])
def test_many_are_a_set_too(count: int) -> None:
    chance = random.Random(count)  # noqa: S311 - no secret
    numbers = array("Q", (chance.getrandbits(64) for _ in range(count)))
    numbers.extend(numbers[:100])
    assert set(FingerprintSet(numbers)) == set(numbers)
    assert chance.getrandbits(64) not in FingerprintSet(numbers)


@given(NUMBERS)
def test_each_number_has_a_place_of_its_own(numbers: list[int]) -> None:
    fingerprints = FingerprintSet(numbers)
    places = [place for number in set(numbers) if (place := fingerprints.place(number)) is not None]
    assert len(places) == len(set(places)) == len(set(numbers))
    assert all(0 <= place < fingerprints.places for place in places)


def test_an_empty_set_holds_nothing() -> None:
    assert [number in FingerprintSet() for number in (0, 1, 2**64 - 1)] == [False] * 3
    assert (len(FingerprintSet()), FingerprintSet().places) == (0, 0)


def test_sets_of_the_same_numbers_are_equal() -> None:
    assert [FingerprintSet([7, 8]) == FingerprintSet(other) for other in ([8, 7, 8], [7])] == [True, False]


def test_what_is_no_number_is_not_in_it() -> None:
    stranger: object = "7"
    assert FingerprintSet([7]).__contains__(stranger) is False
