from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from odt_async.columns import Email, Flag, Listed, PhoneNumber
from tests.columns.refusals import accept, refusal

items = st.text(
    st.characters(exclude_characters=",;|[", exclude_categories=["Z", "C"]), min_size=1, max_size=20
)


@pytest.mark.parametrize("text", ["TRUE", "true", " Sí ", "si", "1", "x", "X", "yes", "Verdadero"])
def test_every_way_to_say_yes_is_understood(text: str) -> None:
    assert accept(Flag, text) is True


@pytest.mark.parametrize("text", ["FALSE", "no", "No", "0", "falso", "off"])
def test_every_way_to_say_no_is_understood(text: str) -> None:
    assert accept(Flag, text) is False


def test_a_flag_from_python_stays_what_it_is() -> None:
    assert [accept(Flag, value) for value in (True, False)] == [True, False]


def test_a_flag_that_is_neither_is_refused() -> None:
    assert refusal(Flag, "quizás") == "'quizás' is neither yes nor no: write TRUE or FALSE"


def test_an_email_is_trimmed_and_lower_case() -> None:
    assert accept(Email, " Ana.García@Empresa.ES ") == "ana.garcía@empresa.es"


@pytest.mark.parametrize(
    "text", ["ana", "ana@empresa", "a@b.es;c@d.es", "Ana <a@b.es>", "a b@c.es", "a@@c.es"]
)
def test_what_is_not_one_email_is_refused(text: str) -> None:
    assert (
        refusal(Email, text) == f"'{text}' is not an e-mail address: write one address, as name@company.com"
    )


@pytest.mark.parametrize(
    "cell", ["a,b,c", "a;b ; c", "a|b|c|", '["a", "b", " c "]', "a,b,,c,a", '["a","b","c",null]']
)
def test_a_list_takes_any_separator_or_json_and_each_item_once(cell: str) -> None:
    assert accept(Listed[str], cell) == ("a", "b", "c")


def test_numbers_in_a_json_array_keep_their_digits() -> None:
    assert accept(Listed[PhoneNumber], "[34911234567, 34931234567]") == ("+34911234567", "+34931234567")


def test_a_number_that_a_spreadsheet_shortened_is_refused_inside_json_too() -> None:
    assert "its digits are lost" in refusal(Listed[PhoneNumber], "[3.4912E+10]")


def test_a_torn_json_array_is_refused() -> None:
    text = refusal(Listed[str], '["a", "b"')
    assert text.startswith("starts like a JSON array but is none (")
    assert text.endswith("): write it whole, or separate the items with ;")


def test_a_json_array_of_objects_is_refused() -> None:
    assert refusal(Listed[str], '[{"a": 1}]') == "Input should be a valid string"


def test_a_tuple_is_taken_as_it_is() -> None:
    assert accept(Listed[str], ("a", "b;c")) == ("a", "b;c")


@given(st.lists(items, unique=True), st.sampled_from([",", ";", "|", " ; "]))
def test_items_come_out_as_they_were_put_together(texts: list[str], separator: str) -> None:
    assert accept(Listed[str], separator.join(texts)) == tuple(texts)
    assert accept(Listed[str], json.dumps(texts)) == tuple(texts)


@given(st.text())
def test_no_text_breaks_the_cells(text: str) -> None:
    for type_ in (Flag, Email, Listed[str]):
        adapter: TypeAdapter[object] = TypeAdapter(type_)
        try:
            adapter.validate_python(text)
        except ValidationError as error:
            assert error.errors()  # noqa: PT017 - whether it is refused depends on the text
