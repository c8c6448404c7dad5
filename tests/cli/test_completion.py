"""What the shell is told when it completes, by the protocol that click's scripts speak with it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from odt_async import actions
from odt_async.cli import cli
from odt_async.sandbox.faults import Faults, fault_examples, parse_faults
from tests.cli.command_line import ACTION, LOGS, odt
from tests.runs.leaving import leave_run

HEAVY = ("aiohttp", "anyio", "asyncio", "jinja2", "phonenumbers", "pydantic", "rich", "structlog", "wxc_sdk")
RUN = f"{ACTION}_20260701T220000Z_7f3a"
OTHER = "workspaces_alta_20260702T220000Z_0b1c"


def completed(*words: str) -> list[str]:
    """Return what bash is offered for the last of *words*, which may be empty."""
    variables = {
        "_ODT_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["odt", *words]),
        "COMP_CWORD": str(len(words)),
    }
    result = CliRunner(env=variables).invoke(cli, [], prog_name="odt")
    assert result.exit_code == 0
    return [line.partition(",")[2] or line.rstrip(",") for line in result.stdout.split()]


@pytest.mark.parametrize(
    ("shell", "words"),
    [
        ("bash", ["complete -o nosort -F _odt_completion odt", "_ODT_COMPLETE=bash_complete"]),
        ("zsh", ["#compdef odt", "_ODT_COMPLETE=zsh_complete"]),
        ("fish", ["function _odt_completion", "_ODT_COMPLETE=fish_complete"]),
    ],
)
def test_every_shell_gets_its_script(shell: str, words: list[str]) -> None:
    result = odt("completion", shell)
    assert result.exit_code == 0
    assert [word for word in words if word not in result.stdout] == []


def test_commands_and_those_below_them_are_completed() -> None:
    assert completed("ru") == ["runs"]
    assert completed("runs", "") == ["diff", "prune", "show"]


def test_options_are_completed() -> None:
    assert completed("bulk", ACTION, "--max-err") == ["--max-errors"]


@pytest.mark.parametrize(
    "words",
    [
        ("bulk",),
        ("plan",),
        ("single",),
        ("actions",),
        ("check",),
        ("check", ACTION),
        ("launch", "--script-name"),
        ("runs", "--action"),
    ],
)
def test_actions_are_completed(words: tuple[str, ...]) -> None:
    assert completed(*words, "usuarios_") == [
        name for name in actions.names() if name.startswith("usuarios_")
    ]


@pytest.mark.parametrize(
    "words",
    [("watch",), ("report",), ("runs", "show"), ("runs", "diff"), ("runs", "diff", "latest")],
)
def test_runs_are_completed_the_newest_first(words: tuple[str, ...]) -> None:
    leave_run(LOGS, RUN)
    leave_run(LOGS, OTHER)
    assert completed(*words, "") == ["latest", OTHER, RUN]
    assert completed(*words, "w") == [OTHER]


def test_only_a_run_that_may_have_written_is_offered_to_be_undone() -> None:
    leave_run(LOGS, RUN)
    leave_run(LOGS, OTHER)
    (LOGS / f"{RUN}_changes.jsonl").touch()
    assert completed("undo", "") == [RUN]


def test_runs_are_looked_for_where_the_command_line_says(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_run(Path("elsewhere"), RUN)
    assert completed("watch", "--logs-dir", "elsewhere", "") == ["latest", RUN]
    assert completed("runs", "--logs-dir", "elsewhere", "show", "") == ["latest", RUN]
    monkeypatch.setenv("ODT_LOGS_DIR", "elsewhere")
    assert completed("watch", "") == ["latest", RUN]


def test_the_run_to_resume_is_one_of_the_action() -> None:
    leave_run(LOGS, RUN)
    leave_run(LOGS, OTHER)
    assert completed("bulk", ACTION, "--resume", "") == ["latest", RUN]


def test_orders_to_a_run_are_completed() -> None:
    LOGS.mkdir()
    (LOGS / f"{RUN}.sock").touch()
    orders = ["status", "pause", "resume", "stop", "set"]
    assert completed("ctl", "") == [*orders, RUN]
    assert completed("ctl", RUN, "") == orders
    assert completed("ctl", RUN, "set", "") == ["concurrency=", "rate="]
    assert completed("ctl", RUN, "stop", "") == []


def test_faults_are_completed_as_they_may_be_written() -> None:
    assert completed("bulk", ACTION, "--fault", "5") == ["5xx=2%"]
    assert parse_faults(fault_examples()) != Faults()


def test_folders_and_files_are_left_to_the_shell() -> None:
    assert completed("bulk", ACTION, "--input-dir", "") == ["file"]


PROBE = """
import json, sys
from odt_async.cli import cli
try:
    cli([], prog_name="odt")
except SystemExit:
    pass
print(json.dumps([name for name in json.loads(sys.argv[1]) if name in sys.modules]), file=sys.stderr)
"""


@pytest.mark.parametrize("words", ["odt ", "odt bulk u", "odt watch ", "odt bulk x --resume ", "odt bulk --"])
def test_completing_imports_nothing_heavy(words: str) -> None:
    leave_run(LOGS, RUN)
    variables = {
        "_ODT_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    command = [sys.executable, "-c", PROBE, json.dumps(HEAVY)]
    result = subprocess.run(command, capture_output=True, check=True, env=variables)
    assert result.stdout != b""
    assert json.loads(result.stderr) == []
