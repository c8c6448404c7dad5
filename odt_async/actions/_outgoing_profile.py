"""Outgoing calls as a row wants them: from a named profile, from lists of call types, or one call type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, Field, model_validator
from pydantic_core import PydanticCustomError

from odt_async.columns import Flag, Listed
from odt_async.columns.call_permissions import (
    CallAction,
    CallActionCell,
    CallPermission,
    CallType,
    CallTypeCell,
    NamedProfile,
)
from odt_async.errors import RowError
from odt_async.language import written
from odt_async.model import ActionParams

__all__ = [
    "ProfileParams",
    "Triple",
    "changed_permissions",
    "recorded_permissions",
    "whole_permissions",
]

Triple = dict[str, Any]  # callType, action, transferEnabled: what Webex takes for one call type


class ProfileParams(ActionParams):
    """What is wanted of outgoing calls; columns win over the profile for the call types that they name."""

    perfil: Annotated[
        NamedProfile | None,
        Field(
            validation_alias=AliasChoices("perfil", "profile"),
            description="Nombre de un perfil: el fichero perfiles/<nombre>.json junto a los CSV.",
            examples=["nacional"],
        ),
    ] = None
    allow_call_types: Annotated[
        Listed[CallTypeCell],
        Field(description="Tipos de llamada que se permiten.", examples=["NATIONAL;TOLL_FREE"]),
    ] = ()
    block_call_types: Annotated[
        Listed[CallTypeCell],
        Field(description="Tipos de llamada que se bloquean.", examples=["PREMIUM_SERVICES_I"]),
    ] = ()
    call_type: Annotated[
        CallTypeCell | None,
        Field(
            description="Un tipo de llamada, para `action` y `transfer_enabled`.", examples=["INTERNATIONAL"]
        ),
    ] = None
    action: Annotated[
        CallActionCell | None,
        Field(description="Qué se hace con las llamadas de `call_type`.", examples=["BLOCK"]),
    ] = None
    transfer_enabled: Annotated[
        Flag | None,
        Field(
            description="Si el usuario puede transferir las llamadas de los tipos que nombra la fila.",
            examples=["TRUE"],
        ),
    ] = None

    @model_validator(mode="after")
    def _columns_agree(self) -> ProfileParams:
        both = sorted({*self.allow_call_types} & {*self.block_call_types})
        listed = self.call_type in {*self.allow_call_types, *self.block_call_types}
        problem = None
        if both:
            problem = written(
                "{both} is both in allow_call_types and in block_call_types: leave one out",
                both=", ".join(both),
            )
        elif listed and self.action is not None:
            problem = written(
                "{call_type} has an action, and stands in a list too: leave one of them out",
                call_type=self.call_type,
            )
        elif self.call_type is None and self.action is not None:
            problem = written("action is for call_type, which is blank: fill it in")
        elif self.call_type is None and not self._lists and self.transfer_enabled is not None:
            problem = written(
                "transfer_enabled names no call type: fill in call_type, allow_call_types or block_call_types"
            )
        elif (
            self.call_type is not None
            and self.action is None
            and self.transfer_enabled is None
            and not listed
        ):
            problem = written(
                "nothing is said of {call_type}: fill in action, transfer_enabled or both",
                call_type=self.call_type,
            )
        if problem:
            raise PydanticCustomError("call_types", "{problem}", {"problem": problem})
        return self

    @property
    def _lists(self) -> tuple[CallType, ...]:
        return (*self.allow_call_types, *self.block_call_types)

    @property
    def wanted_permissions(self) -> tuple[CallPermission, ...]:
        """What is wanted, each call type once; empty when the row says nothing of outgoing calls."""
        wanted = {entry.call_type: entry for entry in self.perfil.calling_permissions} if self.perfil else {}
        named: dict[CallType, CallAction | None] = {}
        if self.call_type is not None:
            named[self.call_type] = self.action
        named |= dict.fromkeys(self.allow_call_types, CallAction.ALLOW)
        named |= dict.fromkeys(self.block_call_types, CallAction.BLOCK)
        for call_type, action in named.items():
            wanted[call_type] = _over(wanted.get(call_type), call_type, action, self.transfer_enabled)
        return tuple(wanted.values())


def _over(
    profile: CallPermission | None, call_type: CallType, action: CallAction | None, transfer: bool | None
) -> CallPermission:
    """Return what the columns say, and where they are silent what the profile says."""
    return CallPermission(
        call_type=call_type,
        action=action if action is not None or profile is None else profile.action,
        transfer_enabled=transfer if transfer is not None or profile is None else profile.transfer_enabled,
    )


def changed_permissions(state: Mapping[str, Any], wanted: Iterable[CallPermission]) -> list[Triple]:
    """Return a triple for each call type that is not as *wanted*, whole: Webex takes no half of one.

    state: as read, `{"callingPermissions": [...]}`.

    Raises RowError where Webex has locked what would have to change, or shows no such call type and the row
    does not say enough to send it.
    """
    shown = {entry["callType"]: entry for entry in state.get("callingPermissions") or ()}
    changed, locked = [], []
    for permission in wanted:
        now = shown.get(permission.call_type, {})
        triple = {
            "callType": permission.call_type.value,
            "action": permission.action.value if permission.action else now.get("action"),
            "transferEnabled": (
                now.get("transferEnabled")
                if permission.transfer_enabled is None
                else permission.transfer_enabled
            ),
        }
        if triple == _triple(now):
            continue
        if None in triple.values():
            raise RowError(
                "Webex shows no {call_type} here: say both action and transferEnabled of it, or leave it out",
                call_type=permission.call_type,
            )
        if now.get("isCallTypeRestrictionEnabled"):
            locked.append(permission.call_type.value)
        changed.append(triple)
    if locked:
        raise RowError(
            "Webex has locked {locked} here (isCallTypeRestrictionEnabled) and refuses to change it: "
            "leave it out of the row or the profile",
            locked=", ".join(locked),
        )
    return changed


def whole_permissions(state: Mapping[str, Any], changed: Iterable[Triple]) -> list[Triple]:
    """Return the triples of every published call type that *state* shows, those in *changed* replaced."""
    triples = {
        entry["callType"]: _triple(entry)
        for entry in state.get("callingPermissions") or ()
        if entry["callType"] in CallType.__members__
    }
    return list((triples | {triple["callType"]: triple for triple in changed}).values())


def recorded_permissions(before: Mapping[str, Any], wanted: Iterable[CallPermission]) -> list[Triple]:
    """Return the triples that *before* has of the call types in *wanted*: what an undo puts back."""
    touched = {permission.call_type.value for permission in wanted}
    return [
        _triple(entry)
        for entry in before.get("callingPermissions") or ()
        if entry["callType"] in touched and not entry.get("isCallTypeRestrictionEnabled")
    ]


def _triple(entry: Mapping[str, Any]) -> Triple:
    return {name: entry.get(name) for name in ("callType", "action", "transferEnabled")}
