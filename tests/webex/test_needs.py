from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.model import Lookup
from odt_async.webex.needs import Needs, normalised


@pytest.mark.parametrize(
    "name", ["OF1 Málaga", "  of1   MÁLAGA ", "OF1\tMálaga", unicodedata.normalize("NFD", "OF1 Málaga")]
)
def test_names_are_compared_without_case_white_space_or_encoding(name: str) -> None:
    assert normalised(name) == "of1 málaga"


@given(st.text())
def test_what_is_normalised_stays_so_trimmed_or_in_capitals(name: str) -> None:
    assert normalised(f" {normalised(name)}\n") == normalised(name)


def test_needs_are_the_distinct_names_of_each_kind_and_organisation() -> None:
    needs = Needs()
    needs.note([Lookup("person_id", "person", "a@b.es"), Lookup("location_id", "location", "Madrid")])
    needs.note([Lookup("person_id", "person", "A@b.es"), Lookup("person_id", "person", "c@d.es", "org")])
    assert needs.names("person", None) == {"a@b.es"}
    assert needs.names("person", "org") == {"c@d.es"}
    assert needs.names("location", None) == {"madrid"}
    assert needs.names("trunk", None) == set()
