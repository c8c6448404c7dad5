from __future__ import annotations

from pathlib import Path

import pytest

from odt_async.bench.comparison import Case, Result, ceiling, compare
from odt_async.bench.processes import Figures


def test_the_ideal_is_a_row_for_every_two_latencies_and_request_under_way() -> None:
    assert Case("50ms~20%", 64).ideal_rows_per_s == pytest.approx(640.0)
    assert (Case("0", 64).ideal_rows_per_s, Case("50ms", 64, "30/s").ideal_rows_per_s) == (None, None)


def test_a_slow_case_takes_fewer_rows() -> None:
    cases = [Case("0", 1), Case("50ms", 1), Case("50ms", 128)]
    assert [case.rows(5000) for case in cases] == [5000, 80, 5000]


def test_the_server_is_told_of_latency_and_limit() -> None:
    assert Case("50ms", 8, "30/s,burst=5").faults == ["latency=50ms", "throttle=30/s,burst=5"]
    assert Case("0", 8).faults == []


def test_ratios_are_the_medians_of_those_of_the_same_round() -> None:
    rounds = {
        "product": [Figures(100, 1.0, 0.1), Figures(100, 2.0, 0.2), Figures(100, 4.0, 0.1)],
        "naive": [Figures(100, 2.0, 0.2), Figures(100, 4.0, 0.1), Figures(100, 4.0, 0.4)],
    }
    told = Result(Case("50ms", 10), rounds, {}).as_json()
    assert told["product_to"] == {"naive": {"rows_per_s": 2.0, "cpu_us_per_row": 0.5}}
    assert told["clients"]["product"] == {
        "rows": 100,
        "rows_per_s": 50.0,
        "of_ideal": 0.5,
        "cpu_us_per_row": 1000.0,
        "spread": 1.5,
        "refused_per_accepted": None,
    }


def test_every_client_takes_every_row_of_a_real_run(tmp_path: Path) -> None:
    [result] = compare([Case("1ms", 2)], most_rows=6, rounds=1, folder=tmp_path, tell=lambda _text: None)
    assert {name: [taken.rows for taken in rounds] for name, rounds in result.rounds.items()} == {
        "product": [6],
        "naive": [6],
        "bare": [6],
    }
    assert all(taken.cpu_s > 0 for rounds in result.rounds.values() for taken in rounds)


def test_under_a_limit_what_was_refused_is_told_and_bare_is_left_out(tmp_path: Path) -> None:
    case = Case("0", 2, "8/s,burst=4")
    [result] = compare([case], most_rows=4, rounds=1, folder=tmp_path, tell=lambda _text: None)
    assert result.rounds.keys() == result.refused.keys() == {"product", "naive"}
    assert all(share > 0 for share in result.refused.values())


def test_raw_sockets_tell_what_the_server_bears(tmp_path: Path) -> None:
    assert ceiling(tmp_path, 50, rounds=1) > 0
