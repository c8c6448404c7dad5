"""What `bulk` tells the directory about the names to come, and the report about what they cost."""

from __future__ import annotations

import json

from odt_async.sandbox import SandboxSettings
from odt_async.sandbox.samples import write_input
from tests.cli.command_line import ACTION, INPUT, edit_users, odt


def write_rows_without_ids(rows: int) -> None:
    write_input(INPUT, rows, SandboxSettings(), with_ids=False, force=True)


def spoil_the_first(rows: list[dict[str, str]]) -> None:
    rows[0]["email"] = "nobody"


def test_the_names_of_all_rows_decide_how_they_are_looked_up() -> None:
    write_rows_without_ids(40)
    result = odt("bulk", ACTION, "--sandbox", "--dry-run", "--json")
    assert json.loads(result.stdout)["lookups"] == [
        {"kind": "person", "names": 40, "calls": 1, "how": "listing"}
    ]


def test_a_resumed_run_counts_only_the_names_that_are_left() -> None:
    write_rows_without_ids(40)
    odt("bulk", ACTION, "--sandbox")
    write_rows_without_ids(42)
    edit_users(spoil_the_first)
    result = odt("bulk", ACTION, "--sandbox", "--resume", "--json")
    assert json.loads(result.stdout)["lookups"] == [
        {"kind": "person", "names": 2, "calls": 2, "how": "one by one"}
    ]
