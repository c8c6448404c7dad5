"""The help of every command: laid out as a man page, in 80 columns, with examples that can be typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from odt_async.cli import cli
from odt_async.cli.manual import HEADINGS, Documented
from odt_async.cli.manual_pages import PAGES
from odt_async.cli.script import command_of
from tests.cli.command_line import ACTION, odt

GROUP = click.Context(cli, info_name="odt", **cli.context_settings)
WIDTH = 80
MANY = 12  # options


def commands(parent: click.Context = GROUP, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with the words that call it, those below another one too."""
    group = parent.command
    assert isinstance(group, click.Group)
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        assert command is not None
        yield " ".join([*path, name]), command
        if isinstance(command, click.Group):
            yield from commands(click.Context(command, info_name=name, parent=parent), *path, name)


ALL = dict(commands())
EXAMPLES = [
    pytest.param(line, id=line)
    for page in PAGES.values()
    for _what, line in page.examples
    if line[:4] == "odt "
]


def help_of(path: str) -> list[str]:
    result = odt(*path.split(), "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()


def headings_of(path: str) -> list[str]:
    return [line.removesuffix(":") for line in help_of(path) if re.fullmatch(r"[A-Z].*:", line)]


def options_of(command: click.Command) -> list[click.Option]:
    return [option for option in command.params if isinstance(option, click.Option)]


def test_every_command_has_a_page_and_every_page_a_command() -> None:
    assert sorted(PAGES) == sorted(path.split()[-1] for path in ALL)
    assert [path for path, command in ALL.items() if not isinstance(command, Documented)] == []


@pytest.mark.parametrize("path", ALL)
def test_every_command_has_examples_exit_codes_and_other_commands_to_see(path: str) -> None:
    wanted = {"Examples", "Exit codes"} | ({"See also"} if path != "completion" else set())
    assert wanted - set(headings_of(path)) == set()


@pytest.mark.parametrize("path", ["bulk", "single", "launch", "plan", "undo"])
def test_every_command_that_runs_names_its_files(path: str) -> None:
    assert "Files" in headings_of(path)


@pytest.mark.parametrize("path", ALL)
def test_nothing_is_wider_than_a_terminal(path: str) -> None:
    assert [line for line in help_of(path) if len(line) > WIDTH] == []


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_can_be_typed_as_it_stands(line: str) -> None:
    words = shlex.split(line)[1:]
    path = next(path for path in (" ".join(words[:2]), words[0]) if path in ALL)
    rest = words[len(path.split()) :]
    ALL[path].make_context(path, rest, parent=GROUP)


def test_an_example_that_is_too_long_is_broken_before_an_option() -> None:
    lines = help_of("bulk")
    first = lines.index("Examples:") + 2
    assert lines[first : first + 2] == [
        f"    odt bulk {ACTION} --sandbox \\",
        "      --input-dir /tmp/sample --fault 5xx=2%",
    ]


@pytest.mark.parametrize("path", ALL)
def test_every_command_to_see_is_there(path: str) -> None:
    assert set(PAGES[path.rsplit(maxsplit=1)[-1]].see_also) - ALL.keys() == set()


@pytest.mark.parametrize("path", ALL)
def test_the_line_beside_a_command_is_whole(path: str) -> None:
    line = ALL[path].get_short_help_str()
    assert not line.endswith("...")
    assert len(line) + len("  completion  ") <= WIDTH


@pytest.mark.parametrize("path", [path for path, command in ALL.items() if len(options_of(command)) > MANY])
def test_many_options_stand_under_headings(path: str) -> None:
    named = {name for names in HEADINGS.values() for name in names}
    assert {option.name for option in options_of(ALL[path])} - named <= {"lang"}
    assert "Options" not in headings_of(path)


def test_every_option_under_a_heading_is_one_of_a_command() -> None:
    known = {option.name for command in ALL.values() for option in options_of(command)}
    known |= {option.name for option in options_of(command_of(ACTION))}
    assert {name for names in HEADINGS.values() for name in names} - known == set()


@pytest.mark.parametrize("path", ALL)
def test_every_option_that_takes_a_value_says_what_holds_without_it(path: str) -> None:
    """Its default, that it may be repeated, or that leaving it out changes nothing."""
    silent = [
        option.opts[0]
        for option in options_of(ALL[path])
        if not option.is_flag
        and not option.multiple
        and not option.required
        and not option.show_default
        and "default" not in (option.help or "")
        and option.name not in OFF_BY_ITSELF
    ]
    assert silent == []


# what they bring about is not done without them
OFF_BY_ITSELF = {
    "resume",
    "plan_file",
    "max_errors",
    "metrics_file",
    "metrics_port",
    "delete_created",
    "base_url",
    "action",
    "write_input",
    "limit",
    "plot",
    "growth",
    "only_start",
}


def test_the_columns_of_an_action_called_as_a_script_have_a_heading() -> None:
    command = command_of(ACTION)
    text = command.get_help(click.Context(command, info_name=ACTION, terminal_width=WIDTH))
    assert "\nColumns of the row:\n" in text
    assert text.index("Columns of the row:") < text.index("Which rows:")
