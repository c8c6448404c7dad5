from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.language import choose_language, retold
from odt_async.report.retelling import Retelling

SENTENCES = [
    "resumed",
    "duplicate of row 7",
    "duplicate of row 7770003",
    "HTTP 404, code 4008: User is not a Webex Calling user",
    "usuarios.csv line 12, column extension: '80x1' is not a number: write digits only",
    "there is no number: fill in phone_numbers or phone_number_1",
    "the token may not change the 'busy' forwarding of this target",
    "something that 'Webex' has said about ana@example.com, 3 times",
]


@pytest.mark.parametrize("text", SENTENCES)
def test_a_text_is_told_as_it_would_be_by_itself(text: str) -> None:
    choose_language("es")
    retell = Retelling()
    assert [retell(text), retell(text)] == [retold(text)] * 2


def test_texts_that_differ_in_a_number_keep_their_own() -> None:
    choose_language("es")
    retell = Retelling()
    rows = [str(number) for number in range(5000)]
    assert [retell(f"duplicate of row {row}").rpartition(" ")[2] for row in rows] == rows


@given(st.lists(st.text(max_size=40)))
def test_what_is_no_sentence_of_ours_stays_as_it_is(texts: list[str]) -> None:
    choose_language("en")
    assert list(map(Retelling(), texts)) == texts


def test_more_sorts_of_text_than_there_is_time_for_stay_as_they_were_written() -> None:
    choose_language("es")
    retell = Retelling()
    for number in range(1000):
        retell(f"odd {chr(0x4E00 + number)}")
    assert retell("resumed") == "resumed"
