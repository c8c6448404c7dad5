from __future__ import annotations

import json
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from odt_async.cli import cli
from odt_async.model import Status
from odt_async.runner.lock import action_lock
from odt_async.runs import find
from tests.cli.command_line import (
    ACTION,
    LOGS,
    PROGRAM,
    counts_of,
    edit_users,
    odt,
    run_of,
    send_to_a_stranger,
    write_samples,
)
from tests.cli.terminal import Terminal, terminal
from tests.runs.leaving import failed, leave_run, outcome

ROOT = Path(__file__).parents[2]
OLD = f"{ACTION}_20200101T100000Z_aaaa"
FIRST = f"{ACTION}_20260701T220000Z_7f3a"
SECOND = f"{ACTION}_20260702T220000Z_0b1c"
OK = [outcome(Status.APPLIED, number) for number in range(3)]


@pytest.fixture(autouse=True)
def _utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def names(*arguments: str) -> list[str]:
    listed: list[dict[str, Any]] = json.loads(odt("runs", *arguments, "--json").stdout)
    return [run["run"] for run in listed]


def on_a_terminal(
    *arguments: str, columns: int = 80, answer: str = "", **variables: str
) -> tuple[int, Terminal]:
    """Call `odt runs` in front of a terminal; return the exit code and what was to be seen."""
    with terminal(columns=columns) as shown:
        shown.type(answer)
        environment = {"TERM": "xterm-256color", "TZ": "UTC", "PYTHONPATH": str(ROOT), **variables}
        done = subprocess.run(
            [*PROGRAM, "runs", *arguments],
            stdin=shown.descriptor,
            stdout=shown.descriptor,
            stderr=shown.descriptor,
            env=environment,
            check=False,
        )
    return done.returncode, shown


def leave_two_runs() -> None:
    leave_run(LOGS, FIRST, [*OK, failed(3)], report={})
    leave_run(LOGS, SECOND, OK, total=5)


def test_on_a_wide_terminal_runs_are_a_table_with_short_names() -> None:
    leave_two_runs()
    code, shown = on_a_terminal(columns=140)
    lines = [line for line in shown.screen.lines if line]
    assert (code, [line.split()[0] for line in lines]) == (0, ["run", "0b1c", "7f3a"])
    assert max(map(len, lines)) <= 140
    assert "\x1b[32mfinished" in shown.raw


def test_on_a_narrow_terminal_a_run_takes_three_short_lines() -> None:
    leave_two_runs()
    _code, shown = on_a_terminal("--action", ACTION, "--state", "finished")
    assert [line for line in shown.screen.lines if line] == [
        f"7f3a {ACTION}",
        "     2026-07-01 22:00  finished  0:01:00",
        "     4 rows: 3 applied, 1 failed",
    ]


def test_there_is_no_colour_for_those_who_want_none() -> None:
    leave_two_runs()
    assert "\x1b[3" not in on_a_terminal(NO_COLOR="1")[1].raw


def test_runs_are_a_plain_table_where_there_is_no_terminal() -> None:
    leave_run(LOGS, FIRST, [*OK, failed(3)], total=6, report={"state": "stopped", "stop_reason": "SIGINT"})
    leave_run(LOGS, SECOND, OK, report={})
    result = odt("runs")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line.split() for line in result.stdout.splitlines()] == [
        [
            "run",
            "action",
            "when",
            "state",
            "rows",
            "ok",
            "unchanged",
            "errors",
            "skipped",
            "pending",
            "duration",
        ],
        [SECOND, ACTION, "2026-07-02", "22:00", "finished", "3", "3", "0", "0", "0", "0", "0:01:00"],
        [FIRST, ACTION, "2026-07-01", "22:00", "interrupted", "6", "3", "0", "1", "0", "2", "0:01:00"],
    ]


def test_a_dry_run_has_a_column_for_what_would_change() -> None:
    leave_run(LOGS, FIRST, [outcome(Status.PLANNED, 0)], report={}, dry_run=True)
    head, line = odt("runs").stdout.splitlines()
    assert "would change" in head
    assert "finished, dry run" in line


def test_where_there_is_no_run_that_is_said() -> None:
    result = odt("runs")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no such run in logs\n")


def test_runs_are_chosen_by_action_state_and_number() -> None:
    other = "workspaces_alta_20260703T220000Z_1234"
    leave_run(LOGS, FIRST)
    leave_run(LOGS, SECOND, report={})
    leave_run(LOGS, other, report={})
    assert names() == [other, SECOND, FIRST]
    assert names("--action", ACTION) == [SECOND, FIRST]
    assert names("--state", "killed", "--state", "running") == [FIRST]
    assert names("--limit", "1") == [other]
    assert odt("runs", "--limit", "1").stderr == "there are more: --limit 0 shows all\n"
    assert odt("runs", "--limit", "3").stderr == ""


def test_a_run_under_way_is_listed_as_running() -> None:
    with action_lock(LOGS, ACTION):
        leave_run(LOGS, FIRST, OK, total=9, started="2099-01-01T00:00:00Z")
        (run,) = json.loads(odt("runs", "--json").stdout)
    assert (run["state"], run["exit_code"], run["by_status"]) == (
        "running",
        None,
        {"applied": 3, "pending": 6},
    )


def test_the_logs_folder_may_stand_before_or_behind_the_command() -> None:
    leave_run(Path("elsewhere"), FIRST, report={})
    for arguments in (
        ["--logs-dir", "elsewhere", "show", "7f3a"],
        ["show", "7f3a", "--logs-dir", "elsewhere"],
    ):
        assert odt("runs", *arguments).stdout.startswith(FIRST)


def test_a_run_is_shown_with_all_that_can_be_done_with_it() -> None:
    write_samples(4)
    edit_users(send_to_a_stranger)
    first = run_of(odt("bulk", ACTION, "--sandbox", "--concurrency", "3"))
    result = odt("runs", "show", "latest")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == first
    assert set(LOGS.glob(f"{first}*")) == set(find(LOGS, first).files.values())  # prune would forget another
    assert "  state     finished, exit code 1" in lines
    assert "  rows      4 rows: 3 applied, 1 failed" in lines
    assert any("concurrency=3" in line for line in lines)
    assert [name for name in counts_of(first) if not any(line.endswith(f"_{name}") for line in lines)] == []
    assert any(line.startswith("          1  AsRestError: ") for line in lines)
    commands = [line.partition(" -m odt_async ")[2] for line in lines if " -m odt_async " in line]
    assert commands == [
        f"bulk {ACTION} --concurrency 3 --resume {first} --replay failed",
        f"undo {first} --dry-run",
        f"report {first}",
    ]


def test_a_resumed_run_is_shown_with_those_before_and_behind_it() -> None:
    third = f"{ACTION}_20260703T220000Z_1234"
    leave_run(LOGS, FIRST, report={}, continues=OLD)
    leave_run(LOGS, SECOND, report={}, continues=FIRST)
    leave_run(LOGS, third, report={}, continues=SECOND)
    text = odt("runs", "show", SECOND).stdout
    assert f"  went on with  {FIRST}, {OLD}\n" in text
    assert f"  continued by  {third}\n" in text
    record = json.loads(odt("runs", "show", SECOND, "--json").stdout)
    assert (record["chain"], record["continued_by"]) == ([FIRST, OLD], [third])


def test_an_undo_is_shown_beside_the_run_that_it_took_back() -> None:
    leave_run(LOGS, FIRST, OK, report={})
    leave_run(LOGS, SECOND, OK[:1], total=3, report={"state": "stopped", "stop_reason": "x"}, undoes=FIRST)
    assert f"  taken back by  {SECOND} (stopped, undo)\n" in odt("runs", "show", FIRST).stdout
    text = odt("runs", "show", SECOND).stdout
    assert f"  took back  {FIRST}\n" in text
    assert f"undo {FIRST}\n" in text


@pytest.mark.parametrize(("state", "commands"), [("finished", ["report"]), ("stopped", ["undo", "report"])])
def test_what_has_been_taken_back_is_not_to_be_taken_back_or_gone_on_with(
    state: str, commands: list[str]
) -> None:
    leave_run(LOGS, FIRST, OK, total=9, report={})
    leave_run(LOGS, SECOND, OK, report={"state": state}, undoes=FIRST)
    record = json.loads(odt("runs", "show", FIRST, "--json").stdout)
    assert record["undone_by"] == [SECOND]
    assert [words.partition(" -m odt_async ")[2].split()[0] for words in record["follow_up"]] == commands


def test_the_rehearsal_of_an_undo_has_taken_nothing_back() -> None:
    leave_run(LOGS, FIRST, OK, report={})
    leave_run(LOGS, SECOND, [outcome(Status.PLANNED, 0)], report={}, dry_run=True, undoes=FIRST)
    assert "taken back" not in odt("runs", "show", FIRST).stdout
    text = odt("runs", "show", SECOND).stdout
    assert f"  rehearsed for  {FIRST}\n" in text
    assert f"undo {FIRST}\n" in text


@pytest.mark.parametrize(
    ("options", "commands"),
    [
        ({"dry_run": True, "report": {}}, ["bulk", "report"]),
        ({"started": "2099-01-01T00:00:00Z"}, ["watch", "ctl", "report"]),
    ],
)
def test_what_can_be_done_follows_from_the_state(options: dict[str, Any], commands: list[str]) -> None:
    with action_lock(LOGS, ACTION):
        rows = [outcome(Status.PLANNED, 0)] if options.get("dry_run") else OK
        leave_run(LOGS, FIRST, rows, **options)
        record = json.loads(odt("runs", "show", FIRST, "--json").stdout)
    assert [words.partition(" -m odt_async ")[2].split()[0] for words in record["follow_up"]] == commands


@pytest.mark.parametrize("folder", ["logs", "elsewhere"])
@pytest.mark.parametrize(
    "options",
    [
        {"report": {}},
        {"report": {}, "settings": {"input_dir": "tonight"}, "total": 9},
        {"report": {}, "settings": {"input_dir": "tonight"}, "dry_run": True},
        {"report": {}, "undoes": FIRST, "total": 9},
        {"report": {}, "undoes": FIRST, "dry_run": True},
    ],
)
def test_what_can_be_done_can_be_typed_as_it_is_written(options: dict[str, Any], folder: str) -> None:
    rows = [outcome(Status.PLANNED if options.get("dry_run") else Status.APPLIED, 0)]
    leave_run(Path(folder), SECOND, rows, **options)
    record = json.loads(odt("runs", "--logs-dir", folder, "show", SECOND, "--json").stdout)
    group = click.Context(cli, info_name="odt", **cli.context_settings)
    for line in record["follow_up"]:
        name, *words = shlex.split(line.partition(" -m odt_async ")[2])
        command = cli.get_command(group, name)
        assert command is not None
        given = command.make_context(name, words, parent=group).params
        assert str(given["logs_dir"] or "logs") == folder
        assert given.get("input_dir") in {None, Path("tonight")}


def test_a_secret_in_a_manifest_is_not_shown() -> None:
    leave_run(LOGS, FIRST, report={}, settings={"access_token": "**********", "concurrency": 3})
    text = odt("runs", "show", FIRST).stdout
    assert "settings  concurrency=3\n" in text


@pytest.mark.parametrize("command", [["runs"], ["runs", "show"], ["report", "--lang", "en"]])
def test_the_files_of_another_user_are_one_line(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    leave_run(LOGS, FIRST, OK)

    def refused(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refused)
    result = odt(*command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"odt: logs/{FIRST}_run.json cannot be read: Permission denied\n"


def test_runs_that_went_alike_end_with_0() -> None:
    leave_run(LOGS, FIRST, OK)
    leave_run(LOGS, SECOND, OK)
    result = odt("runs", "diff", "7f3a", "latest")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines()[-1] == "no row has another outcome"


def test_differences_are_lines_and_end_with_1() -> None:
    edited = outcome(Status.APPLIED, 5, payload_hash="f" * 32, entity_id="P3")
    leave_run(LOGS, FIRST, [*OK[1:], failed(0), failed(3), failed(4)], total=8)
    leave_run(LOGS, SECOND, [*OK, edited])
    result = odt("runs", "diff", FIRST, SECOND)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "row 0  P0  error (AsRestError: HTTP 404) -> applied",
        "row 3 (in B 5), edited  P3  error (AsRestError: HTTP 404) -> applied",
        "row 4  P4  only in A: error (AsRestError: HTTP 404)",
    ]
    assert result.stderr.splitlines()[2:] == [
        "2 rows: error -> applied",
        "1 row: only in A: error",
        "3 rows of A were not attempted: they are none of these",
    ]


def test_the_kinds_of_differences_are_told_in_the_language_that_is_spoken() -> None:
    leave_run(LOGS, FIRST, OK)
    leave_run(LOGS, SECOND, OK[1:], total=len(OK) - 1)
    result = odt("runs", "diff", FIRST, SECOND, "--lang", "es")
    assert result.stderr.splitlines()[-1] == "1 fila: solo en A: applied"


def test_differences_are_lines_of_json() -> None:
    leave_run(LOGS, FIRST, OK)
    leave_run(LOGS, SECOND, OK[:2])
    (line,) = odt("runs", "diff", FIRST, SECOND, "--json").stdout.splitlines()
    assert json.loads(line)["kind"] == "only in A: applied"


@pytest.mark.parametrize("command", [["show", "nope"], ["diff", "7f3a", "nope"]])
def test_a_run_that_is_not_there_ends_with_2(command: list[str]) -> None:
    leave_run(LOGS, FIRST)
    result = odt("runs", *command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "odt: there is no run nope in logs: `odt runs` lists them\n"


def leave_an_old_run() -> None:
    leave_run(LOGS, OLD, OK, report={})
    leave_run(LOGS, FIRST, OK, report={})


def test_pruning_says_what_and_how_much_and_removes_it() -> None:
    leave_an_old_run()
    size = sum(path.stat().st_size for path in LOGS.glob(f"{OLD}_*"))
    result = odt("runs", "prune", "--older-than", "90d", "--auto-confirm")
    assert result.exit_code == 0
    assert result.stdout.split() == [f"{size / 1024:.1f}", "KiB", OLD]
    said = f"{size / 1024:.1f} KiB"
    assert result.stderr.splitlines() == [f"1 run, 5 files, {said}", f"removed: 1 run, {said}"]
    assert [run["run"] for run in json.loads(odt("runs", "--json").stdout)] == [FIRST]


def test_a_dry_run_of_pruning_removes_nothing() -> None:
    leave_an_old_run()
    assert odt("runs", "prune", "--older-than", "12w", "--dry-run").exit_code == 0
    assert names() == [FIRST, OLD]


def test_nothing_is_removed_where_nobody_can_be_asked() -> None:
    leave_an_old_run()
    result = odt("runs", "prune", "--older-than", "90d")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("odt: nobody can be asked here")
    assert names() == [FIRST, OLD]


@pytest.mark.parametrize(("answer", "code", "kept"), [("s\n", 0, [FIRST]), ("\n", 2, [FIRST, OLD])])
def test_somebody_at_a_terminal_is_asked(answer: str, code: int, kept: list[str]) -> None:
    leave_an_old_run()
    assert on_a_terminal("prune", "--older-than", "90d", answer=answer)[0] == code
    assert names() == kept


def test_the_runs_of_an_action_that_is_under_way_are_left_alone() -> None:
    leave_an_old_run()
    with action_lock(LOGS, ACTION):
        result = odt("runs", "prune", "--older-than", "90d", "--auto-confirm")
    assert result.exit_code == 0
    assert result.stderr.splitlines()[1].startswith(f"left alone: {ACTION} is running already")
    assert find(LOGS, OLD).state == "finished"


def test_where_nothing_is_old_that_is_said() -> None:
    leave_run(LOGS, FIRST, OK)
    result = odt("runs", "prune", "--older-than", "36h")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "nothing to remove in logs\n")


@pytest.mark.parametrize("age", ["90", "d", "-1d", "1.5d", "90 days", "999999d"])
def test_an_age_that_cannot_be_read_is_refused(age: str) -> None:
    result = odt("runs", "prune", f"--older-than={age}")
    assert result.exit_code == 2
    assert "write 90d, 12w or 36h" in result.stderr
