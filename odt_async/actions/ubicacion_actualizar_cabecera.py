"""Make one of a location's numbers its main number; the name beside it is kept.

Reads       GET /telephony/config/locations/{id}, of which `callingLineId`
Writes      telephony.location.update   PUT, the same URL, nothing but `callingLineId` (wxc_sdk 1.41)
Idempotent  yes: a location that has this main number (and name) is left alone
Undo        the number and the name before are put back, where there was a number

The number must belong to the location already (`ubicacion_alta_numeraciones_desactivadas`). What becomes of the
name when only the number is sent is not published, so it is always sent along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AliasChoices, Field

from odt_async.actions._organisation import organisation_query
from odt_async.actions._targets import LocationParams
from odt_async.columns import Country, PhoneNumber
from odt_async.errors import RowError

if TYPE_CHECKING:  # the SDK takes a second to import; only a run pays for it
    from wxc_sdk.as_api import AsWebexSimpleApi

SUMMARY = "Pone el número de cabecera (número principal) de la ubicación y conserva su nombre."
ORDER = 30
SCOPES = ("spark-admin:telephony_config_read", "spark-admin:telephony_config_write")

_Json = dict[str, Any]


class Params(LocationParams):
    """The location and its main number."""

    country: Annotated[
        Country | None, Field(description="País del número, si está escrito sin prefijo.", examples=["ES"])
    ] = None
    phone_number: Annotated[
        PhoneNumber,
        Field(
            validation_alias=AliasChoices("phone_number", "calling_line_id"),
            description="Número de cabecera; debe estar ya en la ubicación.",
            examples=["+34930000000"],
        ),
    ]
    calling_line_name: Annotated[
        str | None, Field(description="Nombre que lo acompaña; en blanco se conserva el que tiene.")
    ] = None


async def read(api: AsWebexSimpleApi, params: Params) -> _Json:
    """Return the location's `callingLineId`: `phoneNumber` and `name`, each perhaps None or absent."""
    url = api.session.ep(f"telephony/config/locations/{params.location_id}")
    details: Any = await api.session.rest_get(url=url, params=organisation_query(params.org_id))
    return {"callingLineId": details.get("callingLineId") or {}}


def plan(state: _Json, params: Params) -> _Json | None:
    """Return the `callingLineId` to write, or None when it holds."""
    line = state["callingLineId"]
    name = params.calling_line_name or line.get("name")
    # Webex may show a number with spaces or dashes: that is no difference
    if _digits(line.get("phoneNumber")) == _digits(params.phone_number) and name == line.get("name"):
        return None
    return {"callingLineId": {"phoneNumber": params.phone_number} | ({"name": name} if name else {})}


async def apply(api: AsWebexSimpleApi, params: Params, change: _Json) -> None:
    """Write number and name."""
    from wxc_sdk.telephony.location import CallingLineId, TelephonyLocation  # noqa: PLC0415

    line = CallingLineId.model_validate(change["callingLineId"])
    await api.telephony.location.update(
        params.location_id or "", settings=TelephonyLocation(calling_line_id=line), org_id=params.org_id
    )


async def undo(api: AsWebexSimpleApi, params: Params, before: _Json) -> None:
    """Put back the number and the name of *before*. Raises RowError when there was no number."""
    line = {name: value for name, value in before["callingLineId"].items() if value}
    if "phoneNumber" not in line:
        raise RowError("there was no main number before and the API cannot take one away: use Control Hub")
    await apply(api, params, {"callingLineId": line})


def _digits(number: str | None) -> str:
    return "".join(letter for letter in number or "" if letter.isdigit())


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
