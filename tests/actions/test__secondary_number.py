from __future__ import annotations

from typing import Any

import pytest

from odt_async.actions import usuarios_anadir_intercom_legacy
from odt_async.actions._secondary_number import has_number, plan, removal
from odt_async.errors import InvalidRow
from tests.actions.staging import parse_cells

NUMBER = "+34911234567"


def params(number: str = NUMBER, **more: str) -> Any:
    cells = {"email": "ana@sandbox.example", "legacy_phone_number": number} | more
    return parse_cells(usuarios_anadir_intercom_legacy, None, **cells)


def state(*items: dict[str, Any]) -> dict[str, Any]:
    return {"phoneNumbers": [{"primary": True, "extension": "80000007"}, *items]}


def test_a_number_that_is_not_there_is_added() -> None:
    assert plan(state({"primary": False, "directNumber": "+34911234568"}), params()) == {
        "phoneNumbers": [{"primary": False, "action": "ADD", "directNumber": NUMBER}]
    }


@pytest.mark.parametrize("key", ["directNumber", "external"])
@pytest.mark.parametrize("primary", [True, False])
@pytest.mark.parametrize("shown", [NUMBER, "+34 911 23 45 67", "911234567", "911 23 45 67", "34911234567"])
def test_a_number_that_is_there_in_any_form_needs_no_change(key: str, shown: str, *, primary: bool) -> None:
    assert plan(state({"primary": primary, key: shown}), params()) is None


@pytest.mark.parametrize("shown", ["1234567", "80000007", "+351911234567", "+34911234567890", "", None, "x"])
def test_another_number_is_not_taken_for_it(shown: str | None) -> None:
    assert not has_number(state({"primary": False, "directNumber": shown}), params())


def test_the_removal_names_the_number_that_was_added() -> None:
    assert removal(params()) == {
        "phoneNumbers": [{"primary": False, "action": "DELETE", "directNumber": NUMBER}]
    }


def test_a_national_number_is_of_the_rows_country() -> None:
    assert params("911 23 45 67", country="es").legacy_phone_number == NUMBER


def test_a_number_without_country_is_refused_with_the_cure() -> None:
    with pytest.raises(InvalidRow, match=r"column legacy_phone_number: '123' has no country code"):
        params("123")
