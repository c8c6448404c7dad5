from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tools.soak.accounts import Account, account_of
from tools.soak.work import Pass

ACTION = "usuarios_configurar_desvio_prefijo53"
FIRST, SECOND = f"{ACTION}_20260101T000000Z_0001", f"{ACTION}_20260101T000100Z_0002"
DONE = Pass(ACTION, 0, tuple({"person_id": str(place)} for place in range(4)), frozenset({3}))
MOMENT = "2026-01-01T00:00:01.000Z"
MOMENT_S = 1767225601.0
FAILURE = {"timestamp": MOMENT, "error_type": "RemoteRefusal", "error": "HTTP 404"}


def write_run(
    logs: Path,
    run: str,
    *,
    ok: Mapping[int, str] | Iterable[int],
    failed: Iterable[int] = (),
    skipped: Iterable[int] = (),
    pending: int = 0,
    continues: str | None = None,
    ended: bool = True,
) -> None:
    (logs / f"{run}_run.json").write_text(json.dumps({"continues": continues, "started": MOMENT}))
    statuses = ok if isinstance(ok, Mapping) else dict.fromkeys(ok, "applied")
    lines = [f"{row},{status},{MOMENT}\n" for row, status in statuses.items()]
    (logs / f"{run}_ok.csv").write_text("row_index,status,timestamp\n" + "".join(lines))
    errors = [json.dumps({"row_index": row, **FAILURE}) + "\n" for row in failed]
    (logs / f"{run}_error.jsonl").write_text("".join(errors))
    (logs / f"{run}_skipped.csv").write_text("row_index\n" + "".join(f"{row}\n" for row in skipped))
    if pending:
        (logs / f"{run}_pending.csv").write_text("person_id\n" + "1\n" * pending)
    if ended:
        (logs / f"{run}_report.json").touch()


def test_rows_of_a_killed_run_and_of_the_one_that_continued_it_add_up(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, ok=[0, 1], ended=False)
    write_run(tmp_path, SECOND, ok=[2], failed=[3], skipped=[0, 1], continues=FIRST)

    account = account_of(DONE, tmp_path, [FIRST, SECOND])

    assert account == Account(ok=3, failed=1, finished_at=[MOMENT_S] * 4)


def test_a_line_that_a_kill_has_torn_is_no_row(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, ok=[0, 1], ended=False)
    for suffix, torn in (("ok.csv", "2,app"), ("error.jsonl", '{"row_in')):
        with (tmp_path / f"{FIRST}_{suffix}").open("a") as file:
            file.write(torn)
    write_run(tmp_path, SECOND, ok=[2], failed=[3], skipped=[0, 1], continues=FIRST)

    assert account_of(DONE, tmp_path, [FIRST, SECOND]).problems == []


def test_a_row_that_is_nowhere_is_lost(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, ok=[0, 1], failed=[3])

    account = account_of(DONE, tmp_path, [FIRST])

    assert (account.lost, account.problems) == (
        [2],
        [f"{FIRST}: 2 ok + 1 errors + 0 skipped + 0 pending of 4 rows"],
    )


def test_a_row_that_is_ok_in_two_runs_is_there_twice(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, ok=[0, 1], ended=False)
    write_run(tmp_path, SECOND, ok=[1, 2], failed=[3], skipped=[0], continues=FIRST)

    assert account_of(DONE, tmp_path, [FIRST, SECOND]).twice == [1]


def test_a_row_that_was_written_must_not_be_called_unchanged(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, ok={0: "applied", 1: "unchanged", 2: "applied"}, failed=[3])

    assert account_of(DONE, tmp_path, [FIRST]).unchanged == 1


@pytest.mark.parametrize(
    ("run", "problem"),
    [
        ({"ok": [0, 1, 2], "failed": [3], "continues": SECOND}, f"continues {SECOND}, not None"),
        ({"ok": [0, 1, 2, 3], "failed": [3]}, "4 ok + 1 errors + 0 skipped + 0 pending of 4 rows"),
        ({"ok": [0, 1], "failed": [2, 3]}, "row 2 failed: RemoteRefusal: HTTP 404"),
        ({"ok": [0, 1, 2], "pending": 1}, "has gone to its end and left rows pending"),
    ],
)
def test_what_is_wrong_with_a_run_is_said(run: dict[str, Any], problem: str, tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, **run)

    assert account_of(DONE, tmp_path, [FIRST]).problems == [f"{FIRST}: {problem}"]
