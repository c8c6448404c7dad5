"""Every call to 53 + extension (the old platform): plan and write, for persons and workspaces.

The write is the whole settings as they were read but for `always`: the SDK's model (wxc_sdk 1.41) cannot
leave the busy, no-answer and business-continuity branches out, and its defaults would switch them off.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from odt_async.actions._organisation import organisation_query
from odt_async.columns import DialString, Digits, Flag
from odt_async.model import ActionParams

if TYPE_CHECKING:  # the SDK takes a second to import; only a run pays for it
    from wxc_sdk.as_api import AsWebexSimpleApi
    from wxc_sdk.as_rest import AsRestError
    from wxc_sdk.person_settings.forwarding import PersonForwardingSetting as Forwarding

__all__ = ["ForwardingParams", "plan", "restore", "write"]

LEGACY_PREFIX = "53"
_NOT_AUTHORIZED = 4003  # it means other things too: only with the name of the busy service is it this one

Kind = Literal["people", "workspaces"]  # as in the addresses


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
        """Return the fields of `always` that the row decides, under the SDK's names."""
        flags = {
            "destination_voicemail_enabled": self.destination_voicemail_enabled,
            "ring_reminder_enabled": self.ring_reminder_enabled,
        }
        given = {name: value for name, value in flags.items() if value is not None}
        return {"enabled": self.enabled, "destination": self.forward_to, **given}


def plan(state: Forwarding, params: ForwardingParams) -> Forwarding | None:
    """Return the settings to write, or None when they already hold; *state* is not changed."""
    always = state.call_forwarding.always
    now = {
        "enabled": always.enabled,
        "destination": _dialled(always.destination),
        "destination_voicemail_enabled": bool(always.destination_voicemail_enabled),
        "ring_reminder_enabled": always.ring_reminder_enabled,
    }
    wanted = now | params.wanted()
    if wanted == now:
        return None
    # shares with *state* what is not replaced: neither is changed afterwards
    forwarding = state.call_forwarding.model_copy(update={"always": always.model_copy(update=wanted)})
    return state.model_copy(update={"call_forwarding": forwarding})


async def write(
    api: AsWebexSimpleApi, kind: Kind, entity_id: str, change: Forwarding, *, org_id: str | None
) -> None:
    """Write the whole settings; where Webex closes the busy branch (4003), `always` alone.

    The narrower writes are taken at their word only when a read shows `always` as it should be; else the
    error is that of the first one. Raises AsRestError.
    """
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415

    settings = (api.person_settings if kind == "people" else api.workspace_settings).forwarding
    try:
        await settings.configure(entity_id=entity_id, forwarding=change, org_id=org_id)
    except AsRestError as error:
        if not _is_busy_closed(error):
            raise
        refused = error
    else:
        return
    for url, body in _narrower(api, kind, entity_id, change):
        try:
            await api.session.rest_put(url=url, params=organisation_query(org_id), json=body)
        except AsRestError:
            continue  # `refused` is what the operator has to know
        shown = await settings.read(entity_id=entity_id, org_id=org_id)
        if _holds(shown, change):
            return
    raise refused


async def restore(
    api: AsWebexSimpleApi, kind: Kind, entity_id: str, before: dict[str, Any], *, org_id: str | None
) -> None:
    """Put back the settings of *before*, as `changes.jsonl` keeps them."""
    from wxc_sdk.person_settings.forwarding import PersonForwardingSetting  # noqa: PLC0415

    # a destination that a PUT leaves out stays as it is; an empty one takes it away
    forwarding = before["callForwarding"]
    whole = before | {"callForwarding": forwarding | {"always": {"destination": ""} | forwarding["always"]}}
    await write(api, kind, entity_id, PersonForwardingSetting.model_validate(whole), org_id=org_id)


def _narrower(
    api: AsWebexSimpleApi, kind: Kind, entity_id: str, change: Forwarding
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield address and body of the writes without a busy branch.

    First the published address with only what it requires, then the one that operators have used, which is
    not published.
    """
    whole = change.update()
    body: dict[str, Any] = {"callForwarding": {"always": whole["callForwarding"]["always"]}}
    if kind == "workspaces":  # there the published schema requires it
        body["businessContinuity"] = whole["businessContinuity"]
    yield api.session.ep(f"{kind}/{entity_id}/features/callForwarding"), body
    flat = api.session.ep(f"telephony/config/{kind}/{entity_id}/callForwarding")
    yield flat, whole["callForwarding"]["always"]


def _holds(shown: Forwarding, change: Forwarding) -> bool:
    """Tell whether *shown* has every field of `always` that *change* has."""
    now = shown.call_forwarding.always.model_dump()
    wanted = change.call_forwarding.always.model_dump(exclude_unset=True)
    for settings in (now, wanted):
        if "destination" in settings:
            settings["destination"] = _dialled(settings["destination"])
    return now.items() >= wanted.items()


def _dialled(destination: str | None) -> str:
    return (destination or "").replace(" ", "")  # Webex may show a number with spaces


def _is_busy_closed(error: AsRestError) -> bool:
    from odt_async.webex.errors import describe, error_code  # noqa: PLC0415 - loads the SDK

    return (
        error.status == HTTPStatus.BAD_REQUEST
        and error_code(error) == _NOT_AUTHORIZED
        and "UserCallForwardingBusy" in describe(error)
    )
