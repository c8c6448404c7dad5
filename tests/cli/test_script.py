"""Every action as a script of its own."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import click
import pytest
from click.testing import CliRunner, Result

from odt_async import actions
from odt_async.cli.bulk import bulk
from odt_async.cli.script import command_of
from odt_async.cli.single import single
from odt_async.dataset import accepted_columns
from tests.cli.command_line import ACTION, INPUT, LOGS, counts_of, follow_up, only, run_of, write_samples

PACKAGE = Path(actions.__file__).parent


def script(name: str, *arguments: str) -> Result:
    program = ["python", "-m", f"odt_async.actions.{name}"]
    with (
        patch.object(sys, "argv", ["x.py", *arguments]),
        patch.object(sys, "orig_argv", [*program, *arguments]),
    ):
        return CliRunner().invoke(command_of(name), arguments, catch_exceptions=False)


def flags_of(name: str) -> list[str]:
    return [flag for option in command_of(name).params for flag in option.opts]


@pytest.mark.parametrize("name", actions.names())
def test_every_action_ends_in_the_same_lines(name: str) -> None:
    tail = ast.parse((PACKAGE / f"{name}.py").read_text("utf-8")).body[-1]
    assert ast.unparse(tail).splitlines() == [
        "if __name__ == '__main__':",
        "    from odt_async.cli.script import main",
        "    main(__file__)",
    ]


@pytest.mark.parametrize("name", actions.names())
def test_every_name_of_every_column_is_a_flag(name: str) -> None:
    columns = accepted_columns(actions.load(name).Params)
    wanted = {f"--{column.replace('_', '-')}" for names in columns.values() for column in names}
    assert wanted - set(flags_of(name)) == set()


@pytest.mark.parametrize("name", actions.names())
def test_no_flag_means_two_things(name: str) -> None:
    flags = flags_of(name)
    assert sorted(set(flags)) == sorted(flags)


@pytest.mark.parametrize("name", actions.names())
def test_every_flag_is_explained_as_its_column_is(name: str) -> None:
    described = {field.description for field in actions.load(name).Params.model_fields.values()}
    told = {option.help for option in command_of(name).params if isinstance(option, click.Option)}
    assert described - {None} - told == set()
    assert None not in told


def test_it_runs_as_a_module() -> None:
    write_samples(3)
    called = subprocess.run(
        [sys.executable, "-m", f"odt_async.actions.{ACTION}", "--sandbox", "--input_dir", str(INPUT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (called.returncode, called.stdout) == (0, "")
    assert f"row 0 of {INPUT}/usuarios.csv (line 2)" in called.stderr
    assert counts_of(only("*_ok.csv").name.removesuffix("_ok.csv")) == {"ok.csv": 1}


def test_with_bulk_all_rows_are_taken() -> None:
    write_samples(3)
    result = script(ACTION, "--sandbox", "--bulk", "--destination", "900")
    assert (result.exit_code, counts_of(run_of(result))) == (0, {"ok.csv": 3})
    report = json.loads(only("*_report.json").read_bytes())
    assert (report["bulk_mode"], "source_map" in report) == (True, False)


def test_a_flag_is_over_the_files_under_either_spelling() -> None:
    write_samples(1)
    result = script(ACTION, "--sandbox", "--row_index", "0", "--destination_voicemail_enabled", "no")
    assert "  destination_voicemail_enabled  cli     no" in result.stderr.splitlines()


def test_the_follow_up_of_a_bulk_run_is_the_script_itself() -> None:
    write_samples(2)
    result = script(ACTION, "--sandbox", "--bulk", "--fault", "no-calling=100%")
    assert follow_up(result.stderr)[2] == f"odt_async.actions.{ACTION}"
    assert follow_up(result.stderr)[-2:] == ["--resume", run_of(result)]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            ["--destination-voicemail-enabled", "perhaps"],
            "Invalid value for '--destination-voicemail-enabled'",
        ),
        (["--nope"], "No such option"),
        (["--resume"], "odt: --resume is for --bulk"),
        (["--bulk", "--row-index", "1"], "odt: --row-index is not for --bulk"),
        (["--row-index", "7", "--sandbox"], "odt: --row-index 7: "),
        ([], "odt: no token"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: list[str], reason: str) -> None:
    write_samples(1)
    result = script(ACTION, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert list(LOGS.glob("*_ok.csv")) == []


def test_a_number_is_refused_where_it_is_typed() -> None:
    assert "Invalid value for '--capacity'" in script("workspaces_alta", "--capacity", "many").stderr


def test_a_value_is_one_of_those_listed() -> None:
    help_text = script("ubicacion_alta_numeraciones_desactivadas", "--help").stdout
    assert "--number-state INACTIVE|ACTIVE" in help_text


def test_help_tells_the_options_of_both_ways() -> None:
    own = {option.name for command in (bulk, single) for option in command.params} - {"action", "overrides"}
    assert own - {option.name for option in command_of(ACTION).params} == set()
