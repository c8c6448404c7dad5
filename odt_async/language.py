"""In which language operators are spoken to: sentences are written in English and looked up when they are shown.

Names of events, columns and fields are not sentences: programs read them, and they stay as they are. What a run
writes down for the morning, the text of an error among it, stays English too, whoever started the run; a screen
that shows a written sentence says it in the reader's language (`retold`).
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property, lru_cache
from pathlib import Path
from string import Formatter

__all__ = [
    "EOT",
    "LANGUAGES",
    "SENTENCES",
    "WRITTEN",
    "choose_language",
    "language",
    "retold",
    "tr",
    "tr_prompt",
    "trn",
    "trn_prompt",
    "written",
]

LANGUAGES = ("es", "en")

SENTENCES = ("odt_async", Path(__file__).parent / "locale")  # domain and folder, as gettext calls them

WRITTEN = "written"  # the context of sentences with values that may be read again
EOT = "\4"  # what gettext has between a context and a sentence

_SEPARATORS = ("\n\n", "\n", "; ", ": ")  # between sentences that were put together
# what values of these names look like, of which no other text is taken for one
_FORMS = {**dict.fromkeys(("count", "index", "line", "part"), r"\d+"), "aliases": r"\w+(?:, \w+)*"}
_WORDS = {"name_is", "noun"}  # of values that are a single word of ours
_FEWEST_LETTERS = 6  # of a sentence with no such value, apart from its values: fewer could be anything
_REMEMBERED = 500

_language = "en"
_prompts = "es"


def language() -> str:
    """Return which of LANGUAGES is spoken."""
    return _language


def choose_language(chosen: str | None) -> None:
    """Speak one of LANGUAGES from now on; None: nobody has named one, so it is English, and questions are Spanish."""
    global _language, _prompts
    _language, _prompts = chosen or "en", chosen or "es"
    retold.cache_clear()


def tr(sentence: str, /, **values: object) -> str:
    """Return *sentence* in the language that is spoken, its {names} replaced by *values*."""
    return _filled(_sentences(_language).gettext(sentence), values)


def trn(one: str, many: str, count: int, /, **values: object) -> str:
    """Return the sentence for *count* things, which `{count}` stands for, in the language that is spoken."""
    return _sentences(_language).ngettext(one, many, count).format_map({"count": count, **values})


def tr_prompt(sentence: str, /, **values: object) -> str:
    """Return *sentence* as `tr` does, but in Spanish where nobody has named a language.

    For the questions that operators are asked, and the catalogue of actions.
    """
    return _filled(_sentences(_prompts).gettext(sentence), values)


def trn_prompt(one: str, many: str, count: int, /, **values: object) -> str:
    """Return the sentence for *count* things as `trn` does, but in Spanish where nobody has named a language."""
    return _sentences(_prompts).ngettext(one, many, count).format_map({"count": count, **values})


def written(sentence: str, /, **values: object) -> str:
    """Return *sentence* in English, for a file or for an error that may end in one; `retold` understands it."""
    return _filled(sentence, values)


@lru_cache(_REMEMBERED)
def retold(text: str) -> str:
    """Return *text*, which was `written` by a run or an error, in the language that is spoken.

    Sentences that were put together, one inside another or one after another, are told one by one; what is no
    sentence of ours, such as an answer of Webex, stays as it is.
    """
    if _language == "en" or " " not in text:
        return text
    known = _sentences(_language)
    if (said := known.gettext(text)) != text:
        return said
    for template in _templates():
        if (values := template.values_in(text)) is not None:
            told = {
                name: known.gettext(value) if name in _WORDS else retold(value)
                for name, value in values.items()
            }
            return _put_together(known.pgettext(WRITTEN, template.sentence), told)
    for separator in _SEPARATORS:
        head, found, tail = text.partition(separator)
        if found:
            return f"{retold(head)}{found}{retold(tail)}"
    return text


def _put_together(sentence: str, values: Mapping[str, str]) -> str:
    """Return *sentence* with *values*, which are words already: how they are to be formatted is left out."""
    parts = Formatter().parse(sentence)
    return "".join(literal + (values[name] if name else "") for literal, name, _format, _conversion in parts)


def _filled(sentence: str, values: Mapping[str, object]) -> str:
    return sentence.format_map(values) if values else sentence


@cache
def _sentences(spoken: str) -> gettext.NullTranslations:
    return gettext.translation(*SENTENCES, [spoken], class_=_Catalogue, fallback=True)


class _Catalogue(gettext.GNUTranslations):
    _catalog: dict[str | tuple[str, int], str]

    def written(self) -> Iterator[str]:
        """Yield the English of every sentence with values that may be read again."""
        prefix = WRITTEN + EOT
        return (
            key.removeprefix(prefix)
            for key in self._catalog
            if isinstance(key, str) and key.startswith(prefix)
        )


class _Template:
    """A sentence with values in it, by which a text that was made of it is known."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        parsed = Formatter().parse(sentence)
        self._parts = [(literal, name) for literal, name, _format, _conversion in parsed]
        self._literals = [literal for literal, _name in self._parts if literal]
        self._start = self._parts[0][0]
        self._end = "" if self._parts[-1][1] else self._parts[-1][0]
        self._names = {name for _literal, name in self._parts if name}
        self.letters = sum(map(str.isalpha, "".join(self._literals)))  # apart from its values

    @property
    def is_telling(self) -> bool:
        """Whether it can be known by its form: nearly nothing but values could be any text."""
        return self.letters >= _FEWEST_LETTERS or bool(self._names & _FORMS.keys())

    def values_in(self, text: str) -> dict[str, str] | None:
        """Return the values by name that make *text* of it; None when nothing does."""
        if not (text.startswith(self._start) and text.endswith(self._end)):
            return None  # nearly every other sentence
        if not all(literal in text for literal in self._literals):
            return None
        found = self._pattern.fullmatch(text)
        return found and found.groupdict()

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """The pattern of it; a value that is not the last one does not reach into the next sentence."""
        pattern, seen = "", set[str]()
        for place, (literal, name) in enumerate(self._parts, 1):
            pattern += re.escape(literal)
            if name in seen:
                pattern += f"(?P={name})"
            elif name:
                is_last = place == len(self._parts)
                pattern += f"(?P<{name}>{_FORMS.get(name, '.*' if is_last else '(?:(?!; ).)*?')})"
                seen.add(name)
        return re.compile(pattern, re.DOTALL)


@cache
def _templates() -> list[_Template]:
    """Return every sentence with values that can be known by its form, those with the most words first."""
    catalogue = _sentences("es")
    found = map(_Template, catalogue.written() if isinstance(catalogue, _Catalogue) else ())
    return sorted((template for template in found if template.is_telling), key=lambda one: -one.letters)
