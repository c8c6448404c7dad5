"""What the pages name, against the code: commands, options, variables, events, exit codes."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from typing import get_args

import click
import pytest

from odt_async import actions, events
from odt_async.alerts.message import Alert, Event
from odt_async.cli import cli
from odt_async.settings import Settings
from tests.docs.pages import DOCS, ROOT, code_lines, named, pages, section, tables

PAGES = pages()
PLACEHOLDERS = {"ACTION": "usuarios_configurar_desvio_prefijo53", "NAME": "usuarios_alta_scim"}
OTHERS = {"--build", "--index", "--help", "--duration", "--seed", "--stretch"}  # of programs that are not odt


def options_below(group: click.Group) -> Iterator[str]:
    """Yield the options of all commands of *group*."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield from (
            name
            for option in command.params
            if isinstance(option, click.Option)
            for name in [*option.opts, *option.secondary_opts]
        )
        if isinstance(command, click.Group):
            yield from options_below(command)


OPTIONS = set(options_below(cli)) | {"--version"}


def commands() -> Iterator[tuple[str, str]]:
    """Yield the page and the words of every `odt ...`, but for runs in progress and the worked example."""
    for name, text in PAGES.items():
        for line in code_lines(text):
            match = re.match(r"odt ([a-z].*)", line)
            if match and name != "changes.md" and "usuarios_quitar_desvio" not in line and "..." not in line:
                yield name, re.sub(r"<(\w+)>", r"\1", match[1])


@pytest.mark.parametrize(("page", "words"), sorted(set(commands())))
def test_every_command_can_be_called_as_it_is_written(page: str, words: str) -> None:
    name, *arguments = [PLACEHOLDERS.get(word, word) for word in shlex.split(words)]
    group = click.Context(cli, info_name="odt", **cli.context_settings)
    command = cli.get_command(group, name)
    assert command is not None, f"{page}: there is no command {name}"
    if arguments:
        with suppress(click.exceptions.Exit):  # of --help
            command.make_context(name, arguments, parent=group)


@pytest.mark.parametrize("page", PAGES)
def test_every_option_that_is_named_is_there(page: str) -> None:
    text = re.sub(r"<!--.*?-->", "", PAGES[page])
    found = {name.replace("_", "-") for name in re.findall(r"(?<![\w-])--[a-z][a-z_-]*", text)}
    assert found - OPTIONS - OTHERS == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_variable_that_is_named_is_read(page: str) -> None:
    read = {f"ODT_{name.upper()}" for name in Settings.model_fields} | {"ODT_LANG"}
    read |= {
        str(field.validation_alias) for field in Settings.model_fields.values() if field.validation_alias
    }
    assert set(re.findall(r"\b(?:ODT|WEBEX)_[A-Z]+(?:_[A-Z]+)*\b", PAGES[page])) - read == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_that_is_named_is_there(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    asked = {match[1] for line in code_lines(PAGES[page]) if (match := re.match(r"make ([a-z]+)", line))}
    assert asked - targets == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_file_of_the_project_that_is_named_is_there(page: str) -> None:
    written = set(re.findall(r"`((?:odt_async|tests|tools|examples|docs)/[\w./]*)`", PAGES[page]))
    assert [name for name in sorted(written) if not (ROOT / name).exists()] == []


def test_every_event_of_the_log_is_explained() -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "odt_async").rglob("*.py")]
    logged = {
        getattr(events, name)
        for name in events.__all__
        if name.isupper() and any(f"events.{name}" in source for source in sources)
    }
    (rows,) = tables(section(PAGES["files.md"], "log"))
    assert set(named(rows)) | {events.HTTP_RESPONSE} == logged


def test_what_is_seen_when_something_fails_is_what_the_program_says() -> None:
    trees = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "odt_async").rglob("*.py")]
    told = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    words = "\n".join(told)
    seen = named(tables(PAGES["failures.md"].partition("## What you see")[2])[0])
    said = [part.strip() for text in seen if not text.startswith("odt ") for part in text.split("...")]
    assert [part for part in said if part not in words] == []


def test_every_field_of_a_notification_is_explained() -> None:
    (rows,) = tables(PAGES["watching.md"].partition("## Be told")[2].partition("\n## ")[0])
    assert re.findall(r"`(\w+)`", rows[0][1]) == list(get_args(Event))
    assert sorted(named(rows)) == sorted(field.name for field in fields(Alert))


def test_no_page_names_an_action_that_is_not_there() -> None:
    known = {*actions.names(), "usuarios_quitar_desvio"}
    found = set(
        re.findall(r"(?<![:\w])(?:ubicacion|usuarios|workspaces)_[a-z]\w+\b", "\n".join(PAGES.values()))
    )
    assert {name for name in found if not re.search(r"_\d{8}T", name)} - known == set()


def test_every_page_is_in_the_contents() -> None:
    contents = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"([\w-]+\.md)$", contents, re.MULTILINE)) == sorted(
        path.name for path in DOCS.glob("*.md")
    )
