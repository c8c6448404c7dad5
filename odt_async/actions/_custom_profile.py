"""Outgoing permissions of one person or workspace instead of the location's: the plan that both share."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from odt_async.actions._outgoing_profile import ProfileParams, changed_permissions, whole_permissions
from odt_async.columns import Flag
from odt_async.language import written

__all__ = ["CustomProfileParams", "plan", "recorded"]

_FLAGS = ("useCustomEnabled", "useCustomPermissions")
_CONTRADICTION = written(
    "use_custom_enabled and use_custom_permissions contradict each other: write TRUE in both for "
    "a custom profile, FALSE in both for the location's, or leave both blank"
)
_NOTHING = written(
    "nothing is said of outgoing calls: fill in perfil, a list of call types, call_type or use_custom_enabled"
)
_IDLE = written(
    "call types are named, but use_custom_enabled FALSE means the location's permissions: leave "
    "the call types out, or write TRUE"
)


class CustomProfileParams(ProfileParams):
    """What is wanted of outgoing calls, and whether it counts."""

    use_custom_enabled: Flag | None = Field(
        default=None,
        description="TRUE, los permisos propios; FALSE, los de la ubicación; en blanco, los propios.",
    )
    use_custom_permissions: Flag | None = Field(
        default=None, description="Igual que `use_custom_enabled`; basta con rellenar una de las dos."
    )

    @model_validator(mode="after")
    def _flags_agree(self) -> CustomProfileParams:
        given = {self.use_custom_enabled, self.use_custom_permissions} - {None}
        problem = None
        if len(given) > 1:
            problem = _CONTRADICTION
        elif not given and not self.wanted_permissions:
            problem = _NOTHING
        elif not self.custom and self.wanted_permissions:
            problem = _IDLE
        if problem:
            raise PydanticCustomError("custom_profile", "{problem}", {"problem": problem})
        return self

    @property
    def custom(self) -> bool:
        """Whether permissions of its own are wanted; False: the location's."""
        return False not in {self.use_custom_enabled, self.use_custom_permissions}


def plan(state: dict[str, Any], params: CustomProfileParams) -> dict[str, Any] | None:
    """Return the body to write, every call type in it, or None when all is as wanted.

    What a list that leaves call types out does to them is not published, so those that the row does not name
    are sent as they were read.

    Raises RowError where Webex has locked a call type that would have to change.
    """
    changed = changed_permissions(state, params.wanted_permissions)
    as_flagged = all(_flag(state, name) is params.custom for name in _FLAGS)
    return None if as_flagged and not changed else _body(state, dict.fromkeys(_FLAGS, params.custom), changed)


def recorded(before: dict[str, Any]) -> dict[str, Any]:
    """Return the body that puts back what was read."""
    return _body(before, {name: _flag(before, name) for name in _FLAGS}, [])


def _flag(state: dict[str, Any], name: str) -> bool:
    """Return a flag as read; `useCustomEnabled` is optional there and then follows the other."""
    return bool(state.get(name, state["useCustomPermissions"]))


def _body(state: dict[str, Any], flags: dict[str, bool], changed: list[dict[str, Any]]) -> dict[str, Any]:
    permissions = [
        {name: value for name, value in triple.items() if value is not None}  # a null would be refused
        for triple in whole_permissions(state, changed)
    ]
    return {**flags, "callingPermissions": permissions}
