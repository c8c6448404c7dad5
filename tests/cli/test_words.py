from __future__ import annotations

from collections.abc import Iterator

import pytest

from odt_async.cli.words import count_of
from odt_async.language import choose_language
from odt_async.model import Status


@pytest.fixture(autouse=True)
def _spanish() -> Iterator[None]:
    choose_language("es")
    yield
    choose_language(None)


def test_the_words_for_a_number_of_rows_agree_with_it() -> None:
    told = {status: (count_of(status, 1), count_of(status, 2)) for status in Status}
    assert told == {
        Status.APPLIED: ("1 aplicada", "2 aplicadas"),
        Status.UNCHANGED: ("1 sin cambios", "2 sin cambios"),
        Status.PLANNED: ("1 cambiaría", "2 cambiarían"),
        Status.SKIPPED: ("1 omitida", "2 omitidas"),
        Status.ERROR: ("1 falló", "2 fallaron"),
        Status.PENDING: ("1 no intentada", "2 no intentadas"),
    }
