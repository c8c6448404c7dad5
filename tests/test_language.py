from __future__ import annotations

from collections.abc import Iterator

import pytest

from odt_async.errors import InputError, InvalidRow, Problem
from odt_async.language import choose_language, language, retold, tr, tr_prompt, trn, written

WRONG_CELL = "'x' is not a number: write digits only"


@pytest.fixture(autouse=True)
def _unnamed() -> Iterator[None]:
    choose_language(None)
    yield
    choose_language(None)


def test_it_is_english_and_asks_in_spanish_where_nobody_names_a_language() -> None:
    assert (language(), tr("has no rows"), tr_prompt("Go on? [y/N] ")) == (
        "en",
        "has no rows",
        "¿Continuar? [y/N] ",
    )


@pytest.mark.parametrize(
    ("chosen", "said", "asked"),
    [("es", "no tiene filas", "¿Continuar? [y/N] "), ("en", "has no rows", "Go on? [y/N] ")],
)
def test_whoever_names_a_language_gets_all_of_it(chosen: str, said: str, asked: str) -> None:
    choose_language(chosen)
    assert (language(), tr("has no rows"), tr_prompt("Go on? [y/N] ")) == (chosen, said, asked)


@pytest.mark.parametrize(("count", "said"), [(0, "0 filas"), (1, "1 fila"), (2, "2 filas")])
def test_a_number_of_things_has_its_own_form(count: int, said: str) -> None:
    choose_language("es")
    assert trn("{count} row", "{count} rows", count) == said


def test_values_stand_in_their_places_in_either_language() -> None:
    sentence = "to mend: {path}"
    english = tr(sentence, path="a{b}.csv")
    choose_language("es")
    assert (english, tr(sentence, path="a{b}.csv")) == ("to mend: a{b}.csv", "para corregir: a{b}.csv")


def test_a_sentence_that_nobody_translated_stays_as_it_is() -> None:
    choose_language("es")
    assert (tr("no such {thing}", thing="sentence"), retold("no such sentence")) == ("no such sentence",) * 2


def test_the_catalogue_of_actions_is_spanish_and_has_its_english() -> None:
    summary = "Quita licencias de una persona; la de Webex Calling se lleva extensión, números y desvíos."
    unnamed = tr_prompt(summary)
    choose_language("en")
    assert (unnamed, tr_prompt(summary).partition(";")[0]) == (summary, "Removes licences of a person")


def test_what_is_written_is_english_whatever_is_spoken() -> None:
    choose_language("es")
    assert written("{path} has no rows", path="a.csv") == "a.csv has no rows"
    assert str(InputError("{path} has no rows", path="a.csv")) == "a.csv has no rows"


def test_what_was_written_is_told_in_the_language_of_the_reader() -> None:
    row = InvalidRow(
        (Problem("extension", WRONG_CELL, "usuarios.csv line 7"), Problem(None, "has no rows", "--set"))
    )
    choose_language("es")
    assert retold(str(row)) == (
        "usuarios.csv línea 7, columna extension: 'x' no es un número: escriba solo dígitos; --set: no tiene filas"
    )


def test_several_sentences_in_one_line_are_told_one_by_one() -> None:
    cells = (
        Problem("extension", WRONG_CELL, "usuarios.csv line 7"),
        Problem(
            "email",
            "'y' is not an e-mail address: write one address, as name@company.com",
            "usuarios.csv line 7",
        ),
    )
    choose_language("es")
    assert retold(str(InvalidRow(cells))) == (
        "usuarios.csv línea 7, columna extension: 'x' no es un número: escriba solo dígitos; "
        "usuarios.csv línea 7, columna email: 'y' no es una dirección de correo: escriba una sola dirección, "
        "como nombre@empresa.com"
    )


def test_a_sentence_inside_a_sentence_is_told_too() -> None:
    choose_language("es")
    error = InputError("row {index} cannot be used; nothing was sent: {error}", index=3, error=WRONG_CELL)
    assert retold(str(error)) == (
        "la fila 3 no se puede usar; no se ha enviado nada: 'x' no es un número: escriba solo dígitos"
    )


@pytest.mark.parametrize(
    "words",
    [
        "HTTP 400, code 4003: Unauthorized: one of 3 rows of line",
        "Input line is wrong; it has errors",
        "error",
        "",
        "column: line: row",
    ],
)
def test_words_of_webex_are_left_alone(words: str) -> None:
    choose_language("es")
    assert retold(words) == words
