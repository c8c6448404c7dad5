"""The README against the code: what it names is there, and what is there it names."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
import pytest

from odt_async import actions
from odt_async.cli import EXIT_CODES, cli
from odt_async.settings import Settings
from tests.cli.command_line import ACTION, LOGS, edit_users, odt, write_samples

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TEXT = README.read_text("utf-8") if README.is_file() else ""

COMMANDS = cli.list_commands(click.Context(cli))


def code_lines() -> Iterator[str]:
    """Yield the lines of the indented and fenced blocks, comments taken off."""
    fenced = False
    for line in TEXT.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield line.partition(" #")[0].strip()


def commands() -> Iterator[list[str]]:
    """Yield the words after `odt` or `python -m odt_async`, in blocks and in the text."""
    written = [*code_lines(), *re.findall(r"`([^`\n]+)`", TEXT)]
    for line in written:
        match = re.match(r"(?:odt|python -m odt_async) (.+)", line)
        if match and not match[1].startswith("-"):
            yield shlex.split(match[1])


def tables() -> dict[str, list[list[str]]]:
    """Return the rows of each table by the first cell of its header; cells without backticks."""
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in TEXT.splitlines():
        if not line.startswith("|"):
            rows = []
            continue
        cells = [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]
        if not rows:
            found[cells[0].lower()] = rows = []
            rows.append(cells)
        elif set("".join(cells)) - set("-: "):
            rows.append(cells)
    return {name: rows[1:] for name, rows in found.items()}


def options_of(command: click.Command) -> dict[str, click.Option]:
    options = (parameter for parameter in command.params if isinstance(parameter, click.Option))
    return {name: option for option in options for name in option.opts}


def all_options() -> dict[str, click.Option]:
    found: dict[str, click.Option] = options_of(cli)
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        found |= options_of(command)
    return found


def test_there_is_one() -> None:
    assert README.is_file(), "README.md is missing: write it, the tests of this file compare it with the code"


def test_the_action_table_lists_every_action_with_its_file() -> None:
    rows = [row for table in tables().values() for row in table if row[0] in actions.names()]
    files = {row[0]: [cell for cell in row if cell.endswith(".csv")] for row in rows}
    assert files == {name: [f"{actions.domain_of(name)}.csv"] for name in actions.names()}


def test_the_action_table_says_what_each_does() -> None:
    rows = {row[0]: row for table in tables().values() for row in table if row[0] in actions.names()}
    silent = [
        name
        for name in actions.names()
        if actions.load(name).__doc__.partition("\n")[0].replace("`", "") not in rows.get(name, [])
    ]
    assert silent == []


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_can_be_called_as_it_is_written(words: list[str]) -> None:
    group = click.Context(cli, info_name="odt", **cli.context_settings)
    command = cli.get_command(group, words[0])
    assert command is not None, f"there is no command {words[0]}"
    with suppress(click.exceptions.Exit):  # of --help
        command.make_context(words[0], words[1:], parent=group)


def test_every_command_of_make_is_a_target() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    written = [*code_lines(), *re.findall(r"`([^`\n]+)`", TEXT)]
    asked = {match[1] for line in written if (match := re.match(r"make ([a-z]+)", line))}
    assert {"run", "test"} <= asked
    assert asked - targets == set()


def test_every_option_that_is_named_is_there() -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z_-]*", TEXT.replace("<!--", "").replace("-->", "")))
    assert named - all_options().keys() - {"--help"} == set()


def test_the_table_of_options_has_their_defaults() -> None:
    rows = {row[0]: row[1] for row in tables()["option"]}
    fields = Settings.model_fields
    stated = {name: text for name, text in rows.items() if name.strip("-").replace("-", "_") in fields}
    defaults = {name: fields[name.strip("-").replace("-", "_")].default for name in stated}
    assert {name: text for name, text in stated.items() if text[0].isdigit()} == {
        name: f"{default:g}" for name, default in defaults.items() if isinstance(default, int | float)
    }


def test_every_variable_that_is_named_is_read() -> None:
    read = {f"ODT_{name.upper()}" for name in Settings.model_fields}
    read |= {
        str(field.validation_alias) for field in Settings.model_fields.values() if field.validation_alias
    }
    named = set(re.findall(r"\b(?:ODT|WEBEX)_[A-Z_]+\b", TEXT))
    assert "WEBEX_ACCESS_TOKEN" in named
    assert named - read == set()


def test_the_exit_codes_are_those_of_the_help() -> None:
    paragraph = re.search(r"Exit codes:(.+?)\n\n", TEXT, re.DOTALL)
    assert paragraph is not None
    told = set(re.findall(r"^ +(\d+) ", EXIT_CODES, re.MULTILINE)) | {"143"}
    assert set(re.findall(r"\b\d+\b", paragraph[1])) == told


def test_every_file_that_runs_leave_is_in_the_table() -> None:
    write_samples(20)
    edit_users(lambda rows: rows[0].update(extension="x"))
    for arguments in (["--fail-fast", "--concurrency", "1"], ["--dry-run"]):
        odt("bulk", ACTION, "--sandbox", *arguments)
    left = {re.sub(rf"{ACTION}_\w+Z_[0-9a-f]{{4}}_", "<run>_", path.name) for path in LOGS.iterdir()}
    left = {name.replace(ACTION, "<action>") for name in left} - {"<action>.lock"}
    assert {row[0] for row in tables()["file"]} == left


def test_every_link_and_every_file_of_the_tour_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", TEXT) if "://" not in link]
    tour = TEXT.partition("## Reading tour")[2].partition("\n## ")[0]
    stops: list[Path] = []
    for name in re.findall(r"`([\w/]+\.py)`", tour):
        in_package = "/" in name or (ROOT / "odt_async" / name).exists()
        folder = (
            ROOT / "odt_async" if in_package else stops[-1].parent
        )  # `backoff.py` after `runner/policy.py`
        stops.append(ROOT / name if name.startswith("tests/") else folder / name)
    assert len(stops) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []
    assert [stop.relative_to(ROOT) for stop in stops if not stop.exists()] == []
