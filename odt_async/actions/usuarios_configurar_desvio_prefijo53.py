"""Forward every call of a person to 53 + extension (the old platform), or to `destination`.

Reads       person_settings.forwarding.read        GET /people/{id}/features/callForwarding
Writes      person_settings.forwarding.configure   PUT, the same URL (wxc_sdk 1.41)
Idempotent  yes: a person already forwarded there is left alone
Undo        yes: the settings read before the write are put back

Busy, no-answer and business-continuity settings are sent back as they were read: the SDK's model cannot
leave them out and its defaults would switch them off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odt_async.columns import DialString, Digits, OrgId, PersonId
from odt_async.model import ActionParams

if TYPE_CHECKING:  # the SDK takes a second to import; only a run pays for it
    from wxc_sdk.as_api import AsWebexSimpleApi
    from wxc_sdk.person_settings.forwarding import PersonForwardingSetting as Forwarding

LEGACY_PREFIX = "53"
SUMMARY = "Desvía todas las llamadas de una persona a 53 + extensión, o a `destination`."
ORDER = 120
SCOPES = ("spark-admin:people_read", "spark-admin:people_write")


class Params(ActionParams):
    """The person, and where the calls go."""

    person_id: PersonId
    extension: Digits  # without the prefix
    destination: DialString | None = None  # wins over 53 + extension
    org_id: OrgId | None = None  # the customer's, for a partner's administrator

    @property
    def entity_id(self) -> str:
        """The person."""
        return self.person_id

    @property
    def forward_to(self) -> str:
        """Where every call goes."""
        return self.destination or LEGACY_PREFIX + self.extension


async def read(api: AsWebexSimpleApi, params: Params) -> Forwarding:
    """Return the person's forwarding settings."""
    return await api.person_settings.forwarding.read(entity_id=params.person_id, org_id=params.org_id)


def plan(state: Forwarding, params: Params) -> Forwarding | None:
    """Return the settings to write, or None when they already hold; *state* is not changed."""
    always = state.call_forwarding.always
    # Webex may show a number with spaces: that is no difference
    if always.enabled and (always.destination or "").replace(" ", "") == params.forward_to:
        return None
    wanted = state.model_copy(deep=True)
    wanted.call_forwarding.always = always.model_copy(
        update={"enabled": True, "destination": params.forward_to}
    )
    return wanted


async def apply(api: AsWebexSimpleApi, params: Params, change: Forwarding) -> None:
    """Write the whole forwarding settings."""
    await api.person_settings.forwarding.configure(
        entity_id=params.person_id, forwarding=change, org_id=params.org_id
    )


async def undo(api: AsWebexSimpleApi, params: Params, before: dict[str, Any]) -> None:
    """Put back the settings of *before*, as `changes.jsonl` keeps them."""
    from wxc_sdk.person_settings.forwarding import PersonForwardingSetting  # noqa: PLC0415

    await apply(api, params, PersonForwardingSetting.model_validate(before))
