"""Add and remove licences of a person in one call, with location and number for those of Calling.

Reads       GET /people/{id}, with callingData=true where a licence of Calling comes or goes
            GET /licenses, once a run: only a licence's name tells whether it is one of Calling
Writes      PATCH /licenses/users
Idempotent  yes: what is assigned is not added, what is not assigned is not removed
Undo        yes; with a Calling licence that is given back come its location, extension and number, but not
            the rest of its configuration (forwarding, secondary numbers), which Webex deleted with it
Batch       rows about one person share the call; people are read from GET /people where that is cheaper
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from odt_async.actions._calling import CallingParams, calling_properties, without
from odt_async.actions._licences import (
    batches_of,
    licence_change,
    patch_licences,
    put_back,
    read_licences,
)
from odt_async.actions._targets import PersonParams
from odt_async.columns import LicenseIdOrName, Listed, is_webex_id, same_id
from odt_async.errors import RowError
from odt_async.model import Lookup

if TYPE_CHECKING:
    from wxc_sdk.as_api import AsWebexSimpleApi

SUMMARY = (
    "Añade y quita licencias de una persona en una sola llamada, con ubicación y extensión para Calling."
)
ORDER = 80
SCOPES = ("spark-admin:people_read", "spark-admin:people_write", "spark-admin:licenses_read")


class Params(CallingParams, PersonParams):
    """The person and the licences; location, extension and number are for those of Calling."""

    add_license_ids: Listed[LicenseIdOrName] = Field(
        default=(),
        description="Licencias que se añaden, por nombre o id; una de Webex Calling pide ubicación y extensión.",
        examples=["Webex Calling - Professional"],
    )
    remove_license_ids: Listed[LicenseIdOrName] = Field(
        default=(),
        validate_default=True,
        description="Licencias que se quitan, por nombre o id; obligatorio si falta `add_license_ids`.",
        examples=["Advanced Messaging"],
    )

    @field_validator("remove_license_ids")
    @classmethod
    def _is_a_change(cls, remove: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        # what is there but no good is not in info.data: it has a problem of its own
        if not remove and info.data.get("add_license_ids", (None,)) == ():
            raise PydanticCustomError(
                "no_licence", "is blank, and so is add_license_ids: fill one of the two in"
            )
        return remove

    def lookups(self) -> tuple[Lookup, ...]:
        """Return the person, the location and the licences that go by name."""
        fields = {"add_license_ids": self.add_license_ids, "remove_license_ids": self.remove_license_ids}
        licences = (
            Lookup(field, "license", text, self.org_id)
            for field, texts in fields.items()
            for text in texts
            if not is_webex_id(text)
        )
        return (*super().lookups(), *licences)


async def read(api: AsWebexSimpleApi, params: Params) -> dict[str, Any]:
    """Return the person's licences, and their calling part where it matters."""
    return await read_licences(api, params, [*params.add_license_ids, *params.remove_license_ids])


def plan(state: dict[str, Any], params: Params) -> dict[str, Any] | None:
    """Return the licences to add and to remove, or None.

    Raises RowError for a licence in both columns, and for one of Calling without location or number.
    """
    add, remove = params.add_license_ids, params.remove_license_ids
    if any(same_id(one, other) for one in add for other in remove):
        raise RowError("a licence stands in add_license_ids and in remove_license_ids: take it out of one")
    new = without(add, state["licenses"])
    needs_properties = any(licence in state["calling"] for licence in new)
    properties = calling_properties(params) if needs_properties else None
    return licence_change(state, add=add, remove=remove, properties=properties)


async def apply(api: AsWebexSimpleApi, params: Params, change: dict[str, Any]) -> None:
    """Write *change* in one call. Raises PartlyApplied with the licences that did not come or go."""
    await patch_licences(api, params, change)


async def undo(api: AsWebexSimpleApi, params: Params, before: dict[str, Any]) -> None:
    """Give back what was removed and take away what was added, where *before* was otherwise."""
    await put_back(api, params, before, added=params.add_license_ids, removed=params.remove_license_ids)


def _concerned(params: Params) -> tuple[str, ...]:
    return (*params.add_license_ids, *params.remove_license_ids)


READ_BATCH, WRITE_BATCH = batches_of(_concerned)


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
