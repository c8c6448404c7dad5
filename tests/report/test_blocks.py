from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.report.blocks import blocks, embedded

CELLS = st.text(max_size=60) | st.sampled_from(
    ["</script>", "<!--", "<script>", "]]>", "\u2028\u2029", "&lt;", "\\u003c", "\x00", "</SCRIPT >"]
)


@given(st.lists(CELLS))
def test_what_is_embedded_is_read_back_as_it_was(cells: list[str]) -> None:
    assert json.loads(embedded(cells)) == cells


@given(st.lists(CELLS))
def test_nothing_that_is_embedded_can_end_or_open_an_element(cells: list[str]) -> None:
    assert re.search("[<>&\u2028\u2029]", embedded(cells)) is None


@given(st.lists(CELLS.map(lambda cell: [0, cell]), max_size=30))
def test_ids_are_whole_again_when_their_beginning_is_put_back(rows: list[list[object]]) -> None:
    before = [list(row) for row in rows]
    read = [json.loads(block) for block in blocks(rows, 1)]
    assert [[number, block["p"] + cell] for block in read for number, cell in block["r"]] == before


def test_what_ids_begin_with_is_told_once_in_a_block() -> None:
    ids = ["Y2lz_one", "Y2lz_once", "Y2lz_only"]
    assert [json.loads(block) for block in blocks([[cell] for cell in ids], 0)] == [
        {"p": "Y2lz_on", "r": [["e"], ["ce"], ["ly"]]}
    ]


@pytest.mark.parametrize(("rows", "sizes"), [(0, []), (1, [1]), (2000, [2000]), (4001, [2000, 2000, 1])])
def test_a_block_is_made_when_it_is_asked_for(rows: int, sizes: list[int]) -> None:
    asked: list[int] = []

    def source(number: int) -> list[str]:
        asked.append(number)
        return ["P"]

    made = blocks(map(source, range(rows)), 0)
    found = []
    for block in made:
        found.append(len(json.loads(block)["r"]))
        assert len(asked) == sum(found)
    assert found == sizes
