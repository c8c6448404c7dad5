"""The sentences of the code against their translations: all of them are there, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from string import Formatter
from typing import TYPE_CHECKING, Any

import pytest

from odt_async import errors
from odt_async.language import EOT, WRITTEN, choose_language, retold
from tests.test_architecture import MODULES
from tools.messages import called, gathered, po_of, read_catalogue

if TYPE_CHECKING:
    from babel.messages.catalog import Message

LANGUAGES = ("es", "en")
TOLD = {
    "echo",
    "print",
    "print_above",
    "say",
    "notify",
}  # calls that show their first argument to an operator
HELD_BACK = {"AmbiguousWrite", "WriteRefused"}  # never reach an operator
ERRORS = (
    {name for name in errors.__all__ if isinstance(getattr(errors, name), type)} - HELD_BACK - {"Problem"}
)

PERCENT = re.compile(r"%\(\w+\)s")


@pytest.fixture
def spanish() -> Iterator[None]:
    choose_language("es")
    yield
    choose_language(None)


def messages(language: str) -> list[Message]:
    return [message for message in read_catalogue(language) if message.id]


def texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def is_whole(message: Message) -> bool:
    return not message.fuzzy and all(texts(message.string))


def placeholders(text: str) -> set[str]:
    """Return every {name} of *text* with its conversion and format, and every %(name)s."""
    parts = Formatter().parse(text)
    found = {f"{name}!{conversion}:{spec}" for _text, name, spec, conversion in parts if name is not None}
    return found | set(PERCENT.findall(text))


def differs(message: Message) -> bool:
    """Tell whether a translation lacks a value of its sentence, or has another one.

    Of a sentence with a plural, each form may leave out the count, as "one row" does.
    """
    own, theirs = (set().union(*map(placeholders, texts(value))) for value in (message.id, message.string))
    return own != theirs


def literals(node: ast.expr) -> Iterator[str]:
    """Yield the words that are written there and not looked up."""
    if isinstance(node, ast.Call):
        if called(node) == "join":
            yield from (text for argument in node.args for text in literals(argument))
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from literals(part.value if isinstance(part, ast.FormattedValue) else part)
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))
    elif isinstance(node, ast.BinOp):
        yield from (*literals(node.left), *literals(node.right))


def says(text: str) -> bool:
    """Tell whether *text* has something to say: more than a name, an option or the name of the program."""
    return re.search(r"[a-z]{2,} |[a-z]{3,}", text.replace("odt: ", "").replace("export ", "")) is not None


def spoken_past_the_table(module: str) -> Iterator[str]:
    """Yield what *module* says to an operator without looking it up."""
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name, first = called(node), node.args[0]
        is_told = name in TOLD and module.startswith("odt_async.cli")
        is_error = name in ERRORS and isinstance(first, ast.JoinedStr | ast.BinOp)
        if is_told or is_error:
            yield from (f"{module}: {text!r}" for text in literals(first) if says(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_every_sentence_of_the_code_and_no_other(language: str) -> None:
    assert {key(message) for message in messages(language)} ^ set(gathered(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    assert [message.id for message in messages(language) if not is_whole(message)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_values_of_its_sentence(language: str) -> None:
    assert [message.id for message in messages(language) if differs(message)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_read_at_run_time_is_what_the_table_says(language: str) -> None:
    with po_of(language).with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    assert [m.id for m in messages(language) if said(compiled, m) != texts(m.string)] == []


@pytest.mark.parametrize("module", MODULES)
def test_what_an_operator_reads_is_looked_up(module: str) -> None:
    assert list(spoken_past_the_table(module)) == []


def key(message: Message) -> Any:
    """Return what `gathered` knows *message* by."""
    return f"{message.context}{EOT}{message.id}" if message.context else message.id


def said(compiled: GNUTranslations, message: Message) -> list[str]:
    """Return every form that *compiled* has of *message*."""
    if not isinstance(message.id, str):
        one, many = message.id
        return [compiled.ngettext(one, many, count) for count in (1, 2)]
    if message.context:
        return [compiled.pgettext(message.context, message.id)]
    return [compiled.gettext(message.id)]


def filled(text: str) -> str:
    """Return *text* with a 7 in place of every value."""
    return "".join(literal + ("7" if name else "") for literal, name, _spec, _as in Formatter().parse(text))


def test_a_sentence_that_was_written_with_its_values_is_told_in_spanish(spanish: None) -> None:
    """No sentence is taken for another one."""
    told = {filled(str(m.id)): filled(str(m.string)) for m in messages("es") if m.context == WRITTEN}
    assert {text: retold(text) for text in told} == told
