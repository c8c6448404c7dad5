"""The catalogue and the README's table are as the code is; `make catalogue` writes them."""

from __future__ import annotations

import pytest

from odt_async import actions
from odt_async.dataset import accepted_columns
from tools.catalogue import CATALOGUE, README, catalogue, facts_of, with_table
from tools.column_types import NOTATIONS, in_spanish

STALE = "is not as the code is: run `make catalogue`"
COLUMNS = [
    pytest.param(name, field, id=f"{name}, column {accepted_columns(params)[field][0]}")
    for name in actions.names()
    for params in [actions.load(name).Params]
    for field in params.model_fields
]


def test_the_catalogue_is_not_stale() -> None:
    assert CATALOGUE.is_file(), f"{CATALOGUE.name} {STALE}"
    assert CATALOGUE.read_text("utf-8") == catalogue(), f"{CATALOGUE.name} {STALE}"


def test_the_table_of_the_readme_is_not_stale() -> None:
    readme = README.read_text("utf-8")
    assert readme == with_table(readme), f"{README.name} {STALE}"


def test_a_readme_without_a_place_for_the_table_is_refused() -> None:
    with pytest.raises(ValueError, match="has no lines"):
        with_table("# odt_async\n")


@pytest.mark.parametrize(("name", "field"), COLUMNS)
def test_every_column_is_described_to_operators(name: str, field: str) -> None:
    description = actions.load(name).Params.model_fields[field].description
    assert description, f"{name}: add Field(description=...) in Spanish to the column {field}"
    assert description.endswith(".")


@pytest.mark.parametrize(("name", "field"), COLUMNS)
def test_every_column_has_a_type_in_words_that_are_explained(name: str, field: str) -> None:
    words = in_spanish(actions.load(name).Params, field).removeprefix("lista: ")
    assert words in {*NOTATIONS, "texto", "número entero"} or words.startswith("uno de ")


@pytest.mark.parametrize("name", actions.names())
def test_every_action_says_what_it_sends_and_whether_it_may_be_repeated(name: str) -> None:
    action = actions.load(name)
    batch = ["Batch"] if hasattr(action, "READ_BATCH") else []
    assert list(facts_of(action)) == ["Reads", "Writes", "Idempotent", "Undo", *batch]
