"""What the pages say of the code, made from the code: commands, options, exit codes, hints."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator

import click

from odt_async import errors
from odt_async.cli import EXIT_CODES, cli
from odt_async.cli.bulk import bulk
from odt_async.settings import Settings
from odt_async.webex.hints import TABLE, Entry
from tools.docs.output import Command, Shell

__all__ = ["TABLES"]

_ACTION = "usuarios_configurar_desvio_prefijo53"


def commands(shell: Shell) -> Iterator[str]:
    """Yield a section for every command: its --help, as it is shown on a terminal."""
    for name in cli.list_commands(click.Context(cli)):
        yield f"## {name}\n"
        yield from _helped(shell, f"odt {name} --help")
        command = cli.get_command(click.Context(cli), name)
        if isinstance(command, click.Group):
            for part in command.list_commands(click.Context(command)):
                yield f"### {name} {part}\n"
                yield from _helped(shell, f"odt {name} {part} --help")


def metrics(shell: Shell) -> Iterator[str]:
    """Yield a table of the metrics that a run has."""
    yield from _head("metric", "kind", "what")
    shell.output(Command(f"odt single {_ACTION} --sandbox --metrics-file metrics.prom", 0, None))
    text = (shell.folder / "metrics.prom").read_text("utf-8")
    kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
    for name, meaning in re.findall(r"^# HELP (\w+) (.+)$", text, re.MULTILINE):
        yield _line(f"`{name}`", kinds[name], meaning)


def program(shell: Shell) -> Iterator[str]:
    """Yield the --help of the program."""
    yield from _helped(shell, "odt --help")


def options(_shell: Shell) -> Iterator[str]:
    """Yield a table of the options of a run that can also be set in the environment."""
    yield from _head("option", "variable", "what")
    by_name = {option.name: option for option in bulk.params if isinstance(option, click.Option)}
    for name in Settings.model_fields:
        option = by_name.get(name)
        if option is not None and not name.startswith("base_url"):
            variable = f"ODT_{name.upper()}" + ("=false" if option.flag_value is False else "")
            yield _line(f"`{option.opts[0]}`", f"`{variable}`", option.help or "")


def exit_codes(_shell: Shell) -> Iterator[str]:
    """Yield a table of the exit codes, as the help has them."""
    yield from _head("code", "meaning")
    for code, meaning in re.findall(r"^ +(\d+) +(.+)$", EXIT_CODES, re.MULTILINE):
        yield _line(f"**{code}**", meaning)


def error_types(_shell: Shell) -> Iterator[str]:
    """Yield a table of our own errors that a row may have, from the tree in the docstring of errors.py."""
    yield from _head("error", "meaning")
    _above, _row_error, rows = (errors.__doc__ or "").partition("RowError ")
    for name, meaning in re.findall(r"^ +[├└]─ (\w+) +(.+)$", rows, re.MULTILINE):
        yield _line(f"`{name}`", meaning)


def hints_by_number(_shell: Shell) -> Iterator[str]:
    """Yield a table of the hints that are found by Webex's own numbers."""
    yield from _hints("Webex's number", lambda entry: map(str, sorted(entry.codes)))


def hints_by_status(_shell: Shell) -> Iterator[str]:
    """Yield a table of the hints that are found by the status of an answer."""
    yield from _hints("status", lambda entry: _ranges(entry.statuses))


def hints_by_error(_shell: Shell) -> Iterator[str]:
    """Yield a table of the hints that are found by the class of an error."""
    yield from _hints("error", lambda entry: sorted(entry.errors))


TABLES: dict[str, Callable[[Shell], Iterable[str]]] = {
    "commands": commands,
    "errors": error_types,
    "exit codes": exit_codes,
    "hints by error": hints_by_error,
    "hints by number": hints_by_number,
    "hints by status": hints_by_status,
    "metrics": metrics,
    "options": options,
    "program": program,
}


def _helped(shell: Shell, words: str) -> Iterator[str]:
    yield "```text"
    yield shell.output(Command(words, 0, None)).strip()
    yield "```\n"


def _hints(found_by: str, keys: Callable[[Entry], Iterable[str]]) -> Iterator[str]:
    yield from _head(found_by, "cause", "cure")
    for entry in TABLE:
        if names := ", ".join(f"`{key}`" for key in keys(entry)):
            words = f" with “{entry.words}”" if entry.words else ""
            yield _line(names + words, entry.cause, entry.cure)


def _ranges(numbers: Collection[int]) -> Iterator[str]:
    """Yield *numbers*, those that follow one another as one range."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    for run in runs:
        yield str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}"


def _head(*names: str) -> Iterator[str]:
    yield _line(*names)
    yield _line(*("---" for _name in names))


def _line(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
