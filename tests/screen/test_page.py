"""What of a run is shown, in which order, and what is left out first where there is no room."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.screen.page import page
from odt_async.screen.record import RunStatus
from tests.screen.building import ACTION, RUN, STATUS, make_status, plain

WORDS = st.text(max_size=200)
ROWS = st.integers(0, 10**7)
SECONDS = st.floats(0, 1e7)
STATUSES = st.builds(
    RunStatus.model_validate,
    st.fixed_dictionaries(
        {"run": st.just(RUN), "state": st.sampled_from(["running", "draining", "stopped", "killed", "odd"])},
        optional={
            "reason": st.none() | WORDS,
            "stop_reason": st.none() | WORDS,
            "total_rows": ROWS,
            "by_status": st.dictionaries(st.sampled_from(["applied", "error", "pending", "skipped"]), ROWS),
            "left_s": st.none() | SECONDS,
            "started": st.just(STATUS["started"]),
            "updated_at": st.just(STATUS["updated_at"]),
            "history": st.lists(SECONDS, max_size=60),
            "warning": st.none() | WORDS,
            "unanswered": ROWS,
            "families": st.lists(
                st.fixed_dictionaries({"family": st.text(max_size=30), "held_s": SECONDS, "sent": ROWS}),
                max_size=12,
            ),
            "slowest": st.lists(st.fixed_dictionaries({"row_index": ROWS, "elapsed_s": SECONDS}), max_size=5),
            "errors": st.lists(
                st.fixed_dictionaries(
                    {"type": WORDS, "text": WORDS, "count": ROWS, "hint": st.none() | WORDS}
                ),
                max_size=10,
            ),
            "files": st.just({"report.json": f"logs/{RUN}_report.json"}),
        },
    ),
)


def here(time: str) -> str:
    return datetime.fromisoformat(time).astimezone().strftime("%m-%d %H:%M")


def shown(width: int = 80, height: int = 22, **fields: Any) -> list[str]:
    return plain(page(make_status(**fields), width, height))


def test_a_page_begins_with_what_a_glance_is_for() -> None:
    assert shown()[:8] == [
        RUN,
        " RUNNING",
        "",
        f"{'█' * 9}{'░' * 27}  25.0 %  100/400  ETA 0:01:15 ({here('2024-06-01T22:02:15Z')})",
        "ok 80  unchanged 10  errors 5  skipped 5  throttled 2",
        "12.3 rows/s  ▁▅█",
        "requests 210  p50 42 ms  p95 110 ms  p99 1.2 s  in flight 3 of 8",
        "",
    ]


def test_then_come_what_takes_long_what_fails_the_limits_and_what_was_done() -> None:
    done = [datetime.fromisoformat(change["at"]).astimezone() for change in STATUS["control"]]
    assert shown(height=40)[8:] == [
        "Longest under way",
        "  row 93: 4.3 s    row 99: 0.5 s",
        "",
        "Errors: 2 causes",
        "      4 AsRestError: HTTP 404, code 4008: not a calling user",
        "        the person has no licence: assign one first; last: row 90",
        "      1 InvalidRow: usuarios.csv line 9: extension is empty",
        "",
        "Requests to        now/s  allowed/s  sent  throttled  held",
        "  people/features   24.5       30.0   200          2     -",
        "  people             1.0   no limit    10          0     -",
        "",
        "Done to it",
        f"  {done[1]:%m-%d %H:%M:%S} concurrency 4 -> 8  ctl, pid 9",
        f"  {done[0]:%m-%d %H:%M:%S} pause  ctl, pid 9",
    ]


def test_a_wide_terminal_has_two_columns() -> None:
    lines = shown(200, 50)
    assert lines[8] == f"{'Longest under way':<101}Requests to        now/s  allowed/s  sent  throttled  held"
    assert max(map(len, lines)) <= 200


@pytest.mark.parametrize(("width", "height"), [(80, 22), (60, 22), (60, 10)])
def test_the_essential_is_there_in_a_small_terminal(width: int, height: int) -> None:
    text = "\n".join(shown(width, height))
    assert [
        word
        for word in (RUN, "RUNNING", "25.0 %", "ETA 0:01:15", "errors 5", "12.3 rows/s")
        if word not in text
    ] == []


def test_families_keep_their_columns_in_a_narrow_terminal() -> None:
    (line,) = (line for line in shown(60, 40) if "people/features" in line)
    assert line == "  people/features   24.5       30.0   200          2     -"
    (line,) = (line for line in shown(50, 40) if "people/f" in line)
    assert line == "  people/feat…  24.5      30.0  200         2    -"


@pytest.mark.parametrize(
    ("fields", "bar"),
    [
        ({"total_rows": 0, "by_status": {}, "left_s": 0.0}, "   0.0 %  0/0  ETA 0:00:00"),
        ({"total_rows": 0, "by_status": {}, "state": "finished"}, " 100.0 %  0/0  in 0:01:00"),
        ({"total_rows": 1, "by_status": {"error": 1}, "state": "finished"}, " 100.0 %  1/1  in 0:01:00"),
        (
            {"total_rows": 100_000, "by_status": {"applied": 99_999}, "left_s": None},
            "  99.9 %  99999/100000  ETA -:--:--",
        ),
    ],
)
def test_the_bar_of_no_row_of_one_and_of_many(fields: dict[str, Any], bar: str) -> None:
    line = shown(**fields)[3]
    assert line.lstrip("█░") == bar
    assert ("░" in line) is (fields.get("state") != "finished")


def test_a_dry_run_says_what_it_would_change() -> None:
    lines = shown(dry_run=True, by_status={"planned": 7, "unchanged": 3})
    assert lines[1] == " RUNNING  dry run"
    assert lines[4] == "would change 7  ok 0  unchanged 3  errors 0  skipped 0  throttled 2"


def test_the_whole_reason_of_a_pause_is_told() -> None:
    reason = (
        "outage: 16 of the last 20 calls get no answer (HTTP 503); one row tries again, and all go on when it "
        "succeeds"
    )
    assert shown(state="paused", reason=reason)[1:4] == [
        " PAUSED  outage: 16 of the last 20 calls get no answer (HTTP 503); one row tries",
        "         again, and all go on when it succeeds",
        "",
    ]


def test_what_the_operator_set_and_what_is_wrong_as_a_whole_is_told() -> None:
    trouble: dict[str, Any] = {
        "unanswered": 1,
        "last_trouble": "HTTP 503",
        "warning": "the token ends in 0:10:00",
    }
    assert shown(rate=2.5, window="22:00-06:00", **trouble)[6:10] == [
        "requests 210  p50 42 ms  p95 110 ms  p99 1.2 s  in flight 3 of 8",
        "at most 2.5 requests/s  window 22:00-06:00",
        "1 request got no proper answer (last: HTTP 503)",
        "the token ends in 0:10:00",
    ]


def test_a_run_that_has_ended_says_what_is_left_and_how_to_go_on() -> None:
    ended: dict[str, Any] = {
        "state": "stopped",
        "by_status": {"applied": 80, "error": 5, "pending": 315},
        "files": {name: Path(f"logs/x_{name}") for name in ("report.json", "rejected.csv", "pending.csv")},
        "can_be_resumed": True,
        "folders": {"input-dir": "my data"},
    }
    lines = shown(120, 40, **ended)
    assert lines[4] == "ok 80  unchanged 0  errors 5  skipped 0  throttled 2  not attempted 315"
    left = shown(110, 40, **ended)
    assert left[8:14] == [
        "What is left",
        "  report: logs/x_report.json",
        "  to mend: logs/x_rejected.csv",
        "  not attempted: logs/x_pending.csv",
        f"  to go on: odt bulk {ACTION} --input-dir 'my data' --resume usuarios_configurar_d",
        "esvio_prefijo53_20240601T220000Z_ab12",
    ]


def test_errors_without_a_group_of_their_own_are_told_as_such() -> None:
    lines = shown(errors=[{"type": "others", "text": "HTTP 400", "count": 9, "last_row_index": 3}])
    assert "      9 others, such as: HTTP 400" in lines


def test_what_has_no_room_is_counted() -> None:
    assert shown(height=14)[8:] == [
        "Longest under way",
        "  row 93: 4.3 s    row 99: 0.5 s",
        "Errors: 2 causes",
        "  … and 2 more",
        "Requests to        now/s  allowed/s  sent  throttled  held",
        "  … and 2 more",
    ]


@given(STATUSES, st.integers(20, 220), st.integers(3, 60))
def test_every_page_fits(status: RunStatus, width: int, height: int) -> None:
    lines = page(status, width, height)
    assert len(lines) <= height
    assert [line.plain for line in lines if line.cell_len > width or not line.plain.isprintable()] == []
