from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from odt_async.errors import InputError
from odt_async.model import Failure, Status
from odt_async.runner.resume import History, load_history
from odt_async.runs import find_resumable
from odt_async.sinks.appender import GroupSync
from odt_async.sinks.changes_jsonl import ChangesJsonl
from odt_async.sinks.error_jsonl import ErrorJsonl
from odt_async.sinks.ok_csv import OkCsv
from odt_async.sinks.run_json import write_manifest
from tests.runner.building import make_outcome

ACTION = "usuarios_desvio"
FIRST = f"{ACTION}_20240601T220000Z_aaaa"
SECOND = f"{ACTION}_20240602T220000Z_bbbb"
THIRD = f"{ACTION}_20240603T220000Z_cccc"


def digest(number: int) -> str:
    """Return the payload hash of row *number*; its first half is what the fingerprints keep."""
    return f"{number + 1:016x}{0:016x}"


def write_run(
    logs_dir: Path,
    run: str,
    *,
    ok: Iterable[int] = (),
    intents: Iterable[tuple[int, Any]] = (),
    done: Iterable[int] = (),
    continues: str | None = None,
    started: str = "2024-06-01T22:00:00.000Z",
    dry_run: bool = False,
    errors: Iterable[tuple[int, Failure]] = (),
) -> None:
    """Leave what a run leaves: rows that are ok, writes begun with the state before them, writes done."""
    write_manifest(logs_dir / f"{run}_run.json", {"run": run, "continues": continues, "started": started})
    with ExitStack() as stack:
        sync = stack.enter_context(GroupSync())
        oks = stack.enter_context(OkCsv(logs_dir / f"{run}_ok.csv", sync, action=ACTION))
        for number in ok:
            oks.record(replace(make_outcome(Status.APPLIED, number), payload_hash=digest(number)))
        if dry_run:
            (logs_dir / f"{run}_plan.jsonl").touch()
            return
        path = logs_dir / f"{run}_error.jsonl"
        failed = stack.enter_context(ErrorJsonl(path, sync, action=ACTION, redact=bytes))
        for number, failure in errors:
            outcome = make_outcome(Status.ERROR, number, failure=failure)
            failed.record(replace(outcome, payload_hash=digest(number)))
        changes = stack.enter_context(ChangesJsonl(logs_dir / f"{run}_changes.jsonl", sync))
        for number, before in intents:
            changes.intent(
                row_index=number, payload_hash=digest(number), entity_id="ana", before=before, change={}
            )
        for number in done:
            changes.done(
                row_index=number, payload_hash=digest(number), entity_id="ana", written={}, tracking_id="T"
            )


def finished_in(history: History, rows: int = 10) -> list[int]:
    return [number for number in range(rows) if history.is_finished(digest(number))]


def test_without_resume_nothing_is_finished_and_nothing_begun() -> None:
    history = History()
    assert (finished_in(history), history.runs, history.intents) == ([], (), {})


def test_latest_is_the_newest_run_of_the_action_that_was_no_dry_run(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST)
    write_run(tmp_path, SECOND)
    write_run(tmp_path, THIRD, dry_run=True)
    write_run(tmp_path, f"{ACTION}_pro_20240604T220000Z_dddd")
    write_run(tmp_path, "otra_20240605T220000Z_eeee")
    assert find_resumable(tmp_path, ACTION, "latest") == SECOND


def test_of_two_runs_in_one_second_the_later_is_the_latest(tmp_path: Path) -> None:
    write_run(tmp_path, f"{ACTION}_20240601T220000Z_ffff", started="2024-06-01T22:00:00.100Z")
    write_run(tmp_path, f"{ACTION}_20240601T220000Z_0000", started="2024-06-01T22:00:00.900Z")
    assert find_resumable(tmp_path, ACTION, "latest") == f"{ACTION}_20240601T220000Z_0000"


@pytest.mark.parametrize("name", [FIRST, f"{FIRST}_ok.csv", f"logs/{FIRST}", f"/var/logs/{FIRST}_ok.csv"])
def test_a_run_may_be_named_by_its_id_or_its_file(tmp_path: Path, name: str) -> None:
    write_run(tmp_path, FIRST)
    write_run(tmp_path, SECOND)
    assert find_resumable(tmp_path, ACTION, name) == FIRST


@pytest.mark.parametrize(
    "wanted", ["latest", SECOND, "otra_20240605T220000Z_eeee", f"{ACTION}_pro_20240604T220000Z_dddd"]
)
def test_a_run_that_is_not_there_or_another_actions_is_refused(tmp_path: Path, wanted: str) -> None:
    write_run(tmp_path, f"{ACTION}_pro_20240604T220000Z_dddd")
    write_run(tmp_path, "otra_20240605T220000Z_eeee")
    with pytest.raises(InputError, match=f"there is no .*run of {ACTION} in "):
        find_resumable(tmp_path, ACTION, wanted)


def test_history_is_that_of_the_run_and_of_those_it_continued(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, ok=[0, 1])
    write_run(tmp_path, SECOND, ok=[2], continues=FIRST)
    write_run(tmp_path, THIRD, ok=[3], continues=SECOND)
    write_run(tmp_path, f"{ACTION}_20240604T220000Z_dddd", ok=[4])
    history = load_history(tmp_path, THIRD)
    assert (history.runs, finished_in(history)) == ((THIRD, SECOND, FIRST), [0, 1, 2, 3])


def test_history_ends_where_files_are_gone(tmp_path: Path) -> None:
    write_run(tmp_path, SECOND, ok=[2], continues=FIRST)
    (tmp_path / f"{SECOND}_changes.jsonl").unlink()
    history = load_history(tmp_path, SECOND)
    assert (history.runs, finished_in(history), history.intents) == ((SECOND,), [2], {})


@pytest.mark.parametrize("manifest", [None, b"", b'{"run": "x", "conti', b"[]"])
def test_a_torn_manifest_continues_nothing(tmp_path: Path, manifest: bytes | None) -> None:
    write_run(tmp_path, FIRST, ok=[0])
    write_run(tmp_path, SECOND, ok=[1], continues=FIRST)
    path = tmp_path / f"{SECOND}_run.json"
    path.unlink()
    if manifest is not None:
        path.write_bytes(manifest)
    assert finished_in(load_history(tmp_path, SECOND)) == [1]


def test_writes_that_an_ok_line_confirms_are_no_longer_open(tmp_path: Path) -> None:
    write_run(
        tmp_path,
        FIRST,
        ok=[0],
        intents=[(0, {"was": 0}), (1, {"was": 1}), (2, {"was": 2})],
        done=[0, 1],
    )
    history = load_history(tmp_path, FIRST)
    assert [history.before(digest(number)) for number in range(4)] == [None, {"was": 1}, {"was": 2}, None]


def test_a_write_that_a_later_run_confirmed_is_no_longer_open(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, intents=[(0, {"was": 0})])
    write_run(tmp_path, SECOND, ok=[0], continues=FIRST)
    assert load_history(tmp_path, SECOND).before(digest(0)) is None


def test_the_state_before_is_that_of_the_first_attempt(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, intents=[(0, {"was": "as found"})])
    write_run(tmp_path, SECOND, intents=[(0, {"was": "half written"})], continues=FIRST)
    assert load_history(tmp_path, SECOND).before(digest(0)) == {"was": "as found"}


def test_a_write_begun_where_there_was_nothing_is_open_too(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, intents=[(0, None)])
    history = load_history(tmp_path, FIRST)
    assert [history.was_begun(digest(number)) for number in range(2)] == [True, False]
    assert history.before(digest(0)) is None


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_last_line_of_ok_csv_is_not_counted(tmp_path: Path, cut: int) -> None:
    write_run(tmp_path, FIRST, ok=[0, 1, 2])
    path = tmp_path / f"{FIRST}_ok.csv"
    path.write_bytes(path.read_bytes()[:-cut])
    assert finished_in(load_history(tmp_path, FIRST)) == [0, 1]


def test_a_line_torn_inside_a_letter_is_not_counted(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, ok=[0, 1])
    path = tmp_path / f"{FIRST}_ok.csv"
    path.write_bytes(path.read_bytes() + f"2,{ACTION},Má".encode()[:-1])
    assert finished_in(load_history(tmp_path, FIRST)) == [0, 1]


@pytest.mark.parametrize("cut", range(1, 120, 17))
def test_a_torn_last_line_of_changes_is_not_counted(tmp_path: Path, cut: int) -> None:
    write_run(tmp_path, FIRST, intents=[(0, {"was": 0}), (1, {"was": 1})])
    path = tmp_path / f"{FIRST}_changes.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    history = load_history(tmp_path, FIRST)
    assert history.before(digest(0)) == {"was": 0}
    assert history.was_begun(digest(1)) is (cut == 1)  # only the line break is gone


def answer(status: int) -> Failure:
    return Failure("AsRestError", f"HTTP {status}", remote={"status": status})


@pytest.mark.parametrize(
    ("failure", "in_doubt"),
    [
        (answer(400), False),
        (answer(404), False),
        (answer(409), True),  # perhaps with our own first attempt, which search does not show yet
        (answer(503), True),
        (Failure("OutcomeUnknown", "sent 3 times"), True),
    ],
)
def test_a_write_that_webex_has_refused_is_in_doubt_no_more(
    tmp_path: Path, failure: Failure, *, in_doubt: bool
) -> None:
    write_run(tmp_path, FIRST, intents=[(0, None)], errors=[(0, failure)])
    history = load_history(tmp_path, FIRST)
    assert (history.was_begun(digest(0)), history.is_in_doubt(digest(0))) == (True, in_doubt)


def test_a_write_that_was_begun_again_after_a_refusal_is_in_doubt_again(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, intents=[(0, None)], errors=[(0, answer(400))])
    write_run(tmp_path, SECOND, intents=[(0, None)], continues=FIRST)
    assert load_history(tmp_path, SECOND).is_in_doubt(digest(0))


def test_what_was_found_is_said_in_one_line(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, ok=[0, 1, 2], intents=[(2, {}), (3, {}), (4, {})], errors=[(4, answer(400))])
    write_run(tmp_path, SECOND, ok=[4], errors=[(5, answer(404))], continues=FIRST)
    assert load_history(tmp_path, SECOND).in_words() == (
        "4 rows done, 1 failed, 1 in doubt (begun, end unknown: they are read back first)"
    )


def test_what_a_power_cut_has_spoilt_is_said_in_a_second_line(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, ok=[0, 1])
    ok, changes = (tmp_path / f"{FIRST}_{name}" for name in ("ok.csv", "changes.jsonl"))
    ok.write_bytes(ok.read_bytes()[:-20] + b"\0" * 20)
    changes.unlink()
    assert load_history(tmp_path, FIRST).in_words().splitlines() == [
        "1 rows done, 0 failed",
        f"1 torn line is left out, and what it told of is read back; missing: {FIRST}_changes.jsonl",
    ]


def test_several_torn_lines_are_counted(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, ok=[0], intents=[(1, {})])
    for name in ("ok.csv", "changes.jsonl"):
        path = tmp_path / f"{FIRST}_{name}"
        path.write_bytes(path.read_bytes()[:-5])
    assert "2 torn lines are left out" in load_history(tmp_path, FIRST).in_words()


@pytest.mark.parametrize("kept", ["run.json", "ok.csv", "error.jsonl", "changes.jsonl"])
def test_a_run_is_found_by_any_of_its_files(tmp_path: Path, kept: str) -> None:
    write_run(tmp_path, FIRST, ok=[0], intents=[(1, None)])
    for path in tmp_path.glob(f"{FIRST}_*"):
        if not path.name.endswith(f"_{kept}"):
            path.unlink()
    history = load_history(tmp_path, find_resumable(tmp_path, ACTION, "latest"))
    assert history.runs == (FIRST,)
    assert finished_in(history) == ([0] if kept == "ok.csv" else [])
    assert history.is_in_doubt(digest(1)) is (kept == "changes.jsonl")


def test_a_run_that_was_killed_before_it_had_files_hands_on_what_it_continued(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, ok=[0])
    write_manifest(tmp_path / f"{SECOND}_run.json", {"run": SECOND, "continues": FIRST})
    history = load_history(tmp_path, find_resumable(tmp_path, ACTION, "latest"))
    assert (history.runs, finished_in(history), history.missing) == ((SECOND, FIRST), [0], ())


def test_a_dry_run_that_was_killed_before_it_had_files_is_not_the_latest(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST)
    write_manifest(tmp_path / f"{SECOND}_run.json", {"run": SECOND, "dry_run": True})
    assert find_resumable(tmp_path, ACTION, "latest") == FIRST


def test_lines_without_a_proper_hash_count_for_nothing(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST, ok=[0])
    path = tmp_path / f"{FIRST}_ok.csv"
    path.write_bytes(path.read_bytes().replace(digest(0).encode(), b"edited by hand"))
    (tmp_path / f"{FIRST}_changes.jsonl").write_bytes(
        b'{"event":"intent"}\n{"event":"intent","payload_hash":7}\n'
    )
    history = load_history(tmp_path, FIRST)
    assert (len(history.finished), history.intents) == (0, {})
