from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

import odt_async
from odt_async import errors
from odt_async.cli import EXIT_CODES, cli
from odt_async.errors import OdtError, exit_code_of
from tests.cli.command_line import odt

COMMANDS = cli.list_commands(click.Context(cli))


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def options() -> Iterator[tuple[str, click.Option]]:
    for name in COMMANDS:
        for parameter in command(name).params:
            if isinstance(parameter, click.Option):
                yield f"{name} {parameter.opts[-1]}", parameter


def kinds_of_error() -> dict[type[OdtError], int]:
    names = (getattr(errors, name) for name in errors.__all__)
    found = (kind for kind in names if isinstance(kind, type) and issubclass(kind, OdtError))
    return {kind: exit_code_of(kind.__new__(kind)) for kind in found}


def test_every_expected_error_has_its_exit_code() -> None:
    by_code: dict[int, set[str]] = {}
    for kind, code in kinds_of_error().items():
        by_code.setdefault(code, set()).add(kind.__name__)
    assert by_code[2] == {"InputError", "MissingInputCsv", "UnreadableCsv", "UnknownAction"}
    assert {"RunStopped", "OutputFailed"} <= by_code[3]
    assert by_code[4] == {"NotAuthorised"}
    assert by_code.keys() == {1, 2, 3, 4}


def test_help_tells_the_exit_codes_line_by_line() -> None:
    lines = odt("--help").stdout.splitlines()
    told = [line for line in EXIT_CODES.splitlines()[1:] if line]
    assert [line for line in told if f"  {line}" not in lines] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name: str) -> None:
    result = odt(name, "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"Usage: odt {name} ")
    assert command(name).get_short_help_str() != ""


def test_every_option_says_what_it_does() -> None:
    assert [name for name, option in options() if not option.help] == []


def test_every_option_of_several_words_is_written_with_dashes() -> None:
    """The other spelling comes by itself; an option declared with underscores would not be found."""
    assert [name for name, option in options() if any("_" in word for word in option.opts)] == []


@pytest.mark.parametrize("spelling", ["--write-input", "--write_input"])
def test_dashes_and_underscores_are_the_same(spelling: str) -> None:
    result = odt("sandbox", spelling, "input_data", "--rows", "1")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (0, "written input_data/global.csv")


def test_underscores_in_values_stay() -> None:
    assert odt("actions", "no_such").stderr.startswith("odt: there is no action 'no_such'")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["bulkall"], "Error: No such command 'bulkall'."),
        (["bulk"], "Error: Missing argument 'ACTION'."),
        (["actions", "--nope"], "Error: No such option '--nope'."),
    ],
)
def test_a_wrong_call_ends_with_2_and_the_reason(arguments: list[str], line: str) -> None:
    result = odt(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1].startswith(line)


def test_the_version_is_the_package_s() -> None:
    assert odt("--version").stdout == f"odt, version {odt_async.__version__}\n"


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_is_asked_for_in_two_ways(flag: str) -> None:
    assert odt(flag).stdout.startswith("Usage: odt [OPTIONS] COMMAND [ARGS]...")


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (errors.InputError("mend it"), 2, "odt: mend it\n"),
        (errors.OutputFailed("disk full"), 3, "odt: disk full\n"),
        (errors.NotAuthorised("refused"), 4, "odt: refused\n"),
        (KeyboardInterrupt(), 130, "odt: interrupted\n"),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(error: BaseException, code: int, line: str) -> None:
    @click.command("fail")
    def fail() -> None:
        raise error

    group = type(cli)(commands={"fail": fail})
    result = CliRunner().invoke(group, ["fail"])
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", line)


def test_a_defect_of_ours_keeps_its_traceback() -> None:
    @click.command("fail")
    def fail() -> None:
        raise ZeroDivisionError

    result = CliRunner().invoke(type(cli)(commands={"fail": fail}), ["fail"])
    assert isinstance(result.exception, ZeroDivisionError)
