"""Stop forwarding every call of a person; where the calls went stays written down.

Reads       person_settings.forwarding.read        GET /people/{id}/features/callForwarding
Writes      person_settings.forwarding.configure   PUT, the same URL (wxc_sdk 1.41)
Idempotent  yes: a person whose calls are not forwarded is left alone
Undo        yes: the settings read before the write are put back
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odt_async.actions._targets import PersonParams

if TYPE_CHECKING:  # the SDK takes a second to import; only a run pays for it
    from wxc_sdk.as_api import AsWebexSimpleApi
    from wxc_sdk.person_settings.forwarding import PersonForwardingSetting as Forwarding

__all__ = ["ORDER", "SCOPES", "SUMMARY", "Params", "apply", "plan", "read", "undo"]

SUMMARY = "Apaga el desvío de todas las llamadas de una persona; el destino queda apuntado."
ORDER = 125
SCOPES = ("spark-admin:people_read", "spark-admin:people_write")


class Params(PersonParams):
    """The person: by `person_id`, or by `email`."""


async def read(api: AsWebexSimpleApi, params: Params) -> Forwarding:
    """Return the person's forwarding settings."""
    return await api.person_settings.forwarding.read(entity_id=params.entity_id, org_id=params.org_id)


def plan(state: Forwarding, _params: Params) -> Forwarding | None:
    """Return the settings to write, or None when nothing is forwarded; *state* is not changed."""
    wanted = state.model_copy(deep=True)
    wanted.call_forwarding.always.enabled = False
    return None if wanted == state else wanted


async def apply(api: AsWebexSimpleApi, params: Params, change: Forwarding) -> None:
    """Write the settings."""
    forwarding = api.person_settings.forwarding
    await forwarding.configure(entity_id=params.entity_id, forwarding=change, org_id=params.org_id)


async def undo(api: AsWebexSimpleApi, params: Params, before: dict[str, Any]) -> None:
    """Put back the settings of *before*, as `changes.jsonl` keeps them."""
    from wxc_sdk.person_settings.forwarding import PersonForwardingSetting  # noqa: PLC0415

    await apply(api, params, PersonForwardingSetting.model_validate(before))


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
