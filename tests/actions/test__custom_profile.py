from __future__ import annotations

from typing import Any

import pytest

from odt_async.actions import usuarios_configurar_perfil_saliente_custom
from odt_async.actions._custom_profile import plan, recorded
from odt_async.errors import InvalidRow, RowError
from tests.actions.staging import parse_cells

PROFILES = {"sin_premium": [{"callType": "PREMIUM_SERVICES_I", "action": "BLOCK", "transferEnabled": False}]}


def params(**cells: str) -> Any:
    cells = {"email": "ana@sandbox.example", **cells}
    return parse_cells(usuarios_configurar_perfil_saliente_custom, PROFILES, **cells)


def triple(call_type: str, action: str, *, transfer: bool = True) -> dict[str, Any]:
    return {"callType": call_type, "action": action, "transferEnabled": transfer}


NATIONAL = triple("NATIONAL", "ALLOW")
PREMIUM = triple("PREMIUM_SERVICES_I", "ALLOW", transfer=False)


def state(*, custom: bool = True, locked: bool = False, **more: Any) -> dict[str, Any]:
    entries = [{**entry, "isCallTypeRestrictionEnabled": locked} for entry in (NATIONAL, PREMIUM)]
    return {"useCustomEnabled": custom, "useCustomPermissions": custom, "callingPermissions": entries, **more}


def body(*permissions: dict[str, Any], custom: bool = True) -> dict[str, Any]:
    return {
        "useCustomEnabled": custom,
        "useCustomPermissions": custom,
        "callingPermissions": list(permissions),
    }


@pytest.mark.parametrize("custom", [True, False])
def test_call_types_that_are_not_named_are_sent_as_they_were_read(*, custom: bool) -> None:
    assert plan(state(custom=custom), params(perfil="sin_premium")) == body(
        NATIONAL, triple("PREMIUM_SERVICES_I", "BLOCK", transfer=False)
    )


def test_what_is_as_wanted_needs_no_change() -> None:
    assert plan(state(), params(call_type="PREMIUM_SERVICES_I", action="ALLOW")) is None


def test_permissions_that_do_not_count_yet_are_made_to() -> None:
    wanted = params(call_type="PREMIUM_SERVICES_I", action="ALLOW")
    assert plan(state(custom=False), wanted) == body(NATIONAL, PREMIUM)


def test_the_locations_permissions_count_again() -> None:
    wanted = params(use_custom_enabled="FALSE")
    assert plan(state(), wanted) == body(NATIONAL, PREMIUM, custom=False)
    assert plan(state(custom=False), wanted) is None


@pytest.mark.parametrize("custom", [True, False])
def test_a_read_without_the_optional_flag_counts_as_the_other_one(*, custom: bool) -> None:
    shown = state(custom=custom)
    del shown["useCustomEnabled"]
    wanted = params(use_custom_permissions=str(custom))
    assert plan(shown, wanted) is None
    assert recorded(shown) == body(NATIONAL, PREMIUM, custom=custom)


def test_what_webex_does_not_say_is_not_sent_as_null() -> None:
    shown = state(callingPermissions=[NATIONAL, {"callType": "TOLL_FREE", "transferEnabled": True}])
    change = plan(shown, params(call_type="NATIONAL", action="BLOCK"))
    assert change == body(triple("NATIONAL", "BLOCK"), {"callType": "TOLL_FREE", "transferEnabled": True})


def test_a_locked_call_type_is_the_rows_error() -> None:
    with pytest.raises(RowError, match="locked NATIONAL"):
        plan(state(locked=True), params(block_call_types="NATIONAL"))


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"use_custom_enabled": "TRUE", "use_custom_permissions": "FALSE"}, "contradict each other"),
        (
            {"use_custom_enabled": "no", "use_custom_permissions": "sí", "perfil": "sin_premium"},
            "contradict each other",
        ),
        ({}, "nothing is said of outgoing calls"),
        ({"use_custom_enabled": "FALSE", "perfil": "sin_premium"}, "means the location's permissions"),
        ({"use_custom_permissions": "0", "allow_call_types": "NATIONAL"}, "means the location's permissions"),
        ({"perfil": "otro"}, r"there is no file perfiles/otro\.json"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused_with_the_cure(cells: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidRow, match=words):
        params(**cells)


@pytest.mark.parametrize("flags", [{}, {"use_custom_enabled": "x"}, {"use_custom_permissions": "1"}])
def test_one_flag_or_none_means_a_custom_profile(flags: dict[str, str]) -> None:
    assert params(perfil="sin_premium", **flags).custom is True


def test_the_content_of_the_profile_is_part_of_the_row() -> None:
    wanted = params(perfil="sin_premium").model_dump(mode="json", exclude_none=True)
    assert "PREMIUM_SERVICES_I" in str(wanted["perfil"])
