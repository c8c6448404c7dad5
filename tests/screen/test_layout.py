from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from odt_async.screen.layout import Section, beside, cut, flow, fold, line, stack, wrap
from tests.screen.building import plain

WORDS = st.text(st.characters(codec="utf-8"), max_size=30)
SECTIONS = st.lists(
    st.builds(
        lambda sizes: Section(line("title"), [[line("x")] * size for size in sizes]),
        st.lists(st.integers(1, 3), min_size=1, max_size=12),
    ),
    max_size=5,
)


def section(title: str, count: int, *, size: int = 1) -> Section:
    blocks = [[line(f"{title}{number}")] * size for number in range(count)]
    return Section(line(title), blocks)


@given(WORDS, st.integers(1, 40))
def test_no_line_is_wider_than_it_may_be(words: str, width: int) -> None:
    assert cut(line(words), width).cell_len <= width


@given(st.lists(WORDS, max_size=8), st.integers(1, 40))
def test_items_flow_into_lines_and_none_is_lost(items: list[str], width: int) -> None:
    lines = flow([line(item) for item in items], width)
    assert [item for text in lines for item in [text.plain]] or not items
    assert "".join(text.plain for text in lines).replace(" ", "") == "".join(
        line(item).plain for item in items
    ).replace(" ", "")


def test_items_share_a_line_as_long_as_they_fit() -> None:
    assert plain(flow([line("one"), line("two"), line("three")], 8)) == ["one  two", "three"]


def test_a_path_is_folded_not_cut() -> None:
    assert plain(fold(line("logs/report.json"), 6)) == ["logs/r", "eport.", "json"]


@given(SECTIONS, st.integers(0, 40))
def test_sections_keep_to_the_height(sections: list[Section], height: int) -> None:
    assert len(stack(sections, height)) <= height


def test_sections_are_filled_up_in_their_order() -> None:
    assert plain(stack([section("a", 3), section("b", 5)], 7)) == [
        *("a", "a0", "a1", "a2"),
        *("b", "b0", "  … and 4 more"),
    ]


def test_blank_lines_come_last() -> None:
    assert plain(stack([section("a", 1), section("b", 1)], 4)) == ["a", "a0", "b", "b0"]
    assert plain(stack([section("a", 1), section("b", 1)], 5)) == ["a", "a0", "", "b", "b0"]


def test_lines_that_belong_together_are_left_out_together() -> None:
    assert plain(section("a", 3, size=2).of_height(5)) == ["a", "a0", "a0", "  … and 2 more"]


def test_a_sentence_is_wrapped_between_words_and_cut_where_it_is_too_long() -> None:
    assert wrap("a sentence that goes on and on", 12, 3) == ["a sentence", "that goes on", "and on"]
    assert wrap("a sentence that goes on and on", 12, 2) == ["a sentence", "that goes …"]
    assert wrap("", 12, 2) == []


@pytest.mark.parametrize("height", [0, 1])
def test_what_has_no_room_is_left_out(height: int) -> None:
    assert stack([section("a", 2)], height) == []


def test_two_columns_are_of_the_same_width() -> None:
    rows = beside([line("left"), Text("a long one here")], [line("right"), line("x"), line("y")], 22)
    assert plain(rows) == ["left        right", "a long on…  x", "            y"]
