"""How `--help` is laid out: options under headings where they are many, and behind them what a man page ends with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import fill, wrap

import click

from odt_async.cli.manual_pages import PAGES, Page
from odt_async.language import retold, tr, written

__all__ = ["HEADINGS", "Documented"]

_MANY = 12  # options; fewer need no headings
_INDENT = 2
_TIE = "\0"  # in place of a space where no line is to end
_CODES = 5  # characters of an exit code and the gap behind it

HEADINGS: dict[str, tuple[str, ...]] = {
    written("Which rows"): (
        "input_dir",
        "overrides",
        "row_index",
        "match",
        "names",
        "bulk",
        "bulk_all",
        "resume",
        "replay",
        "plan_file",
        "strict_schema",
    ),
    written("What is done with them"): (
        "dry_run",
        "delete_created",
        "verify",
        "auto_confirm",
        "rows",
        "show",
    ),
    written("When the run ends early, or waits"): (
        "fail_fast",
        "max_errors",
        "max_same_error",
        "max_outage",
        "window",
        "tz",
    ),
    written("How fast"): ("concurrency", "rate", "min_interval_ms", "share", "batch"),
    written("How patient with one request, with one row"): (
        "request_timeout",
        "max_retries_per_call",
        "max_sleep_seconds",
        "max_elapsed_per_row",
    ),
    written("Who is told, and where"): (
        "logs_dir",
        "heartbeat_seconds",
        "notify",
        "notify_failures",
        "metrics_file",
        "metrics_port",
        "metrics_address",
        "as_json",
    ),
    written("Which Webex"): ("base_url", "sandbox", "faults"),
}  # heading -> options, by the names of their parameters


class Documented(click.Command):
    """A command with a page in `manual_pages`, by its name; one without is a plain command."""

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the line that stands beside the command where several are listed."""
        page = self._page()
        return super().get_short_help_str(limit) if page is None else retold(page.summary)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, under headings where they are many."""
        given = (parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option))
        options = [option for option in given if option.get_help_record(ctx)]
        if len(options) <= _MANY:
            super().format_options(ctx, formatter)
            return
        for heading, group in _grouped(options):
            records = [record for option in group if (record := option.get_help_record(ctx))]
            with formatter.section(retold(heading)):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write examples, exit codes, files and related commands."""
        super().format_epilog(ctx, formatter)
        page = self._page()
        if page is not None:
            for heading, lines in _sections(page, formatter.width - _INDENT):
                with formatter.section(heading):
                    formatter.write("".join(f"{' ' * _INDENT}{line}".rstrip() + "\n" for line in lines))

    def _page(self) -> Page | None:
        return PAGES.get(self.name or "")


def _grouped(options: list[click.Option]) -> Iterator[tuple[str, list[click.Option]]]:
    """Yield each heading with its options, in the order of the table; what has none comes last."""
    columns = [option for option in options if (option.name or "").startswith("column_")]
    if columns:  # of an action that is called as a script
        yield written("Columns of the row"), columns
    left = {option.name: option for option in options if option not in columns}
    for heading, names in HEADINGS.items():
        if group := [left.pop(name) for name in names if name in left]:
            yield heading, group
    if left:
        yield written("Other options"), list(left.values())


def _sections(page: Page, width: int) -> Iterator[tuple[str, list[str]]]:
    """Yield the heading and the lines of each section that *page* has."""
    if page.examples:
        examples = [_folded(what, width) + _typed(command, width) for what, command in page.examples]
        yield tr("Examples"), [line for example in examples for line in example]
    if page.ends_as_a_run:
        from odt_async.cli import EXIT_CODES  # noqa: PLC0415 - it imports us

        codes = (line.split(maxsplit=1) for line in retold(EXIT_CODES).splitlines()[2:])
        yield tr("Exit codes"), [line for code, what in codes for line in _entry(code, what, _CODES, width)]
    elif page.exit_codes:
        yield tr("Exit codes"), _folded(page.exit_codes, width)
    if page.files:
        longest = max(len(name) for name, _what in page.files) + _INDENT
        lines = [_entry(name, retold(what), longest, width) for name, what in page.files]
        yield tr("Files"), [line for entry in lines for line in entry]
    if page.see_also:
        names = ", ".join(f"`odt {name}`".replace(" ", _TIE) for name in page.see_also)
        yield tr("See also"), [line.replace(_TIE, " ") for line in _folded(names, width)]


def _folded(text: str, width: int) -> list[str]:
    return fill(retold(text), width, break_long_words=False, break_on_hyphens=False).splitlines()


def _entry(name: str, what: str, column: int, width: int) -> list[str]:
    """Return *name*, and from *column* on what it is."""
    text = f"{name:<{column}}{what}"
    return fill(text, width, subsequent_indent=" " * column, break_on_hyphens=False).splitlines()


def _typed(command: str, width: int) -> list[str]:
    """Return *command* as it may be typed over several lines, an option and its value on the same."""
    words = [word.replace(" ", _TIE) for word in re.split(r" (?=--)", command)]
    room = width - 2 * _INDENT - len(" \\")
    lines = wrap(" ".join(words), room, break_long_words=False, break_on_hyphens=False)
    lines = [line.replace(_TIE, " ") for line in lines]
    broken = [f"{line} \\" for line in lines[:-1]] + lines[-1:]
    return [f"{' ' * _INDENT}{'  ' if place else ''}{line}" for place, line in enumerate(broken)]
