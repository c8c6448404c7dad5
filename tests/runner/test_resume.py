from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.errors import InputError
from odt_async.model import Status
from odt_async.runner.resume import FingerprintSet, History, find_run, load_history
from odt_async.sinks.appender import GroupSync
from odt_async.sinks.changes_jsonl import ChangesJsonl
from odt_async.sinks.ok_csv import OkCsv
from odt_async.sinks.run_json import write_manifest
from tests.runner.building import make_outcome

ACTION = "usuarios_desvio"
FIRST = f"{ACTION}_20240601T220000Z_aaaa"
SECOND = f"{ACTION}_20240602T220000Z_bbbb"
THIRD = f"{ACTION}_20240603T220000Z_cccc"

# the size of the table is capacity / 0.85: multiples of it and their neighbours want the same places
NUMBERS = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 12).map(lambda n: n * 59), max_size=50)


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


def test_without_resume_nothing_is_finished_and_nothing_begun() -> None:
    history = History()
    assert (finished_in(history), history.runs, history.intents) == ([], (), {})


def test_latest_is_the_newest_run_of_the_action_that_was_no_dry_run(tmp_path: Path) -> None:
    write_run(tmp_path, FIRST)
    write_run(tmp_path, SECOND)
    write_run(tmp_path, THIRD, dry_run=True)
    write_run(tmp_path, f"{ACTION}_pro_20240604T220000Z_dddd")
    write_run(tmp_path, "otra_20240605T220000Z_eeee")
    assert find_run(tmp_path, ACTION, "latest") == SECOND


def test_of_two_runs_in_one_second_the_later_is_the_latest(tmp_path: Path) -> None:
    write_run(tmp_path, f"{ACTION}_20240601T220000Z_ffff", started="2024-06-01T22:00:00.100Z")
    write_run(tmp_path, f"{ACTION}_20240601T220000Z_0000", started="2024-06-01T22:00:00.900Z")
    assert find_run(tmp_path, ACTION, "latest") == f"{ACTION}_20240601T220000Z_0000"


@pytest.mark.parametrize("name", [FIRST, f"{FIRST}_ok.csv", f"logs/{FIRST}", f"/var/logs/{FIRST}_ok.csv"])
def test_a_run_may_be_named_by_its_id_or_its_file(tmp_path: Path, name: str) -> None:
    write_run(tmp_path, FIRST)
    write_run(tmp_path, SECOND)
    assert find_run(tmp_path, ACTION, name) == FIRST


@pytest.mark.parametrize(
    "wanted", ["latest", SECOND, "otra_20240605T220000Z_eeee", f"{ACTION}_pro_20240604T220000Z_dddd"]
)
def test_a_run_that_is_not_there_or_another_actions_is_refused(tmp_path: Path, wanted: str) -> None:
    write_run(tmp_path, f"{ACTION}_pro_20240604T220000Z_dddd")
    write_run(tmp_path, "otra_20240605T220000Z_eeee")
    with pytest.raises(InputError, match=f"there is no .*run of {ACTION} in "):
        find_run(tmp_path, ACTION, wanted)


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
