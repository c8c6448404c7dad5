"""In which language the command line speaks: who names it, and the help of commands said in it."""

from __future__ import annotations

import gettext
import inspect
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import click

from odt_async.errors import InputError
from odt_async.language import LANGUAGES, SENTENCES, choose_language, retold

__all__ = ["lang_option", "said", "spoken_to"]

_Command = TypeVar("_Command", bound=click.Command)

_SETTING = "ODT_LANG"
_DOTENV = Path(".env")
_OF_THE_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts (POSIX, 8.2)
_NO_LANGUAGE = {"C", "POSIX", ""}


@contextmanager
def spoken_to(arguments: Sequence[str]) -> Iterator[None]:
    """Speak the language that *arguments* name, or else ODT_LANG or the locale; click does so too.

    It has to be known before a command is looked for, and so before click reads the arguments.

    Ends the program for a language that we do not speak.
    """
    try:
        chosen = _named(arguments) or _of_the_locale()
    except InputError as error:
        click.echo(f"odt: {error}", err=True)
        sys.exit(2)
    choose_language(chosen)
    domain, before = gettext.textdomain(), os.environ.get("LANGUAGE")
    if chosen is not None:  # click asks the standard library for its words, and that the environment
        gettext.bindtextdomain(*SENTENCES)
        gettext.textdomain(SENTENCES[0])
        os.environ["LANGUAGE"] = chosen
    try:
        yield
    finally:
        choose_language(None)
        gettext.textdomain(domain)
        os.environ.pop("LANGUAGE", None)
        os.environ.update({} if before is None else {"LANGUAGE": before})


def lang_option() -> click.Option:
    """Return `--lang`, which every command takes; `spoken_to` has heeded it already."""
    return click.Option(
        ["--lang"],
        type=click.Choice(LANGUAGES),
        expose_value=False,
        help="Language of what you read: help, questions, messages.  [default: that of the locale]",
    )


def said(command: _Command) -> _Command:
    """Return a copy of *command* whose help is in the language that is spoken."""
    spoken = copy(command)
    spoken.help = retold(inspect.cleandoc(command.help)) if command.help else None
    spoken.epilog = retold(command.epilog) if command.epilog else None
    spoken.params = [_said(parameter) for parameter in command.params]
    spoken._help_option = None  # noqa: SLF001 - click keeps `--help` as it was made, in the language of that time
    return spoken


def _said(parameter: click.Parameter) -> click.Parameter:
    if not isinstance(parameter, click.Option) or not parameter.help:
        return parameter
    spoken = copy(parameter)
    spoken.help = retold(parameter.help)
    return spoken


def _named(arguments: Sequence[str]) -> str | None:
    """Return the language that somebody has named. Raises InputError for one that we do not speak."""
    for source, name in (("--lang", _argument(arguments)), (_SETTING, _setting())):
        if name in LANGUAGES:
            return name
        if name:
            raise InputError("{source} {name}: write es or en", source=source, name=name)
    return None


def _argument(arguments: Sequence[str]) -> str | None:
    """Return the last value of `--lang`; one without a value is for click to refuse."""
    found = None
    for word, following in pairwise([*arguments, "--"]):
        if word == "--":
            break
        if word == "--lang" and not following.startswith("-"):
            found = following
        elif word.startswith("--lang="):
            found = word.partition("=")[2]
    return found


def _setting() -> str | None:
    """Return ODT_LANG of the environment, else of `.env`, whose reader is imported for a file that has it."""
    if name := os.environ.get(_SETTING):
        return name
    try:
        if _SETTING.encode() not in _DOTENV.read_bytes():
            return None
        from dotenv import dotenv_values  # noqa: PLC0415

        return dotenv_values(_DOTENV, encoding="utf-8-sig").get(_SETTING)
    except (OSError, UnicodeDecodeError):  # whoever reads the settings says so
        return None


def _of_the_locale() -> str | None:
    """Return the language of the locale, which is English for all but Spanish ones; None where it names none."""
    name = next(filter(None, map(os.environ.get, _OF_THE_LOCALE)), "")
    words = name.partition(".")[0].partition("@")[0].partition("_")[0]
    if words in _NO_LANGUAGE:
        return None
    return "es" if words.lower() == "es" else "en"
