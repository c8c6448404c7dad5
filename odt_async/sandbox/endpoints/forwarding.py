"""GET and PUT /v1/people/{personId}/features/callForwarding.

Source: webex-openapi-specs, `public-spec/webex-cloud-calling.json`: Read and Configure Call Forwarding
Settings for a Person. What a write leaves out keeps what it has. The numbers of errors 4003 and 4008 are
known from operators; 25008 for a body that does not fit is not published.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from odt_async.sandbox.errors import ErrorShape, Refused
from odt_async.sandbox.identity import draw
from odt_async.sandbox.routing import Answer, Call, Route, json_answer
from odt_async.sandbox.state import Organisation

__all__ = ["ROUTES"]

_KIND = "person forwarding"
_SYSTEM_MAX_RINGS = 20
_NOT_A_CALLING_USER = 4008
_NOT_AUTHORIZED = 4003
_BAD_FIELD = 25008

_Branch = dict[str, Any]  # the fields of one branch, named as the API names them
_BRANCHES = ("always", "busy", "noAnswer", "businessContinuity")
_FLAGS = ("enabled", "destinationVoicemailEnabled", "ringReminderEnabled")
_PACKED_BASE = 0x40  # packed flags and rings are printable ASCII: "@", "A" ...
_NO_DESTINATION = 1 << len(_FLAGS)
_SEPARATOR = b"\xff"  # never occurs in UTF-8


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)

    def sent(self) -> dict[str, Any]:
        """Return what the request really had, under the API's names."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class _Conditional(_Strict):
    enabled: bool = False
    destination: str = ""
    destination_voicemail_enabled: bool = False


class _Always(_Strict):
    enabled: bool
    destination: str = ""
    ring_reminder_enabled: bool = False
    destination_voicemail_enabled: bool = False


class _NoAnswer(_Conditional):
    number_of_rings: Annotated[int | float, Field(ge=2, le=20, multiple_of=1)] = 2


class _CallForwarding(_Strict):
    always: _Always = _Always(enabled=False)
    busy: _Conditional = _Conditional()
    no_answer: _NoAnswer = _NoAnswer()


class _Update(_Strict):
    call_forwarding: _CallForwarding = _CallForwarding()
    business_continuity: _Conditional = _Conditional()


def read(call: Call) -> Answer:
    """Answer with all branches of one person's forwarding."""
    always, busy, no_answer, continuity = _stored(call.organisation, _calling_user(call))
    forwarding = {
        "always": always,
        "busy": busy,
        "noAnswer": no_answer | {"systemMaxNumberOfRings": _SYSTEM_MAX_RINGS},
    }
    return json_answer({"callForwarding": forwarding, "businessContinuity": continuity})


def configure(call: Call) -> Answer:
    """Store the fields that were sent; 204."""
    index = _calling_user(call)
    try:
        update = _Update.model_validate_json(call.json_body()).sent()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise Refused(400, f"Invalid field {where}: {first['msg']}", code=_BAD_FIELD) from None
    sent = update.pop("callForwarding", {}) | update
    if "busy" in sent and call.organisation.refuses_busy(index):
        raise Refused(
            400, "User is not authorized: UserCallForwardingBusyModifyRequest", code=_NOT_AUTHORIZED
        )
    if "numberOfRings" in sent.get("noAnswer", {}):
        sent["noAnswer"]["numberOfRings"] = int(sent["noAnswer"]["numberOfRings"])
    before = _stored(call.organisation, index)
    after = [branch | sent.get(name, {}) for name, branch in zip(_BRANCHES, before, strict=True)]
    if after != before:
        _store(call.organisation, index, after)
    return Answer(204, changed=after != before)


def _calling_user(call: Call) -> int:
    index = call.organisation.people.index(call.ids[0])
    if index is None:
        raise Refused(404, "User not found", code=404)
    if not call.organisation.has_calling(index):
        raise Refused(404, "User is not a Webex Calling user", code=_NOT_A_CALLING_USER)
    return index


def _stored(organisation: Organisation, index: int) -> list[_Branch]:
    defaults = _defaults(organisation.settings.seed, index)
    packed = organisation.changes(_KIND).get(index)
    if packed is None:
        return defaults
    return [
        _unpacked(text, default) if text else default
        for text, default in zip(packed.split(_SEPARATOR), defaults, strict=True)
    ]


def _store(organisation: Organisation, index: int, branches: list[_Branch]) -> None:
    defaults = _defaults(organisation.settings.seed, index)
    organisation.changes(_KIND)[index] = _SEPARATOR.join(
        b"" if branch == default else _packed(branch)
        for branch, default in zip(branches, defaults, strict=True)
    )


def _packed(branch: _Branch) -> bytes:
    flags = sum(branch.get(name, False) << bit for bit, name in enumerate(_FLAGS))
    flags |= _NO_DESTINATION * ("destination" not in branch)
    head = bytes((_PACKED_BASE | flags, _PACKED_BASE | branch.get("numberOfRings", 0)))
    return head + str(branch.get("destination", "")).encode()


def _unpacked(packed: bytes, default: _Branch) -> _Branch:
    flags = packed[0]
    branch: _Branch = {name: bool(flags >> bit & 1) for bit, name in enumerate(_FLAGS) if name in default}
    if not flags & _NO_DESTINATION:
        branch["destination"] = packed[2:].decode()
    if "numberOfRings" in default:
        branch["numberOfRings"] = packed[1] & ~_PACKED_BASE
    return branch


def _defaults(seed: int, index: int) -> list[_Branch]:
    """Return what the person had before anybody touched it.

    One in four forwards when busy, one in three after some rings and one in five when out of reach, so that
    a client that wipes them is seen. One in twenty forwards everything already.
    """
    bits = draw(seed, _KIND, index)
    return [
        _branch(bits, divisor=20, shift=0) | {"ringReminderEnabled": bits % 20 == 0 and bits >> 60 & 1 == 1},
        _branch(bits, divisor=4, shift=8),
        _branch(bits, divisor=3, shift=16) | {"numberOfRings": 3 + (bits >> 24) % 6},
        _branch(bits, divisor=5, shift=32),
    ]


def _branch(bits: int, *, divisor: int, shift: int) -> _Branch:
    enabled = (bits >> shift) % divisor == 0
    branch: _Branch = {"enabled": enabled, "destinationVoicemailEnabled": enabled and bits >> 61 & 1 == 1}
    if enabled:
        branch["destination"] = f"+3491{(bits >> shift) % 10_000_000:07d}"
    elif bits >> 62 & 1:  # a read shows an empty destination, or none at all
        branch["destination"] = ""
    return branch


_FORWARDING = "/v1/people/{personId}/features/callForwarding"
ROUTES = (
    Route("GET", _FORWARDING, read, errors=ErrorShape.CALLING),
    Route("PUT", _FORWARDING, configure, errors=ErrorShape.CALLING),
)
