from __future__ import annotations

from typing import Any

import pytest

from odt_async.actions._outgoing_profile import (
    ProfileParams,
    changed_permissions,
    recorded_permissions,
    whole_permissions,
)
from odt_async.columns.call_permissions import CallPermission, CallProfile
from odt_async.errors import RowError

PROFILES = {
    "nacional": CallProfile.model_validate(
        [
            {"callType": "INTERNAL", "action": "ALLOW", "transferEnabled": True},
            {"callType": "INTERNATIONAL", "action": "BLOCK"},
        ]
    )
}


class Params(ProfileParams):
    @property
    def entity_id(self) -> str:
        return "somebody"


def parsed(**cells: str) -> Params:
    return Params.model_validate(cells, context={"profiles": PROFILES})


def wanted(**cells: str) -> dict[str, tuple[str | None, bool | None]]:
    return {
        entry.call_type.value: (entry.action.value if entry.action else None, entry.transfer_enabled)
        for entry in parsed(**cells).wanted_permissions
    }


def entry(call_type: str, action: str, *, transfer: bool, locked: bool = False) -> dict[str, Any]:
    return {
        "callType": call_type,
        "action": action,
        "transferEnabled": transfer,
        "isCallTypeRestrictionEnabled": locked,
    }


STATE = {
    "callingPermissions": [
        entry("INTERNAL_CALL", "ALLOW", transfer=True),
        entry("NATIONAL", "BLOCK", transfer=False),
        entry("PREMIUM_SERVICES_I", "BLOCK", transfer=False, locked=True),
        entry("LOCAL", "ALLOW", transfer=True),
    ]
}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, {}),
        ({"perfil": "Nacional.json"}, {"INTERNAL_CALL": ("ALLOW", True), "INTERNATIONAL": ("BLOCK", None)}),
        (
            {"allow_call_types": "national; toll-free", "block_call_types": '["PREMIUM_SERVICES_I"]'},
            {
                "NATIONAL": ("ALLOW", None),
                "TOLL_FREE": ("ALLOW", None),
                "PREMIUM_SERVICES_I": ("BLOCK", None),
            },
        ),
        ({"call_type": "national", "transfer_enabled": "sí"}, {"NATIONAL": (None, True)}),
        (
            {"call_type": "internal", "action": "transfer number 1", "transfer_enabled": "0"},
            {"INTERNAL_CALL": ("TRANSFER_NUMBER_1", False)},
        ),
        (
            {"perfil": "nacional", "allow_call_types": "INTERNATIONAL", "transfer_enabled": "x"},
            {"INTERNAL_CALL": ("ALLOW", True), "INTERNATIONAL": ("ALLOW", True)},
        ),
        (
            {"perfil": "nacional", "call_type": "INTERNAL", "action": "AUTH_CODE"},
            {"INTERNAL_CALL": ("AUTH_CODE", True), "INTERNATIONAL": ("BLOCK", None)},
        ),
        (
            {"allow_call_types": "NATIONAL", "call_type": "NATIONAL", "transfer_enabled": "no"},
            {"NATIONAL": ("ALLOW", False)},
        ),
    ],
)
def test_columns_and_profile_become_what_is_wanted(
    cells: dict[str, str], expected: dict[str, tuple[str | None, bool | None]]
) -> None:
    assert wanted(**cells) == expected


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"perfil": "otro"}, "there is no file perfiles/otro.json"),
        ({"perfil": "otro"}, "one of nacional"),
        (
            {"call_type": "LOCAL", "action": "ALLOW"},
            "'LOCAL' is not a call type of Webex: write one of INTERNAL_C",
        ),
        ({"call_type": "NATIONAL", "action": "MAYBE"}, "'MAYBE' is not an action: write one of ALLOW, BLOCK"),
        ({"call_type": "NATIONAL"}, "nothing is said of NATIONAL"),
        ({"action": "ALLOW"}, "action is for call_type, which is blank"),
        ({"perfil": "nacional", "transfer_enabled": "TRUE"}, "transfer_enabled names no call type"),
        (
            {"allow_call_types": "NATIONAL", "block_call_types": "national"},
            "NATIONAL is both in allow_call_types",
        ),
        (
            {"allow_call_types": "NATIONAL", "call_type": "NATIONAL", "action": "BLOCK"},
            "NATIONAL has an action, and stands in a list too",
        ),
    ],
)
def test_what_contradicts_itself_is_refused_with_the_cure(cells: dict[str, str], problem: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the sentence is compared below
        parsed(**cells)
    assert problem in str(caught.value)


def test_without_any_profile_the_cure_says_so() -> None:
    with pytest.raises(ValueError, match="there is none yet"):
        Params.model_validate({"perfil": "nacional"})


def test_the_content_of_a_profile_decides_the_identity_of_a_row() -> None:
    dumped = parsed(perfil="nacional").model_dump(mode="json", exclude_none=True)
    assert dumped["perfil"]["calling_permissions"][1] == {"call_type": "INTERNATIONAL", "action": "BLOCK"}


def test_params_can_be_made_again_from_their_dump() -> None:
    params = parsed(perfil="nacional", allow_call_types="NATIONAL")
    assert Params.model_validate(params.model_dump(mode="json")) == params


@pytest.mark.parametrize(
    ("permission", "changed"),
    [
        (CallPermission(call_type="INTERNAL", action="ALLOW", transfer_enabled=True), []),
        (CallPermission(call_type="INTERNAL", action="ALLOW"), []),
        (CallPermission(call_type="PREMIUM_SERVICES_I", action="BLOCK"), []),
        (
            CallPermission(call_type="NATIONAL", action="ALLOW"),
            [{"callType": "NATIONAL", "action": "ALLOW", "transferEnabled": False}],
        ),
        (
            CallPermission(call_type="NATIONAL", transfer_enabled=True),
            [{"callType": "NATIONAL", "action": "BLOCK", "transferEnabled": True}],
        ),
        (
            CallPermission(call_type="TOLL_FREE", action="ALLOW", transfer_enabled=True),
            [{"callType": "TOLL_FREE", "action": "ALLOW", "transferEnabled": True}],
        ),
    ],
)
def test_only_what_differs_is_changed(permission: CallPermission, changed: list[dict[str, Any]]) -> None:
    assert changed_permissions(STATE, [permission]) == changed


def test_a_locked_call_type_that_would_change_is_an_error_that_says_so() -> None:
    wish = [CallPermission(call_type="PREMIUM_SERVICES_I", action="ALLOW")]
    with pytest.raises(RowError, match=r"Webex has locked PREMIUM_SERVICES_I here"):
        changed_permissions(STATE, wish)


def test_a_call_type_that_is_not_shown_needs_both_halves() -> None:
    wish = [CallPermission(call_type="TOLL_FREE", action="ALLOW")]
    with pytest.raises(RowError, match=r"Webex shows no TOLL_FREE here: say both"):
        changed_permissions(STATE, wish)


def test_the_whole_list_keeps_what_is_not_changed_and_drops_what_is_not_published() -> None:
    changed = [{"callType": "NATIONAL", "action": "ALLOW", "transferEnabled": True}]
    assert whole_permissions(STATE, changed) == [
        {"callType": "INTERNAL_CALL", "action": "ALLOW", "transferEnabled": True},
        {"callType": "NATIONAL", "action": "ALLOW", "transferEnabled": True},
        {"callType": "PREMIUM_SERVICES_I", "action": "BLOCK", "transferEnabled": False},
    ]


def test_what_is_put_back_is_what_was_touched_and_is_not_locked() -> None:
    touched = [
        CallPermission(call_type="NATIONAL", action="ALLOW"),
        CallPermission(call_type="PREMIUM_SERVICES_I", action="BLOCK"),
    ]
    assert recorded_permissions(STATE, touched) == [
        {"callType": "NATIONAL", "action": "BLOCK", "transferEnabled": False}
    ]
