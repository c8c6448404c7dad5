"""docs/files.md against what runs leave: every file, every column, every field."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command_line import ACTION, LOGS, edit_users, odt, send_to_a_stranger, write_samples
from tests.docs.pages import named, pages, section, tables

TEXT = pages()["files.md"]
# of a run in progress, of `odt report`, and of `odt launch`
ALSO = {"<run>.sock", "<run>_report.html", "launch_<time>_report.json"}


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a dry run, a run with a failed, a duplicate and a left row, and a single one leave."""
    folder = tmp_path_factory.mktemp("files_page")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_samples(20)
        edit_users(send_to_a_stranger)
        edit_users(lambda rows: rows.insert(2, rows[1]))
        odt("bulk", ACTION, "--sandbox", "--dry-run")
        odt("bulk", ACTION, "--sandbox", "--fault", "throttle=50/s,burst=5,retry-after=fraction")
        odt("bulk", ACTION, "--sandbox", "--fail-fast", "--concurrency", "1")
        odt("single", ACTION, "--sandbox", "--row-index", "1")
    return folder / LOGS


def header(paths: Iterable[Path]) -> list[str]:
    with next(iter(paths)).open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def records(paths: Iterable[Path]) -> list[dict[str, Any]]:
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


def keys(found: Iterable[dict[str, Any]]) -> set[str]:
    return {name for record in found for name in record}


def columns(anchor: str, table: int = 0) -> list[str]:
    return named(tables(section(TEXT, anchor))[table])


def test_every_file_is_in_the_table(logs: Path) -> None:
    left = {re.sub(rf"{ACTION}_\w+Z_[0-9a-f]{{4}}_", "<run>_", path.name) for path in logs.iterdir()}
    left = {name.replace(ACTION, "<action>") for name in left}
    assert set(named(tables(TEXT)[0])) - ALSO == left


@pytest.mark.parametrize("anchor", ["ok", "skipped"])
def test_the_columns_of_a_csv_file_are_all_there(anchor: str, logs: Path) -> None:
    assert columns(anchor) == header(logs.glob(f"*_{anchor}.csv"))


def test_rejected_rows_have_two_columns_more_than_pending_ones(logs: Path) -> None:
    given = header(logs.glob("*_pending.csv"))
    assert [*given, *columns("rejected")] == header(logs.glob("*_rejected.csv"))


@pytest.mark.parametrize(
    ("anchor", "pattern"),
    [("error", "*_error.jsonl"), ("plan", "*_plan.jsonl"), ("timeline", "*_timeline.jsonl")],
)
def test_the_fields_of_a_line_are_all_there(anchor: str, pattern: str, logs: Path) -> None:
    assert set(columns(anchor)) == keys(records(logs.glob(pattern)))


@pytest.mark.parametrize(("table", "event"), [(0, "intent"), (1, "done")])
def test_the_fields_of_a_change_are_all_there(table: int, event: str, logs: Path) -> None:
    written = [record for record in records(logs.glob("*_changes.jsonl")) if record["event"] == event]
    assert set(columns("changes", table)) == keys(written)


@pytest.mark.parametrize("anchor", ["report", "run", "status"])
def test_the_fields_of_an_object_are_all_there(anchor: str, logs: Path) -> None:
    objects = [json.loads(path.read_bytes()) for path in logs.glob(f"*_{anchor}.json")]
    assert set(columns(anchor)) == keys(objects)


def test_the_fields_of_an_answer_in_the_log_are_all_there(logs: Path) -> None:
    answers = records([logs / f"{ACTION}.log"])
    answer = next(record for record in answers if record["event"] == "http.response")
    told = set(re.findall(r"`([a-z_]+)`", section(TEXT, "log").partition("\n|")[0]))
    assert answer.keys() - {"event"} <= told
