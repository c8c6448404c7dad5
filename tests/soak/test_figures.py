from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tools.soak.figures import Figures

GOOD = Figures(
    seed=1,
    chapters=1,
    elapsed_s=10.0,
    rows=100,
    ok=98,
    failed_as_due=2,
    passes=Counter({"a": 1}),
    runs=2,
    requests=250,
    faults=Counter({"429": 5, "503": 3}),
    changed_writes=98,
    exit_codes=Counter({1: 1, 137: 1}),
    compared=100,
    peak_mb=90.0,
    open_files=[(20, 22), (21, 25)],
    restarts_s=[0.8, 1.0],
    row_files_mb=1.0,
)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({}, []),
        ({"lost_rows": 1}, ["1 rows are lost"]),
        ({"rows_twice": 1}, ["1 rows are accounted for twice"]),
        ({"double_applies": 1}, ["1 writes found everything as they wanted it"]),
        ({"changed_writes": 99}, ["99 writes changed something, for 98 rows"]),
        ({"unchanged": 1}, ["1 rows were written and are called unchanged"]),
        ({"failed_as_due": 1}, ["98 rows ok + 1 that must fail of 100"]),
        ({"differences": 1}, ["1 rows are not in the sandbox as in the CSV"]),
        ({"token_lines": 1}, ["1 lines have a token in them"]),
        ({"open_files": [(20, 80)]}, ["a run opened 60 more files than it closed"]),
        ({"problems": ["something else"]}, ["something else"]),
    ],
)
def test_what_is_not_as_it_must_be_is_said(bad: dict[str, Any], words: list[str]) -> None:
    assert replace(GOOD, **bad).verdict() == words


def test_a_soak_that_carried_nothing_out_is_not_as_it_must_be() -> None:
    assert Figures().verdict() == ["no row was carried out"]


def test_figures_of_chapters_add_up_and_peaks_do_not() -> None:
    total = Figures(seed=1)
    total.add(GOOD)
    total.add(replace(GOOD, seed=2, peak_mb=80.0, longest_pause_s=9.0))

    assert total == replace(
        GOOD,
        chapters=2,
        elapsed_s=20.0,
        rows=200,
        ok=196,
        failed_as_due=4,
        passes=Counter({"a": 2}),
        runs=4,
        requests=500,
        faults=Counter({"429": 10, "503": 6}),
        changed_writes=196,
        exit_codes=Counter({1: 2, 137: 2}),
        compared=200,
        open_files=GOOD.open_files * 2,
        restarts_s=GOOD.restarts_s * 2,
        longest_pause_s=9.0,
        row_files_mb=2.0,
    )


def test_the_longest_pause_is_that_between_two_rows() -> None:
    figures = Figures()
    figures.note_pause([7.0, 1.0, 2.5])

    assert figures.longest_pause_s == 4.5


def test_the_journal_tells_faults_from_answers() -> None:
    figures = Figures()
    figures.note_journal(
        {
            "total": 9,
            "results": {"200": 3, "204": 1, "429": 2, "reset-after": 3},
            "changed_writes": 4,
            "double_applies": 1,
            "unanswered_writes": 3,
            "inside_retry_after": {"people": 1, "licenses": 1},
        }
    )

    assert figures == Figures(
        requests=9,
        faults=Counter({"429": 2, "reset-after": 3}),
        changed_writes=4,
        double_applies=1,
        unanswered_writes=3,
        inside_retry_after=2,
    )


def test_the_figures_say_what_they_are() -> None:
    told = dict(line.split("  ", 1) for line in GOOD.lines())

    assert {name: text.strip() for name, text in told.items()} == {
        "rows": "100 in 1 passes, 2 runs; 10 a second",
        "ok, failed as they must": "98, 2",
        "requests": "250",
        "faults survived": "429 (throttled) 5, 503 3",
        "throttled answers": "2.00% of the requests",
        "sent against Retry-After": "0",
        "writes without an answer": "0",
        "incidents": "none",
        "pauses": "none",
        "exit codes": "1 1, 137 1",
        "double applies": "0",
        "lost rows": "0",
        "compared with the CSV": "100 rows, 0 differences",
        "peak memory of a run": "90 MB",
        "open files of a run": "20-21 at its start, 22-25 at its end",
        "from start to run": "0.90 s (median), 1.00 s at most",
        "longest time without a row": "0.0 s",
        "disk": "1 MB of row files (8.6 GB a day at this pace), 0 MB of rotated logs",
        "lines with a token": "0",
    }


def test_figures_of_nothing_can_be_told_too() -> None:
    assert "rows" in next(iter(Figures().lines()))


def test_everything_is_written_as_json() -> None:
    written = json.loads(json.dumps(GOOD.as_json()))

    assert (written["faults"], written["as_it_must_be"], written["wrong"]) == ({"429": 5, "503": 3}, True, [])
