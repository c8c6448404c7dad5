from __future__ import annotations

import pytest

from odt_async.sandbox import parse_faults
from odt_async.sandbox.fault_values import parse_throttle
from odt_async.sandbox.gateway import Gateway, Throttled, retry_after

NOON = 1_000_000_000.25  # a quarter past a whole second


@pytest.mark.parametrize(
    ("style", "wait_s", "announced"),
    [
        ("seconds", 0.02, Throttled("1", 1)),
        ("seconds", 2.01, Throttled("3", 3)),
        ("fraction", 0.02, Throttled("0.1", 0.1)),
        ("fraction", 1.41, Throttled("1.5", 1.5)),
        ("date", 0.5, Throttled("Sun, 09 Sep 2001 01:46:41 GMT", 0.75, dated=True)),
        ("date", 0.8, Throttled("Sun, 09 Sep 2001 01:46:42 GMT", 1.75, dated=True)),
        ("none", 5, Throttled(None, 0)),
        ("2.5", 60, Throttled("2.5", 2.5)),
    ],
)
def test_how_a_wait_is_announced(style: str, wait_s: float, announced: Throttled) -> None:
    assert retry_after(style, wait_s, NOON) == announced


def gateway(*rules: str) -> Gateway:
    return Gateway(parse_faults([f"throttle={rule}" for rule in rules]).throttle)


def passing(tested: Gateway, families: list[str]) -> list[bool]:
    return [tested.admit(family, 0.0, NOON) is None for family in families]


@pytest.mark.parametrize(
    ("rules", "families", "expected"),
    [
        ([], ["people"] * 3, [1, 1, 1]),
        (["1/s"], ["people", "locations"], [1, 0]),
        (["1/s,family=people"], ["people", "people/features", "peoples", "locations"], [1, 0, 1, 1]),
        (["1/s,family=people/features"], ["people", "people", "people/features"], [1, 1, 1]),
        (["3/s", "1/s,family=people"], ["people", "people", "locations", "locations"], [1, 0, 1, 1]),
        (["concurrent:1,family=people", "9/s"], ["people", "people", "locations"], [1, 0, 1]),
    ],
    ids=["no rule", "shared", "a family covers those below", "but not those above", "both must agree", "cap"],
)
def test_a_rule_covers_its_families(rules: list[str], families: list[str], expected: list[int]) -> None:
    assert passing(gateway(*rules), families) == [bool(number) for number in expected]


def test_a_request_refused_by_one_rule_costs_the_other_nothing() -> None:
    tested = gateway("2/s", "1/s,family=people")
    assert passing(tested, ["people", "people", "people", "locations"]) == [True, False, False, True]


def test_the_longest_wait_is_announced() -> None:
    tested = gateway("1/s", "1/60s,window")
    tested.admit("people", 0.0, NOON)
    assert tested.admit("people", 0.0, NOON) == Throttled("60", 60)


def test_a_refusal_that_costs_makes_the_wait_longer() -> None:
    tested = gateway("1/s,charge-refused,retry-after=fraction")
    tested.admit("people", 0.0, NOON)
    assert tested.admit("people", 0.5, NOON) == Throttled("1.0", 1.0)


def test_the_end_of_a_request_frees_its_place() -> None:
    tested = gateway("concurrent:1")
    first = passing(tested, ["people", "people"])
    tested.release("people", 0.0)
    assert (first, passing(tested, ["people"])) == ([True, False], [True])


def test_only_the_limit_that_refuses_counts_a_refusal() -> None:
    tested = Gateway((parse_throttle("1/s,burst=1"), parse_throttle("100/s,family=people")))
    for _ in range(3):
        tested.admit("people", 0.0, 0.0)
    tested.release("people", 0.5)
    counted = [
        [(minute["accepted"], minute["refused"]) for minute in limit["minutes"]]
        for limit in tested.usage(1.0)
    ]
    assert counted == [[(1, 2)], [(1, 0)]]
