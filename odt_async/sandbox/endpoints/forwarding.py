"""Call forwarding of people and workspaces: the published addresses, and one that operators fall back to.

Source: webex-openapi-specs, `public-spec/webex-cloud-calling.json`: Read and Configure Forwarding Settings for
a Person, Retrieve and Modify Call Forwarding Settings for a Workspace. What a write leaves out keeps what it
has. PUT .../telephony/config/{people|workspaces}/{id}/callForwarding is not published: operators send it a flat
`always`. The numbers of errors are theirs too; 25008 for a body that does not fit is not published.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from odt_async.sandbox.bodies import StrictBody, parse_body
from odt_async.sandbox.calling_targets import (
    Target,
    calling_person,
    calling_workspace,
    professional_workspace,
)
from odt_async.sandbox.errors import ErrorShape, Refused
from odt_async.sandbox.forwarding_store import BRANCHES, store, stored
from odt_async.sandbox.routing import Answer, Call, Route, json_answer

__all__ = ["ROUTES"]

_SYSTEM_MAX_RINGS = 20
_NOT_AUTHORIZED = 4003
_BAD_FIELD = 25008

_Rings = Annotated[int | float, Field(ge=2, le=20, multiple_of=1)]


class _Conditional(StrictBody):
    enabled: bool = False
    destination: str = ""
    destination_voicemail_enabled: bool = False


class _Always(StrictBody):
    enabled: bool
    destination: str = ""
    ring_reminder_enabled: bool = False
    destination_voicemail_enabled: bool = False


class _NoAnswer(_Conditional):
    number_of_rings: _Rings = 2


class _CallForwarding(StrictBody):
    always: _Always = _Always(enabled=False)
    busy: _Conditional = _Conditional()
    no_answer: _NoAnswer = _NoAnswer()


class _PersonUpdate(StrictBody):
    call_forwarding: _CallForwarding = _CallForwarding()
    business_continuity: _Conditional = _Conditional()


class _WholeConditional(StrictBody):
    enabled: bool
    destination: str = ""
    destination_voicemail_enabled: bool


class _WholeAlways(_WholeConditional):
    ring_reminder_enabled: bool


_SILENT = _WholeConditional.model_validate({"enabled": False, "destinationVoicemailEnabled": False})


class _WorkspaceNoAnswer(_NoAnswer):
    system_max_number_of_rings: int | float = _SYSTEM_MAX_RINGS  # it may be sent and changes nothing


class _WorkspaceCallForwarding(StrictBody):
    always: _WholeAlways
    busy: _WholeConditional = _SILENT
    no_answer: _WorkspaceNoAnswer = _WorkspaceNoAnswer()


class _WorkspaceUpdate(StrictBody):
    call_forwarding: _WorkspaceCallForwarding
    business_continuity: _WholeConditional


def read_person(call: Call) -> Answer:
    """Answer with all branches of one person's forwarding."""
    return _shown(call, calling_person(call))


def read_workspace(call: Call) -> Answer:
    """Answer with all branches of one workspace's forwarding."""
    return _shown(call, calling_workspace(call))


def configure_person(call: Call) -> Answer:
    """Store the fields that were sent; 204."""
    return _configure(call, calling_person(call), _PersonUpdate)


def configure_workspace(call: Call) -> Answer:
    """Store the fields that were sent, `always` and `businessContinuity` at least; 204."""
    return _configure(call, calling_workspace(call), _WorkspaceUpdate)


def configure_person_flat(call: Call) -> Answer:
    """Store a bare `always`; 204."""
    return _store(call, calling_person(call), {"always": _sent(call, _Always)})


def configure_workspace_flat(call: Call) -> Answer:
    """Store a bare `always`; 204."""
    return _store(call, professional_workspace(call), {"always": _sent(call, _Always)})


def _shown(call: Call, target: Target) -> Answer:
    always, busy, no_answer, continuity = stored(call.organisation, target)
    forwarding = {
        "always": always,
        "busy": busy,
        "noAnswer": no_answer | {"systemMaxNumberOfRings": _SYSTEM_MAX_RINGS},
    }
    return json_answer({"callForwarding": forwarding, "businessContinuity": continuity})


def _configure(call: Call, target: Target, model: type[StrictBody]) -> Answer:
    update = _sent(call, model)
    sent = update.pop("callForwarding", {}) | update
    closed = call.organisation.forwarding_is_closed(target.whom)
    if closed or ("busy" in sent and call.organisation.refuses_busy(target.whom)):
        raise Refused(
            400, "User is not authorized: UserCallForwardingBusyModifyRequest", code=_NOT_AUTHORIZED
        )
    return _store(call, target, sent)


def _sent(call: Call, model: type[StrictBody]) -> dict[str, Any]:
    return parse_body(call, model, code=_BAD_FIELD).sent()


def _store(call: Call, target: Target, sent: dict[str, Any]) -> Answer:
    no_answer = sent.get("noAnswer", {})
    no_answer.pop("systemMaxNumberOfRings", None)
    if "numberOfRings" in no_answer:
        no_answer["numberOfRings"] = int(no_answer["numberOfRings"])
    before = stored(call.organisation, target)
    after = [branch | sent.get(name, {}) for name, branch in zip(BRANCHES, before, strict=True)]
    if target.kind == "workspace" and after[2]["enabled"] and not after[2].get("destination"):
        raise Refused(400, "Invalid field callForwarding.noAnswer.destination: required", code=_BAD_FIELD)
    if after != before:
        store(call.organisation, target, after)
    return Answer(204, changed=after != before)


_PERSON = "/v1/people/{personId}/features/callForwarding"
_WORKSPACE = "/v1/workspaces/{workspaceId}/features/callForwarding"
_PERSON_FLAT = "/v1/telephony/config/people/{personId}/callForwarding"
_WORKSPACE_FLAT = "/v1/telephony/config/workspaces/{workspaceId}/callForwarding"
ROUTES = (
    Route("GET", _PERSON, read_person, errors=ErrorShape.CALLING),
    Route("PUT", _PERSON, configure_person, errors=ErrorShape.CALLING),
    Route("GET", _WORKSPACE, read_workspace, errors=ErrorShape.CALLING),
    Route("PUT", _WORKSPACE, configure_workspace, errors=ErrorShape.CALLING),
    Route("PUT", _PERSON_FLAT, configure_person_flat, errors=ErrorShape.CALLING),
    Route("PUT", _WORKSPACE_FLAT, configure_workspace_flat, errors=ErrorShape.CALLING),
)
