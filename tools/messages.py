"""Gathers the sentences that operators read into odt_async/locale, and compiles their translations: `make messages`.

Sentences are written in English; the catalogue of actions, their summaries and columns, in Spanish. So the Spanish
file holds all of the code, and of click, and the English one that catalogue. A new sentence comes without a
translation: write it into the .po file and call this again.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from itertools import chain
from pathlib import Path
from string import Formatter
from typing import Any

import click
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract
from pydantic_core import PydanticKnownError

from odt_async import errors
from odt_async.language import EOT, SENTENCES, WRITTEN

__all__ = ["Sentence", "gathered", "po_of", "read_catalogue"]

Sentence = str | tuple[str, str]  # as gettext has them: a context and EOT before it; or singular and plural

DOMAIN, FOLDER = SENTENCES
PACKAGE = FOLDER.parent
TEMPLATES = PACKAGE / "report"
CLICK = Path(click.__file__).parent
PYDANTIC_PROBLEMS: dict[str, dict[str, Any] | None] = {  # that a setting, a cell or a profile can have
    **dict.fromkeys(("bool_parsing", "dict_type", "extra_forbidden", "finite_number", "float_parsing")),
    **dict.fromkeys(("float_type", "int_from_float", "int_parsing", "int_type", "list_type", "missing")),
    "enum": {"expected": "."},
    "greater_than": {"gt": 0},
    "greater_than_equal": {"ge": 0},
    "less_than": {"lt": 0},
    "less_than_equal": {"le": 0},
    "literal_error": {"expected": "."},
    "model_type": {"class_name": "."},
    "string_pattern_mismatch": {"pattern": "."},
    "string_type": None,
}
CLICK_MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "types")

# the place of a sentence among the arguments of a call, by the name of what is called
_PLACES = {"tr": 0, "tr_prompt": 0}
_PLACES_OF_WRITTEN = {"written": 0, "PydanticCustomError": 1} | {
    name: 0
    for name in errors.__all__
    if isinstance(kind := getattr(errors, name), type) and issubclass(kind, errors.OdtError)
}
_PLURALS = {"trn", "trn_prompt"}
_HELP = {"epilog", "help"}  # arguments of click that hold a sentence, whatever is called
_COMMANDS = {"command", "group"}
_OF_THE_CATALOGUE = {"SUMMARY", "_ORG_IS"}  # constants of the actions
_WIDTH = 110


def gathered(language: str) -> dict[Sentence, list[str]]:
    """Return every sentence to be translated into *language*, in the order of the code, and the files it is in."""
    sources = (
        _of_the_catalogue()
        if language == "en"
        else chain(_of_the_package(), _of_templates(), _of_libraries())
    )
    found: dict[Sentence, list[str]] = {}
    for file, sentence in sources:
        if not _has_words(sentence):
            continue
        files = found.setdefault(sentence, [])
        if str(file) not in files:
            files.append(str(file))
    return found


def _has_words(sentence: Sentence) -> bool:
    """Tell whether anything of *sentence* can be said in another language."""
    text = sentence.rpartition(EOT)[2] if isinstance(sentence, str) else sentence[0]
    return any(
        any(map(str.isalpha, literal)) for literal, _name, _format, _conversion in Formatter().parse(text)
    )


def _modules(folder: Path, pattern: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(folder.rglob(pattern)):
        yield path.relative_to(PACKAGE.parent), ast.parse(path.read_text("utf-8"))


def _of_the_package() -> Iterator[tuple[Path, Sentence]]:
    for file, tree in _modules(PACKAGE, "*.py"):
        for sentence in _of_code(tree):
            yield file, sentence
    for file, tree in _modules(PACKAGE / "actions", "[!_]*.py"):
        yield file, ast.get_docstring(tree) or ""  # what `odt actions NAME` tells of it


def _of_templates() -> Iterator[tuple[Path, Sentence]]:
    for path in sorted(TEMPLATES.rglob("*.j2")) + sorted(TEMPLATES.rglob("*.html")):
        for sentence in _of_template(path):
            yield path.relative_to(PACKAGE.parent), sentence


def _of_libraries() -> Iterator[tuple[Path, Sentence]]:
    """Yield what click says, and what pydantic says of a value that will not do."""
    for name in CLICK_MODULES:
        for sentence in _of_click(CLICK / f"{name}.py"):
            yield Path("click"), sentence
    for kind, context in PYDANTIC_PROBLEMS.items():
        problem = PydanticKnownError(kind, context)  # type: ignore[arg-type]
        yield Path("pydantic"), _as_written(problem.message_template)


def _of_code(tree: ast.Module) -> Iterator[Sentence]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node)
        elif isinstance(node, ast.FunctionDef) and any(map(_makes_a_command, node.decorator_list)):
            yield from filter(None, [ast.get_docstring(node)])


def _of_call(call: ast.Call) -> Iterator[Sentence]:
    name = called(call)
    if name in _PLURALS:
        one, many = map(text_of, call.args[:2])
        if one and many:
            yield one, many
    elif name in _PLACES and len(call.args) > _PLACES[name]:
        yield from _texts(call.args[_PLACES[name]])
    elif name in _PLACES_OF_WRITTEN and len(call.args) > _PLACES_OF_WRITTEN[name]:
        yield from map(_as_written, _texts(call.args[_PLACES_OF_WRITTEN[name]]))
    for keyword in call.keywords:
        if keyword.arg in _HELP and (text := text_of(keyword.value)):
            yield inspect.cleandoc(text)


def _as_written(sentence: str) -> str:
    """Return *sentence* as a text that may be read again: where it holds values, it is known by its form."""
    has_values = any(name is not None for _literal, name, _format, _conversion in Formatter().parse(sentence))
    return f"{WRITTEN}{EOT}{sentence}" if has_values else sentence


def _of_the_catalogue() -> Iterator[tuple[Path, Sentence]]:
    """Yield the summaries of actions, and what is said of their columns."""
    for file, tree in _modules(PACKAGE / "actions", "*.py"):
        for node in ast.walk(tree):
            is_description = isinstance(node, ast.keyword) and node.arg == "description"
            is_constant = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in _OF_THE_CATALOGUE
            if isinstance(node, ast.keyword | ast.Assign) and (is_description or is_constant):
                yield from ((file, text) for text in [text_of(node.value)] if text)


def _of_template(path: Path) -> Iterator[Sentence]:
    with path.open("rb") as file:
        for _line, _function, sentence, _comments in babel_extract(
            file, ["tr", "trn"], [], {"silent": "false"}
        ):
            if isinstance(sentence, str):
                yield sentence
            elif sentence and sentence[0]:  # with values, which are None, behind it
                yield (sentence[0], sentence[1]) if sentence[1] else sentence[0]


def _of_click(path: Path) -> Iterator[Sentence]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and called(node) == "_" and (text := text_of(node.args[0])):
            yield text
        elif isinstance(node, ast.Call) and called(node) == "ngettext":
            one, many = map(text_of, node.args[:2])
            if one and many:
                yield one, many


def _makes_a_command(decorator: ast.expr) -> bool:
    """Tell whether it makes a command of what it stands on, whose docstring is its help."""
    if not isinstance(decorator, ast.Call) or called(decorator) not in _COMMANDS:
        return False
    return not any(keyword.arg == "help" for keyword in decorator.keywords)


def called(call: ast.Call) -> str:
    """Return the last part of the name of what is called; "" where it has none."""
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield the text that is written there, both where there is a choice of two."""
    for choice in (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,):
        yield from filter(None, [text_of(choice)])


def text_of(node: ast.expr) -> str | None:
    """Return the text that is written there, None where none is."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def read_catalogue(language: str) -> Catalog:
    """Return the translations as they are kept in the .po file; none where there is no file."""
    path = po_of(language)
    if not path.exists():
        return Catalog(locale=language, domain=DOMAIN, project=DOMAIN, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def po_of(language: str) -> Path:
    """Return the file that holds the translations into *language*."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def _compiled(catalogue: Catalog) -> bytes:
    """Return what the .mo file holds."""
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def _updated(language: str, sentences: Mapping[Sentence, list[str]]) -> Catalog:
    """Return the catalogue of *sentences*, with the translations that there are."""
    before = read_catalogue(language)
    catalogue = Catalog(
        locale=language,
        domain=DOMAIN,
        project=DOMAIN,
        version="1",
        msgid_bugs_address="odt_async",
        last_translator="odt_async",
        language_team=language,
        fuzzy=False,
        creation_date=before.creation_date,
        revision_date=before.creation_date,
        header_comment="# Gathered by `make messages`; only the translations are written by hand.",
    )
    for sentence, files in sentences.items():
        context, said = (None, sentence) if isinstance(sentence, tuple) else _split(sentence)
        known = before.get(said if isinstance(said, str) else said[0], context)
        catalogue.add(
            said,
            known.string if known and known.id == said else None,
            locations=[(file, 0) for file in files],
            flags={"python-brace-format"} & (known.flags if known else set()),
            context=context,
        )
    return catalogue


def _split(sentence: str) -> tuple[str | None, str]:
    """Return the context of a sentence, None where it has none, and the sentence itself."""
    context, found, said = sentence.rpartition(EOT)
    return (context, said) if found else (None, said)


def main() -> int:
    """Bring both languages up to date, and say how many sentences wait for a translation: exit code 1 then."""
    waiting = 0
    for language in ("es", "en"):
        catalogue = _updated(language, gathered(language))
        po = po_of(language)
        po.parent.mkdir(parents=True, exist_ok=True)
        with po.open("wb") as file:
            write_po(file, catalogue, width=_WIDTH, include_lineno=False)
        # what is read back is what was kept: the compiled file follows from the .po alone
        po.with_suffix(".mo").write_bytes(_compiled(read_catalogue(language)))
        missing = [message.id for message in catalogue if message.id and not all(_parts(message.string))]
        waiting += len(missing)
        print(f"{language}: {len(catalogue)} sentences, {len(missing)} without a translation")  # noqa: T201
        for sentence in missing:
            print(f"  {sentence!r}")  # noqa: T201
    return 1 if waiting else 0


def _parts(string: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string or ("",))


if __name__ == "__main__":
    sys.exit(main())
