"""Remove licences of a person.

Reads       GET /people/{id}, with callingData=true where a licence of Calling goes
            GET /licenses, once a run: only a licence's name tells whether it is one of Calling
Writes      PATCH /licenses/users
Idempotent  yes: what is not assigned is not removed
Undo        yes; with a Calling licence that is given back come its location, extension and number, but not
            the rest of its configuration (forwarding, secondary numbers), which Webex deleted with it
Batch       rows about one person share the call; people are read from GET /people where that is cheaper
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from odt_async.actions._licences import (
    batches_of,
    licence_change,
    patch_licences,
    put_back,
    read_licences,
)
from odt_async.actions._targets import PersonParams
from odt_async.columns import LicenseIdOrName, Listed, is_webex_id
from odt_async.model import Lookup

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

SUMMARY = "Quita licencias de una persona; la de Webex Calling se lleva extensión, números y desvíos."
ORDER = 85
SCOPES = ("spark-admin:people_read", "spark-admin:people_write", "spark-admin:licenses_read")


class Params(PersonParams):
    """The person and the licences."""

    remove_license_ids: Listed[LicenseIdOrName] = Field(
        min_length=1, description="Licencias que se quitan, por nombre o id.", examples=["Advanced Messaging"]
    )

    def lookups(self) -> tuple[Lookup, ...]:
        """Return the person and the licences that go by name."""
        names = (text for text in self.remove_license_ids if not is_webex_id(text))
        return (
            *super().lookups(),
            *(Lookup("remove_license_ids", "license", name, self.org_id) for name in names),
        )


async def read(api: AsWebexSimpleApi, params: Params) -> dict[str, Any]:
    """Return the person's licences, and their calling part where it matters."""
    return await read_licences(api, params, params.remove_license_ids)


def plan(state: dict[str, Any], params: Params) -> dict[str, Any] | None:
    """Return the licences to remove, or None."""
    return licence_change(state, remove=params.remove_license_ids)


async def apply(api: AsWebexSimpleApi, params: Params, change: dict[str, Any]) -> None:
    """Write *change* in one call. Raises PartlyApplied with the licences that did not go."""
    await patch_licences(api, params, change)


async def undo(api: AsWebexSimpleApi, params: Params, before: dict[str, Any]) -> None:
    """Give back what was removed, where *before* had it."""
    await put_back(api, params, before, removed=params.remove_license_ids)


def _concerned(params: Params) -> tuple[str, ...]:
    return params.remove_license_ids


READ_BATCH, WRITE_BATCH = batches_of(_concerned)


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
