from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.model import VerdictKind
from odt_async.runner.request_stats import BOUNDS_S, RequestStats

NOTHING = {"p50": None, "p95": None, "p99": None}
TIMES = st.floats(min_value=0, max_value=59)


def stats_of(*elapsed_s: float, family: str = "people") -> RequestStats:
    stats = RequestStats()
    for seconds in elapsed_s:
        stats.learn(family, VerdictKind.OK, seconds)
    return stats


def test_requests_are_counted_by_family_and_verdict() -> None:
    stats = RequestStats()
    stats.learn("people", VerdictKind.OK, 0.1)
    stats.learn("people", VerdictKind.THROTTLED, 0.1)
    stats.learn("people", VerdictKind.OK, 0.3)
    stats.learn("workspaces", VerdictKind.PERMANENT, 0.2)
    assert {
        family: (seen.sent, dict(seen.by_verdict), round(seen.total_s, 9))
        for family, seen in stats.families.items()
    } == {
        "people": (3, {"ok": 2, "throttled": 1}, 0.5),
        "workspaces": (1, {"permanent": 1}, 0.2),
    }


def test_what_was_cancelled_is_counted_but_has_no_time() -> None:
    stats = RequestStats()
    stats.learn("people", None, 30.0)
    people = stats.families["people"]
    assert (people.sent, dict(people.by_verdict), sum(people.buckets), people.total_s) == (
        *(1, {"cancelled": 1}, 0, 0.0),
    )
    assert stats.quantiles_ms() == NOTHING


@pytest.mark.parametrize(
    ("elapsed_s", "bucket"),
    [(0.0, 0), (0.001, 0), (0.0011, 1), (60.0, len(BOUNDS_S) - 1), (60.1, len(BOUNDS_S))],
)
def test_a_bound_belongs_to_its_bucket(elapsed_s: float, bucket: int) -> None:
    buckets = stats_of(elapsed_s).families["people"].buckets
    assert [index for index, count in enumerate(buckets) if count] == [bucket]


def test_quantiles_are_interpolated_in_their_bucket() -> None:
    assert stats_of(*[0.09] * 90, *[0.9] * 10).quantiles_ms() == {"p50": 88.9, "p95": 875.0, "p99": 975.0}


def test_quantiles_are_of_one_family_or_of_all() -> None:
    stats = stats_of(*[0.09] * 2)
    stats.learn("workspaces", VerdictKind.OK, 4.0)
    assert [stats.quantiles_ms(family)["p50"] for family in (None, "people", "workspaces", "none")] == [
        *(93.8, 87.5, 4000.0, None),
    ]


def test_nothing_seen_has_no_quantiles() -> None:
    assert RequestStats().quantiles_ms() == NOTHING


def test_beyond_all_bounds_nothing_but_the_last_bound_is_known() -> None:
    assert stats_of(100.0).quantiles_ms() == {"p50": 60_000.0, "p95": 60_000.0, "p99": 60_000.0}


@given(st.lists(TIMES, min_size=1))
def test_a_quantile_lies_in_the_bucket_of_the_true_one(elapsed_s: list[float]) -> None:
    ranked = sorted(elapsed_s)
    true_s = ranked[-(-len(ranked) // 2) - 1]
    lower_s, upper_s = next((low, high) for low, high in pairwise((0.0, *BOUNDS_S)) if true_s <= high)
    p50 = stats_of(*elapsed_s).quantiles_ms()["p50"]
    assert p50 is not None
    assert 1000 * lower_s - 0.1 <= p50 <= 1000 * upper_s + 0.1
