"""The person or workspace that a calling feature is about, or the refusal that Webex has instead.

Numbers 4003, 4008 and 25409 are known from operators; the published descriptions list none of them.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from odt_async.sandbox.errors import Refused
from odt_async.sandbox.routing import Call

__all__ = ["Target", "calling_person", "calling_workspace", "professional_workspace"]

_NOT_CALLING = 4008
_NOT_AUTHORIZED = 4003
_INVALID_PROFESSIONAL_PLACE = 25409


class Target(NamedTuple):
    """Whose setting is read or written."""

    kind: Literal["person", "workspace"]
    number: int  # its index
    location: int  # index of its location
    extension: str  # empty: none
    phone_number: str  # E.164, the primary one; empty: none

    @property
    def name(self) -> str:
        """`person 7`: the owner of its numbers."""
        return f"{self.kind} {self.number}"

    @property
    def whom(self) -> int | str:
        """The target as faults name it: the index of a person, the name of a workspace."""
        return self.number if self.kind == "person" else self.name


def calling_person(call: Call) -> Target:
    """Return the person of the address. Raises Refused: 404 for nobody and for one without Calling."""
    index = call.organisation.people.index(call.ids[0])
    if index is None:
        raise Refused(404, "User not found", code=404)
    person = call.organisation.person(index)
    if not person.has_calling:
        raise Refused(404, "User is not a Webex Calling user", code=_NOT_CALLING)
    return Target("person", index, person.location, person.extension, person.phone_number)


def calling_workspace(call: Call) -> Target:
    """Return the workspace of the address.

    Raises Refused: 404 for none and for one without Calling, 400 where the token is not authorised.
    """
    index = call.organisation.workspaces.index(call.ids[0])
    if index is None:
        raise Refused(404, "Workspace not found", code=404)
    workspace = call.organisation.workspace(index)
    target = Target("workspace", index, workspace.location, workspace.extension, workspace.phone_number)
    if not workspace.has_calling:
        raise Refused(404, "Workspace is not a Webex Calling workspace", code=_NOT_CALLING)
    if call.organisation.is_unauthorised(target.whom):
        raise Refused(400, "Target user not authorized", code=_NOT_AUTHORIZED)
    return target


def professional_workspace(call: Call) -> Target:
    """Return the workspace of the address below `/telephony/config`: 405 unless its licence is Professional.

    Raises Refused.
    """
    target = calling_workspace(call)
    if not call.organisation.workspace(target.number).is_professional:
        raise Refused(405, "Invalid Professional Place", code=_INVALID_PROFESSIONAL_PLACE)
    return target
