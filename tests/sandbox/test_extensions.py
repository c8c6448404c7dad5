from __future__ import annotations

import pytest

from odt_async.sandbox.faults import parse_faults
from odt_async.sandbox.state import Organisation
from tests.sandbox.serving import SMALL

NUMBER = "+34911234567"


@pytest.mark.parametrize(
    ("location", "number", "owner"),
    [
        (3, "80000003", "person 3"),
        (4, "80000003", None),
        (3, "70000003", "workspace 3"),
        (4, "70000003", None),
        (3, "80099999", None),
        (3, "70099999", None),
        (3, "60000003", None),
        (3, "4711", None),
        (3, "8000000x", None),
        (None, NUMBER, None),
    ],
)
def test_derived_extensions_have_their_owners(location: int | None, number: str, owner: str | None) -> None:
    assert Organisation(SMALL).extensions.owner(location, number) == owner


def test_a_person_without_calling_has_no_extension() -> None:
    organisation = Organisation(SMALL)
    organisation.afflict(parse_faults(["no-calling=100%"]))
    assert organisation.extensions.owner(3, "80000003") is None


def test_a_number_has_the_owner_it_was_given_until_it_is_released() -> None:
    extensions = Organisation(SMALL).extensions
    extensions.claim(3, "4711", "person 9")
    extensions.claim(None, NUMBER, "person 9")
    given = [extensions.owner(3, "4711"), extensions.owner(4, "4711"), extensions.owner(None, NUMBER)]
    extensions.release(3, "4711")
    extensions.release(3, "never claimed")
    assert (given, extensions.owner(3, "4711")) == (["person 9", None, "person 9"], None)
