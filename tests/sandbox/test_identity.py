from __future__ import annotations

import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.sandbox.identity import EntityIds, draw, hydra

LARGEST = 1_000_000
PEOPLE = EntityIds("ciscospark://us/PEOPLE/", seed=1, count=LARGEST)
PLACES = EntityIds("ciscospark://urn:TEAM:us-west-2_r/PLACE/", seed=1, count=LARGEST, padded=True)

indexes = st.integers(0, LARGEST - 1)
seeds = st.integers(0, 2**63)


@given(indexes, seeds)
def test_an_id_leads_back_to_its_index(index: int, seed: int) -> None:
    ids = EntityIds("ciscospark://us/PEOPLE/", seed=seed, count=LARGEST)
    assert (ids.index(ids.hydra(index)), ids.index(ids.uuid(index))) == (index, index)


@given(indexes)
def test_padding_and_letter_case_of_a_uuid_do_not_matter(index: int) -> None:
    bare = PLACES.hydra(index).rstrip("=")
    found = [PLACES.index(text) for text in (bare, bare + "=", bare + "==", PLACES.uuid(index).upper())]
    assert found == [index] * 4


@given(indexes)
def test_the_key_of_a_hydra_id_is_a_version_4_uuid(index: int) -> None:
    text = PEOPLE.hydra(index)
    uri = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    assert UUID(uri.removeprefix("ciscospark://us/PEOPLE/")).version == 4


def test_only_workspace_ids_are_shown_padded() -> None:
    assert (PEOPLE.hydra(7)[-1] == "=", PLACES.hydra(7)[-2:]) == (False, "==")


@given(st.text())
def test_no_text_at_all_breaks_the_look_up(text: str) -> None:
    assert PEOPLE.index(text) is None


@pytest.mark.parametrize(
    "text",
    [
        PEOPLE.uuid(LARGEST),
        PEOPLE.uuid(3)[:-1] + "x",
        EntityIds("ciscospark://us/PEOPLE/", seed=2, count=LARGEST).hydra(3),
        PLACES.hydra(3),
        hydra("ciscospark://us/LICENSE/", PEOPLE.uuid(3)),
        "ñ" * 36,
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
    ids=["beyond the last", "altered", "other seed", "other kind", "other type", "not hex", "not text"],
)
def test_an_id_that_was_not_issued_is_nobody(text: str) -> None:
    assert PEOPLE.index(text) is None


@given(seeds, st.lists(st.text()))
def test_draws_repeat(seed: int, parts: list[str]) -> None:
    assert draw(seed, *parts) == draw(seed, *parts) < 2**64


def test_one_more_gets_the_next_index_and_one_who_is_gone_never_comes_back() -> None:
    ids = EntityIds("ciscospark://us/PEOPLE/", seed=1, count=2)
    before = ids.index(ids.hydra(2))
    added = ids.add()
    ids.remove(0)
    found = [ids.index(ids.hydra(index)) for index in range(4)]
    assert (before, added, found) == (None, 2, [None, 1, 2, None])
    assert (ids.count, ids.removed, 0 in ids, 2 in ids) == (3, frozenset({0}), False, True)
