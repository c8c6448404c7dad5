from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odt_async.sandbox.names import ascii_fold, people_named, person_name

PEOPLE = 1_200_000


@given(st.integers(0, PEOPLE - 1), st.integers(0, 10**12))
def test_a_full_name_leads_back_to_its_person(index: int, seed: int) -> None:
    name = person_name(index, seed).display
    assert index in set(people_named(name, seed=seed, people=PEOPLE))


@given(st.sampled_from(["á", "an", "ANA", "ana g", "Ana García ", "ana garcía lópez", "Zzz"]))
def test_the_search_finds_all_who_start_like_that_and_no_others(prefix: str) -> None:
    names = {index: person_name(index, 1).display for index in range(500)}
    wanted = {index for index, name in names.items() if name.casefold().startswith(prefix.casefold())}
    assert sorted(people_named(prefix, seed=1, people=500)) == sorted(wanted)


def test_names_fold_to_what_an_address_may_hold() -> None:
    assert ascii_fold("Íñigo de la Peña") == "inigodelapena"
