"""Outgoing calls: the call types, what may be done with them, and a profile that says so for several.

The ten call types are those that Webex publishes for locations, persons and workspaces alike (webex-openapi-specs,
`webex-cloud-calling.json`, operation "Update Location Outgoing Permission"). `LOCAL` and `TOLL`, which wxc_sdk
1.41 still has, are not among them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from odt_async.language import written

__all__ = ["CallAction", "CallPermission", "CallProfile", "CallType", "CallTypeCell", "NamedProfile"]


class CallType(StrEnum):
    """What kind of call it is."""

    INTERNAL_CALL = "INTERNAL_CALL"
    TOLL_FREE = "TOLL_FREE"
    NATIONAL = "NATIONAL"
    INTERNATIONAL = "INTERNATIONAL"
    OPERATOR_ASSISTED = "OPERATOR_ASSISTED"
    CHARGEABLE_DIRECTORY_ASSISTED = "CHARGEABLE_DIRECTORY_ASSISTED"
    SPECIAL_SERVICES_I = "SPECIAL_SERVICES_I"
    SPECIAL_SERVICES_II = "SPECIAL_SERVICES_II"
    PREMIUM_SERVICES_I = "PREMIUM_SERVICES_I"
    PREMIUM_SERVICES_II = "PREMIUM_SERVICES_II"


class CallAction(StrEnum):
    """What happens to such a call; the transfer numbers are those of the location."""

    ALLOW = "ALLOW"
    BLOCK = "BLOCK"
    AUTH_CODE = "AUTH_CODE"
    TRANSFER_NUMBER_1 = "TRANSFER_NUMBER_1"
    TRANSFER_NUMBER_2 = "TRANSFER_NUMBER_2"
    TRANSFER_NUMBER_3 = "TRANSFER_NUMBER_3"


_OLD_NAMES = {"INTERNAL": CallType.INTERNAL_CALL}  # in the operators' older profile files


def _constant(text: str) -> str:
    return "_".join(text.upper().replace("-", " ").replace("_", " ").split())


def _call_type(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    name = _constant(value)
    if name in _OLD_NAMES:
        return _OLD_NAMES[name]
    if name not in CallType.__members__:
        raise PydanticCustomError(
            "call_type",
            "'{text}' is not a call type of Webex: write one of {known}",
            {"text": value, "known": ", ".join(CallType)},
        )
    return CallType(name)


def _call_action(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    name = _constant(value)
    if name not in CallAction.__members__:
        raise PydanticCustomError(
            "call_action",
            "'{text}' is not an action: write one of {known}",
            {"text": value, "known": ", ".join(CallAction)},
        )
    return CallAction(name)


CallTypeCell = Annotated[CallType, BeforeValidator(_call_type)]
CallActionCell = Annotated[CallAction, BeforeValidator(_call_action)]


class CallPermission(BaseModel):
    """What is wanted for one call type; None keeps what it has."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    call_type: CallTypeCell
    action: CallActionCell | None = None
    transfer_enabled: bool | None = None  # whether the caller may transfer such a call

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_read_only(cls, data: Any) -> Any:
        """Take an entry as Webex shows it, too."""
        if isinstance(data, dict):
            return {name: value for name, value in data.items() if name != "isCallTypeRestrictionEnabled"}
        return data

    @model_validator(mode="after")
    def _says_something(self) -> CallPermission:
        if self.action is None and self.transfer_enabled is None:
            raise PydanticCustomError(
                "call_permission",
                "nothing is said of {type}: give action, transferEnabled or both",
                {"type": self.call_type.value},
            )
        return self


class CallProfile(BaseModel):
    """The permissions that a profile file holds; call types that it does not name keep what they have.

    In the file: a list of `{"callType", "action", "transferEnabled"}`, or an object with that list under
    `callingPermissions`, as Webex shows the settings of a person. The flags of such an object can only be true:
    what has a profile is custom.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    calling_permissions: tuple[CallPermission, ...]
    use_custom_enabled: Literal[True] = True
    use_custom_permissions: Literal[True] = True

    @model_validator(mode="before")
    @classmethod
    def _from_a_list(cls, data: Any) -> Any:
        return {"callingPermissions": data} if isinstance(data, list) else data

    @model_validator(mode="after")
    def _names_each_type_once(self) -> CallProfile:
        types = [permission.call_type for permission in self.calling_permissions]
        twice = sorted({call_type.value for call_type in types if types.count(call_type) > 1})
        if twice or not types:
            problem = (
                written("{twice} stands there twice", twice=", ".join(twice))
                if twice
                else written("no call type is named")
            )
            raise PydanticCustomError("call_profile", "{problem}", {"problem": problem})
        return self


def _profile_named(value: Any, info: ValidationInfo) -> Any:
    """Return the profile that a cell names, from the files that came with the dataset."""
    if not isinstance(value, str):
        return value
    profiles = (info.context or {}).get("profiles") or {}
    name = value.strip().casefold().removesuffix(".json")
    if name not in profiles:
        if not profiles:
            raise PydanticCustomError(
                "call_profile",
                "there is no file perfiles/{name}.json beside the CSV files: write it, or name another "
                "(there is none yet)",
                {"name": name},
            )
        raise PydanticCustomError(
            "call_profile",
            "there is no file perfiles/{name}.json beside the CSV files: write it, or name another "
            "(one of {known})",
            {"name": name, "known": ", ".join(sorted(profiles))},
        )
    return profiles[name]


NamedProfile = Annotated[CallProfile, BeforeValidator(_profile_named)]  # a cell with the name of its file
