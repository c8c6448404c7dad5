from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.errors import InputError
from odt_async.sandbox import SandboxSettings, parse_faults
from odt_async.sandbox.state import Organisation

LARGE = Organisation(SandboxSettings())


@given(st.integers(0, 999_999))
def test_an_email_leads_back_to_its_person(index: int) -> None:
    person = LARGE.person(index)
    assert LARGE.person_by_email(f" {person.email.upper()} ") == person


def test_a_person_is_the_same_however_large_the_organisation() -> None:
    small = Organisation(SandboxSettings(people=5, locations=100, workspaces=1))
    assert small.person(4) == LARGE.person(4)


def test_extensions_are_unique_and_of_eight_digits() -> None:
    extensions = {LARGE.person(index).extension for index in range(0, 1_000_000, 999)}
    extensions |= {LARGE.workspace(index).extension for index in range(0, 100_000, 999)}
    assert (len(extensions), {len(text) for text in extensions}) == (1002 + 101, {8})


def test_people_are_spread_over_all_locations() -> None:
    assert {LARGE.person(index).location for index in range(100)} == set(range(100))


@pytest.mark.parametrize(
    "email",
    ["", "nobody@example.com", "nobody.at.all.0000007@sandbox.example", "a.b.1000000@sandbox.example"],
)
def test_an_address_that_is_almost_right_is_nobodys(email: str) -> None:
    assert LARGE.person_by_email(email) is None


def test_location_names_are_unique() -> None:
    assert len({LARGE.location(index).name for index in range(100)}) == 100


@pytest.mark.parametrize("size", [{"people": 0}, {"locations": -1}, {"workspaces": 10_000_000}, {"seed": -1}])
def test_an_impossible_size_is_refused(size: dict[str, int]) -> None:
    with pytest.raises(InputError):
        SandboxSettings(**size)


def test_people_named_in_a_fault_lose_what_it_takes() -> None:
    organisation = Organisation(SandboxSettings(people=10))
    first, second = organisation.person(1), organisation.person(2)
    organisation.afflict(
        parse_faults([f"no-calling={first.email}|{second.id}", f"forwarding-4003={first.id}"])
    )
    without_calling = [index for index in range(10) if not organisation.has_calling(index)]
    without_busy = [index for index in range(10) if organisation.refuses_busy(index)]
    assert (without_calling, without_busy) == ([1, 2], [1])


def test_a_share_of_the_people_loses_what_a_fault_takes() -> None:
    organisation = Organisation(SandboxSettings(people=1000))
    organisation.afflict(parse_faults(["no-calling=10%"]))
    assert 60 < sum(not organisation.has_calling(index) for index in range(1000)) < 140


def test_a_fault_that_names_nobody_is_refused() -> None:
    with pytest.raises(InputError, match=r"nobody in the sandbox .* 'x@y.es'"):
        LARGE.afflict(parse_faults(["no-calling=x@y.es"]))
