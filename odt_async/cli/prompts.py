"""What the launcher asks: which actions, and whether each takes all rows. In Spanish where nobody names a language."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from shutil import get_terminal_size
from string import ascii_lowercase
from textwrap import shorten

import click

from odt_async.cli.guard import is_yes
from odt_async.errors import InputError
from odt_async.language import tr_prompt

__all__ = ["chosen_letters", "confirm_bulk", "menu_lines", "pick_actions"]

_CUT = " ..."
_SEPARATORS = frozenset(" ,;\t")


def menu_lines(entries: Sequence[tuple[str, str]], columns: int) -> list[str]:
    """Return the menu: a letter, the name and as much of the summary as fits, for each of *entries*."""
    width = max(len(name) for name, _summary in entries)
    left = max(columns - width - len("  a)  " + "  "), len(_CUT))
    return [
        f"  {letter})  {name:<{width}}  {shorten(summary, left, placeholder=_CUT)}"
        for letter, (name, summary) in zip(ascii_lowercase, entries, strict=False)
    ]


def pick_actions(entries: Sequence[tuple[str, str]]) -> list[str]:
    """Show *entries*, name and summary of each action, and return the names picked, in the order picked.

    Raises InputError when none is.
    """
    click.echo(tr_prompt("Actions, in their natural order of use (`odt actions` explains them):\n"), err=True)
    for line in menu_lines(entries, get_terminal_size().columns):
        click.echo(line, err=True)
    click.echo(err=True)
    while True:
        answer = _ask(tr_prompt("Letters, in the order of execution, several at once (Enter cancels): "))
        if not answer.strip():
            raise InputError(tr_prompt("no action chosen: nothing was sent"))
        try:
            return [entries[place][0] for place in chosen_letters(answer, len(entries))]
        except ValueError as error:
            click.echo(f"  {error}", err=True)


def chosen_letters(answer: str, count: int) -> list[int]:
    """Return the places that the letters of *answer* stand for, each once, in their order.

    count: how many there are to choose from. Raises ValueError with the letters that stand for nothing.
    """
    letters = [letter for letter in answer.strip().lower() if letter not in _SEPARATORS]
    known = ascii_lowercase[:count]
    if unknown := [letter for letter in letters if letter not in known]:
        raise ValueError(
            tr_prompt(
                "there is no action {letters}: {first} to {last}",
                letters=", ".join(unknown),
                first=known[0],
                last=known[-1],
            )
        )
    return list(dict.fromkeys(map(known.index, letters)))


def confirm_bulk(action: str) -> bool:
    """Ask whether *action* takes all rows; whatever is not a clear yes is a no.

    Raises InputError when there is nobody to answer.
    """
    return is_yes(
        _ask(tr_prompt("Run {action} in BULK mode, over all rows of its CSV file? [y/N] ", action=action))
    )


def _ask(question: str) -> str:
    click.echo(question, nl=False, err=True)
    answer = sys.stdin.readline()
    if not answer:
        click.echo(err=True)
        raise InputError(
            "nobody answers: say --bulk-all, --no-bulk-all or --auto-confirm, and the actions with --script-name"
        )
    return answer
