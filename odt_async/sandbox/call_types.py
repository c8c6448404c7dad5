"""The call types and actions of outgoing permissions, as published: the same for locations, people and workspaces.

Packed settings keep an index into these, so their order is part of what is stored.
"""

from __future__ import annotations

from typing import Literal, get_args

__all__ = ["ACTIONS", "CALL_TYPES", "CallAction", "CallType"]

CallType = Literal[
    "INTERNAL_CALL",
    "TOLL_FREE",
    "INTERNATIONAL",
    "OPERATOR_ASSISTED",
    "CHARGEABLE_DIRECTORY_ASSISTED",
    "SPECIAL_SERVICES_I",
    "SPECIAL_SERVICES_II",
    "PREMIUM_SERVICES_I",
    "PREMIUM_SERVICES_II",
    "NATIONAL",
]
CallAction = Literal[
    "ALLOW", "BLOCK", "AUTH_CODE", "TRANSFER_NUMBER_1", "TRANSFER_NUMBER_2", "TRANSFER_NUMBER_3"
]
CALL_TYPES: tuple[str, ...] = get_args(CallType)
ACTIONS: tuple[str, ...] = get_args(CallAction)
