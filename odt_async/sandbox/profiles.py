"""Sample profiles of outgoing calls, for `perfiles/` beside the CSV files."""

from __future__ import annotations

from typing import Any

__all__ = ["sample_profiles"]

_PREMIUM = ("PREMIUM_SERVICES_I", "PREMIUM_SERVICES_II")
_SPECIAL = ("SPECIAL_SERVICES_I", "SPECIAL_SERVICES_II")
_ASSISTED = ("OPERATOR_ASSISTED", "CHARGEABLE_DIRECTORY_ASSISTED")
_IN_THE_COUNTRY = ("INTERNAL_CALL", "TOLL_FREE", "NATIONAL")
_ABROAD = ("INTERNATIONAL",)


def sample_profiles() -> dict[str, list[dict[str, Any]]]:
    """Return file name (without `.json`) -> content of the three profiles that operators start from."""
    return {
        # calls within the country; the special services are left as they are
        "nacional": _entries(_IN_THE_COUNTRY, "ALLOW") + _entries(_ABROAD + _ASSISTED + _PREMIUM, "BLOCK"),
        # nothing but premium numbers is touched
        "bloqueo_premium": _entries(_PREMIUM, "BLOCK"),
        # colleagues and free numbers
        "solo_internas": _entries(("INTERNAL_CALL", "TOLL_FREE"), "ALLOW")
        + _entries(("NATIONAL", *_ABROAD, *_ASSISTED, *_SPECIAL, *_PREMIUM), "BLOCK"),
    }


def _entries(call_types: tuple[str, ...], action: str) -> list[dict[str, Any]]:
    return [
        {"callType": call_type, "action": action, "transferEnabled": action == "ALLOW"}
        for call_type in call_types
    ]
