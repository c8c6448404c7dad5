"""Every call to 53 + extension (the old platform): read, plan and write, for persons and workspaces.

The write is the whole settings as they were read but for `always`. Raw calls: the model of the SDK (wxc_sdk 1.41)
cannot leave the busy, no-answer and business-continuity branches out, its defaults would switch them off, and the
way from JSON to models and back took a tenth of a row's processor time.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, cast

from pydantic import BaseModel, Field, InstanceOf, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from odt_async.actions._organisation import organisation_query
from odt_async.columns import DialString, Digits, Flag
from odt_async.model import ActionParams

if TYPE_CHECKING:  # the SDK takes a second to import; only a run pays for it
    from wxc_sdk.as_api import AsWebexSimpleApi
    from wxc_sdk.as_rest import AsRestError

__all__ = ["ForwardingParams", "plan", "read_forwarding", "restore", "write"]

LEGACY_PREFIX = "53"
_ADDRESS = "{}/{}/features/callForwarding"  # of a kind and an id
_READ_ONLY = "systemMaxNumberOfRings"  # shown in the no-answer branch, and not taken there
_NOT_AUTHORIZED = 4003  # it means other things too: only with the name of the busy service is it this one

Kind = Literal["people", "workspaces"]  # as in the addresses
_Json = dict[str, Any]


class _CallForwarding(BaseModel):
    always: InstanceOf[_Json]  # looked at, and not copied
    busy: InstanceOf[_Json]
    no_answer: InstanceOf[_Json] = Field(alias="noAnswer")


class _Settings(BaseModel, title="PersonForwardingSetting"):  # as the SDK calls it
    """What an answer must have, so that it can be sent back; the rest of it is Webex's own affair."""

    call_forwarding: _CallForwarding = Field(alias="callForwarding")
    business_continuity: InstanceOf[_Json] = Field(alias="businessContinuity")


class ForwardingParams(ActionParams):
    """Where the calls go."""

    destination: DialString | None = Field(
        default=None,
        description="Destino del desvío; en blanco, 53 + `extension`.",
        examples=["5380000007"],
    )
    extension: Digits | None = Field(
        default=None,
        validate_default=True,
        description="Extensión, sin el prefijo 53; obligatoria si falta `destination`.",
        examples=["80000007"],
    )
    enabled: Flag = Field(default=True, description="FALSE deja el desvío puesto pero apagado.")
    destination_voicemail_enabled: Flag | None = Field(
        default=None, description="Si la llamada desviada puede acabar en el buzón de voz del destino."
    )
    ring_reminder_enabled: Flag | None = Field(
        default=None, description="Si el teléfono da un tono breve al desviar una llamada."
    )

    @field_validator("extension")
    @classmethod
    def _one_of_both(cls, extension: str | None, info: ValidationInfo) -> str | None:
        # a destination that is there but no good is not in info.data: it has a problem of its own
        if extension is None and info.data.get("destination", "") is None:
            raise PydanticCustomError("no_destination", "is empty: fill it in, or destination")
        return extension

    @property
    def forward_to(self) -> str:
        """Where every call goes."""
        return self.destination or f"{LEGACY_PREFIX}{self.extension}"

    def wanted(self) -> dict[str, Any]:
        """Return the fields of `always` that the row decides, under Webex's names."""
        flags = {
            "destinationVoicemailEnabled": self.destination_voicemail_enabled,
            "ringReminderEnabled": self.ring_reminder_enabled,
        }
        given = {name: value for name, value in flags.items() if value is not None}
        return {"enabled": self.enabled, "destination": self.forward_to, **given}


async def read_forwarding(api: AsWebexSimpleApi, kind: Kind, entity_id: str, *, org_id: str | None) -> _Json:
    """Return the settings as Webex shows them. Raises ValidationError where they are none."""
    url = api.session.ep(_ADDRESS.format(kind, entity_id))
    settings: Any = await api.session.rest_get(url=url, params=organisation_query(org_id))
    _Settings.model_validate(settings)
    return cast("_Json", settings)


def plan(state: _Json, params: ForwardingParams) -> _Json | None:
    """Return the settings to write, or None when they already hold; *state* is not changed."""
    forwarding = state["callForwarding"]
    now = _comparable(forwarding["always"])
    wanted = now | params.wanted()
    return None if wanted == now else state | {"callForwarding": forwarding | {"always": wanted}}


async def write(
    api: AsWebexSimpleApi, kind: Kind, entity_id: str, change: _Json, *, org_id: str | None
) -> None:
    """Write the whole settings; where Webex closes the busy branch (4003), `always` alone.

    The narrower writes are taken at their word only when a read shows `always` as it should be; else the
    error is that of the first one. Raises AsRestError.
    """
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415

    query = organisation_query(org_id)
    url = api.session.ep(_ADDRESS.format(kind, entity_id))
    try:
        await api.session.rest_put(url=url, params=query, json=_writable(change))
    except AsRestError as error:
        if not _is_busy_closed(error):
            raise
        refused = error
    else:
        return
    for url, body in _narrower(api, kind, entity_id, change):
        try:
            await api.session.rest_put(url=url, params=query, json=body)
        except AsRestError:
            continue  # `refused` is what the operator has to know
        if _holds(await read_forwarding(api, kind, entity_id, org_id=org_id), change):
            return
    raise refused


async def restore(
    api: AsWebexSimpleApi, kind: Kind, entity_id: str, before: _Json, *, org_id: str | None
) -> None:
    """Put back the settings of *before*, as `changes.jsonl` keeps them."""
    # a destination that a PUT leaves out stays as it is; an empty one takes it away
    forwarding = before["callForwarding"]
    whole = before | {"callForwarding": forwarding | {"always": {"destination": ""} | forwarding["always"]}}
    await write(api, kind, entity_id, whole, org_id=org_id)


def _writable(settings: _Json) -> _Json:
    """Return *settings* without what Webex shows and does not take."""
    forwarding = settings["callForwarding"]
    no_answer = {name: value for name, value in forwarding["noAnswer"].items() if name != _READ_ONLY}
    return settings | {"callForwarding": forwarding | {"noAnswer": no_answer}}


def _narrower(
    api: AsWebexSimpleApi, kind: Kind, entity_id: str, change: _Json
) -> Iterator[tuple[str, _Json]]:
    """Yield address and body of the writes without a busy branch.

    First the published address with only what it requires, then the one that operators have used, which is
    not published.
    """
    always = change["callForwarding"]["always"]
    body: _Json = {"callForwarding": {"always": always}}
    if kind == "workspaces":  # there the published schema requires it
        body["businessContinuity"] = change["businessContinuity"]
    yield api.session.ep(_ADDRESS.format(kind, entity_id)), body
    yield api.session.ep(f"telephony/config/{kind}/{entity_id}/callForwarding"), always


def _holds(shown: _Json, change: _Json) -> bool:
    """Tell whether *shown* has every field of `always` that *change* has."""
    now, wanted = (_comparable(settings["callForwarding"]["always"]) for settings in (shown, change))
    return all(now.get(name) == wanted[name] for name in change["callForwarding"]["always"])


def _comparable(always: _Json) -> _Json:
    """Return *always* as rows have it: Webex may show a number with spaces, and no flag in place of False."""
    return always | {
        "destination": (always.get("destination") or "").replace(" ", ""),
        "destinationVoicemailEnabled": bool(always.get("destinationVoicemailEnabled")),
    }


def _is_busy_closed(error: AsRestError) -> bool:
    from odt_async.webex.errors import describe, error_code  # noqa: PLC0415 - loads the SDK

    return (
        error.status == HTTPStatus.BAD_REQUEST
        and error_code(error) == _NOT_AUTHORIZED
        and "UserCallForwardingBusy" in describe(error)
    )
