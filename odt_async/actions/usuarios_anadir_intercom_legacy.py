"""Give a person one more number: that of the old platform.

Reads       GET /people/{id}/features/numbers, in E.164
Writes      PUT /telephony/config/people/{id}/numbers, and a read that the number is there
Idempotent  yes: a number that the person has, primary or not, is left alone
Undo        yes: the number is taken away again
Batch       rows about one person share the reads and the call

Raw calls: the SDK (wxc_sdk 1.41) writes `external` where the published description requires `directNumber`,
and its model of the read breaks on an answer without `distinctiveRingEnabled`, which is optional.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from odt_async.actions._organisation import organisation_query
from odt_async.actions._secondary_number import NumberParams, batches_of, has_number, plan, removal
from odt_async.actions._targets import PersonParams
from odt_async.errors import RowError

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

__all__ = ["ORDER", "SCOPES", "SUMMARY", "Params", "apply", "plan", "read", "undo"]

SUMMARY = "Añade a una persona un número secundario: el de la plataforma antigua."
ORDER = 110
SCOPES = ("spark-admin:people_read", "spark-admin:telephony_config_write")


class Params(NumberParams, PersonParams):
    """The person and the number."""


async def read(api: AsWebexSimpleApi, params: Params) -> dict[str, Any]:
    """Return the person's numbers."""
    url = api.session.ep(f"people/{params.entity_id}/features/numbers")
    query = organisation_query(params.org_id) | {"preferE164Format": "true"}
    return cast("dict[str, Any]", await api.session.rest_get(url=url, params=query))


async def apply(api: AsWebexSimpleApi, params: Params, change: dict[str, Any]) -> None:
    """Write *change*. Raises RowError when the number is not there afterwards.

    A field that Webex does not know it ignores, and descriptions differ on the name of this one.
    """
    problems = await _add(api, [params], change)
    for problem in problems.values():
        raise problem


async def undo(api: AsWebexSimpleApi, params: Params, before: dict[str, Any]) -> None:
    """Take the number away, unless the person had it *before* or has lost it since."""
    if not has_number(before, params) and has_number(await read(api, params), params):
        await _put(api, params, removal(params))


async def _add(api: AsWebexSimpleApi, rows: Sequence[Params], body: dict[str, Any]) -> dict[str, Exception]:
    """Add the numbers of *rows*, all of one person; return those that are not there afterwards."""
    await _put(api, rows[0], body)
    state = await read(api, rows[0])
    return {
        params.legacy_phone_number: RowError(
            "Webex accepted {legacy_phone_number} but the person does not show it: run the row again, "
            "and if it fails again add the number in Control Hub",
            legacy_phone_number=params.legacy_phone_number,
        )
        for params in rows
        if not has_number(state, params)
    }


READ_BATCH, WRITE_BATCH = batches_of(read, _add)


async def _put(api: AsWebexSimpleApi, params: Params, body: dict[str, Any]) -> None:
    url = api.session.ep(f"telephony/config/people/{params.entity_id}/numbers")
    await api.session.rest_put(url=url, params=organisation_query(params.org_id), json=body)


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
