"""The report is whole, or it is not there."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from odt_async.errors import OutputFailed
from odt_async.sinks.report_json import write_report

FILE = Path("run_report.json")
SUMMARY = {"script_name": "usuarios_alta", "errors": 0, "by_status": {"applied": 2}}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_report_is_json_with_the_results_last_and_one_on_each_line(count: int) -> None:
    results = [{"row_index": number, "error": None} for number in range(count)]

    write_report(FILE, SUMMARY, iter(results))

    text = FILE.read_text()
    assert list(json.loads(text).items()) == [*SUMMARY.items(), ("results", results)]
    assert sum("row_index" in line for line in text.splitlines()) == count


def test_only_its_owner_reads_the_report_and_nothing_else_is_left() -> None:
    write_report(FILE, SUMMARY, [])
    assert [(path.name, path.stat().st_mode & 0o777) for path in Path.cwd().iterdir()] == [(FILE.name, 0o600)]


def test_words_that_utf_8_cannot_hold_do_not_lose_the_report() -> None:
    write_report(FILE, {"error_groups": {"petici\udcf3n": 1}}, [{"error": "petici\udcf3n"}])
    assert json.loads(FILE.read_text()) == {
        "error_groups": {"petici?n": 1},
        "results": [{"error": "petici?n"}],
    }


def test_a_report_that_cannot_be_finished_leaves_the_old_one_alone() -> None:
    def results() -> Iterator[dict[str, Any]]:
        yield {"row_index": 0}
        raise OSError(errno.ENOSPC, "No space left on device")

    write_report(FILE, {"first": True}, [])
    with pytest.raises(OutputFailed, match=r"^run_report.json cannot be written: No space left on device$"):
        write_report(FILE, {"first": False}, results())

    assert json.loads(FILE.read_text()) == {"first": True, "results": []}
    assert list(Path.cwd().iterdir()) == [Path.cwd() / FILE]
