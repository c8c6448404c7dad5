"""`plan`, and `bulk --plan` that carries it out: from the operator's chair."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from odt_async.sandbox import Sandbox
from tests.cli.command_line import (
    ACTION,
    LOGS,
    edit_users,
    odt,
    run_of,
    send_to_a_stranger,
    served,
    write_samples,
)

if TYPE_CHECKING:
    from click.testing import Result


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox that outlives the commands, which find it by their environment."""
    with served() as opened:
        monkeypatch.setenv("WEBEX_ACCESS_TOKEN", opened.token)
        monkeypatch.setenv("WEBEX_BASE_URL", opened.url)
        yield opened


def plan_file(result: Result) -> Path:
    (line,) = (line for line in result.stderr.splitlines() if line.startswith("to apply it: "))
    return Path(line.rpartition(" ")[2])


def test_a_plan_counts_rows_and_fields_and_writes_nothing(sandbox: Sandbox) -> None:
    write_samples(4)
    odt("bulk", ACTION)
    sandbox.journal.clear()
    write_samples_with(4, {0: {"destination": "8001"}, 1: {"destination": "8002"}})
    result = odt("plan", ACTION)
    methods = {method for method, _route, _result in sandbox.journal.requests}
    assert (result.exit_code, methods) == (5, {"GET"})
    assert result.stdout == "2 change, 2 unchanged, 0 errors; destination: 2\n"


def write_samples_with(rows: int, values: dict[int, dict[str, str]]) -> None:
    """Give rows that are there already other values."""

    def edit(table: list[dict[str, str]]) -> None:
        assert len(table) == rows
        for index, cells in values.items():
            table[index].update(cells)

    edit_users(edit)


@pytest.mark.usefixtures("sandbox")
def test_nothing_to_change_is_0() -> None:
    write_samples(3)
    odt("bulk", ACTION)
    result = odt("plan", ACTION)
    assert (result.exit_code, result.stdout) == (0, "0 change, 3 unchanged, 0 errors\n")
    assert "to apply it" not in result.stderr


def test_a_failed_row_is_1() -> None:
    write_samples(3)
    edit_users(send_to_a_stranger)
    result = odt("plan", ACTION, "--sandbox")
    assert result.exit_code == 1
    assert result.stdout.startswith("2 change, 0 unchanged, 1 error; ")
    assert "to mend: " in result.stderr


@pytest.mark.parametrize(
    ("arguments", "rows"), [([], []), (["--show", "2"], [2]), (["--rows"], [0, 1, 2])], ids=str
)
def test_rows_are_shown_on_demand(arguments: list[str], rows: list[int]) -> None:
    write_samples(3)
    result = odt("plan", ACTION, "--sandbox", *arguments)
    lines = result.stdout.splitlines()
    assert [int(line.split()[1]) for line in lines if line.startswith("row ")] == rows
    assert len([line for line in lines if line.startswith("    callForwarding.always.destination: ")]) == len(
        rows
    )
    assert lines[-1].startswith("3 change, ")


def test_the_same_as_json() -> None:
    write_samples(3)
    result = odt("plan", ACTION, "--sandbox", "--show", "1", "--json")
    head = json.loads(result.stdout)
    assert (head["by_status"]["planned"], head["fields"]["destination"]) == (3, 3)
    assert [row["row_index"] for row in head["rows"]] == [1]
    assert Path(head["plan"]).name == f"{head['run']}_plan.jsonl"


@pytest.mark.usefixtures("sandbox")
def test_a_saved_plan_is_carried_out_and_a_row_that_is_not_in_it_is_left_out() -> None:
    write_samples(3)
    path = plan_file(odt("plan", ACTION, "--set", "enabled=TRUE"))
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    result = odt("bulk", ACTION, "--plan", str(path))
    skipped = (LOGS / f"{run_of(result)}_skipped.csv").read_text("utf-8-sig").splitlines()
    assert result.exit_code == 0
    assert ": 2 applied, 0 unchanged, 1 skipped, 0 failed\n" in result.stderr
    assert [line.rpartition(",")[2] for line in skipped[1:]] == ["filtered"]


@pytest.mark.usefixtures("sandbox")
def test_the_printed_command_carries_the_plan_out() -> None:
    write_samples(3)
    planned = odt("plan", ACTION, "--concurrency", "2")
    (line,) = (line for line in planned.stderr.splitlines() if line.startswith("to apply it: "))
    program, module, name, *words = line.removeprefix("to apply it: ").split()
    assert (program, module, name) == ("python", "-m", "odt_async")
    assert words[:4] == ["bulk", ACTION, "--concurrency", "2"]
    assert odt(*words).exit_code == 0


@pytest.mark.usefixtures("sandbox")
def test_a_row_whose_state_has_drifted_since_is_refused() -> None:
    write_samples(3)
    path = plan_file(odt("plan", ACTION))
    odt("single", ACTION, "--set", "destination=8999")
    result = odt("bulk", ACTION, "--plan", str(path))
    (error,) = (LOGS / f"{run_of(result)}_error.jsonl").read_bytes().splitlines()
    failed = json.loads(error)
    assert result.exit_code == 1
    assert (failed["row_index"], failed["error_type"]) == (0, "PlanDrifted")
    assert "callForwarding.always.enabled: in the plan false, now true" in failed["error"]


@pytest.mark.usefixtures("sandbox")
def test_a_row_that_was_edited_since_is_not_in_the_plan() -> None:
    write_samples(3)
    path = plan_file(odt("plan", ACTION))
    write_samples_with(3, {0: {"destination": "8001"}})
    result = odt("bulk", ACTION, "--plan", str(path))
    assert "1 row of the plan is not in input_data/usuarios.csv as it was\n" in result.stderr
    assert ": 2 applied, 0 unchanged, 1 skipped, 0 failed\n" in result.stderr


def test_a_plan_of_other_rows_is_refused() -> None:
    write_samples(3)
    path = plan_file(odt("plan", ACTION, "--sandbox"))
    result = odt("bulk", ACTION, "--sandbox", "--plan", str(path), "--set", "destination=8001")
    assert result.exit_code == 2
    assert "none of its rows is in input_data/usuarios.csv" in result.stderr


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "cannot be read: No such file"), ("{}\n", "holds no planned row")]
)
def test_a_file_that_is_no_plan_is_refused(content: str | None, reason: str) -> None:
    write_samples(3)
    if content is not None:
        Path("mine.jsonl").write_text(content)
    result = odt("bulk", ACTION, "--sandbox", "--plan", "mine.jsonl")
    assert result.exit_code == 2
    assert f"odt: --plan mine.jsonl: {reason}" in result.stderr
