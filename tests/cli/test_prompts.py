from __future__ import annotations

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from odt_async import actions
from odt_async.cli.prompts import chosen_letters, confirm_bulk, menu_lines, pick_actions
from odt_async.errors import InputError

ENTRIES = [("one", "The first of all."), ("two", "Another one.")]


@pytest.mark.parametrize(
    ("answer", "places"),
    [("a", [0]), ("cab", [2, 0, 1]), ("A, c;b", [0, 2, 1]), (" aab\n", [0, 1]), ("", [])],
)
def test_letters_are_taken_in_the_order_of_the_answer(answer: str, places: list[int]) -> None:
    assert chosen_letters(answer, 3) == places


def test_a_letter_that_stands_for_nothing_is_named() -> None:
    with pytest.raises(ValueError, match="no hay acción d, 1: de a a c"):
        chosen_letters("ad1", 3)


@given(st.lists(st.integers(0, 17), unique=True))
def test_every_choice_can_be_written(places: list[int]) -> None:
    answer = "".join("abcdefghijklmnopqr"[place] for place in places)
    assert chosen_letters(answer, 18) == places


def test_there_is_a_letter_for_every_action() -> None:
    assert len(menu_lines([(name, "x") for name in actions.names()], 80)) == len(actions.names())


def test_summaries_are_cut_to_the_width() -> None:
    assert menu_lines(ENTRIES, 24) == ["  a)  one  The first ...", "  b)  two  Another one."]


def answering(answers: str, ask: str) -> tuple[object, str]:
    runner = CliRunner()
    with runner.isolation(answers) as (_out, err, _both):
        found: object = pick_actions(ENTRIES) if ask == "menu" else confirm_bulk("one")
        return found, err.getvalue().decode()


def test_the_menu_asks_again_after_a_wrong_letter() -> None:
    found, shown = answering("az\nba\n", "menu")
    assert found == ["two", "one"]
    assert "  no hay acción z: de a a b\n" in shown
    assert shown.count("Letras") == 2


def test_nothing_picked_ends_it() -> None:
    with pytest.raises(InputError, match="ninguna acción elegida"):
        answering("\n", "menu")


@pytest.mark.parametrize("answer", ["y", "Y", "yes", "YES", "s", "si", "Si", "sí", "SÍ", " s "])
def test_a_yes_is_a_yes(answer: str) -> None:
    assert answering(f"{answer}\n", "bulk")[0] is True


@pytest.mark.parametrize("answer", ["", "n", "no", "sip", "yy"])
def test_all_else_is_a_no(answer: str) -> None:
    assert answering(f"{answer}\n", "bulk")[0] is False


def test_the_question_is_the_one_that_operators_know() -> None:
    _found, shown = answering("\n", "bulk")
    assert shown == "¿Ejecutar one en modo BULK con todas las filas del CSV de dominio? [y/N] "


def test_without_anybody_to_answer_it_says_how_to_do_without() -> None:
    with pytest.raises(InputError, match="--bulk-all, --no-bulk-all or --auto-confirm"):
        answering("", "bulk")
