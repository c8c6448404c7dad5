"""Connect a location to the PSTN, through a route group or trunk or a provider; enable it for Calling first.

Reads       GET /telephony/pstn/locations/{id}/connection; unless that is as wanted, its connectionOptions
            (and, of a location without one, GET /telephony/config/locations/{id} and GET /locations/{id})
Writes      POST /telephony/config/locations when it is not enabled, then PUT .../connection   (wxc_sdk 1.41)
Idempotent  yes: a location that is connected so is left alone
Undo        the connection before is put back, where there was one that can be set; enabling stays

The options of a location do not tell their type, so the local gateway is known by its display name
("Premises-based PSTN"). Enabling takes what the location has, and the row's cells for what it lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from odt_async.actions._location_enabling import EnablingParams, enabling_body
from odt_async.actions._organisation import organisation_query
from odt_async.actions._premise_route import PremiseRouteParams
from odt_async.columns import same_id
from odt_async.errors import RowError
from odt_async.language import written

if TYPE_CHECKING:  # the SDK takes a second to import; only a run pays for it
    from wxc_sdk.as_api import AsWebexSimpleApi

SUMMARY = (
    "Habilita la ubicación para Webex Calling si hace falta y la conecta a la PSTN por route group o trunk."
)
ORDER = 10
SCOPES = (
    "spark-admin:telephony_pstn_read",
    "spark-admin:telephony_pstn_write",
    "spark-admin:telephony_config_read",
    "spark-admin:telephony_config_write",
    "spark-admin:locations_read",
)
LOCAL_GATEWAY = "LOCAL_GATEWAY"
_LOCAL_GATEWAY_NAMES = frozenset({"localgateway", "premisesbasedpstn", "premisebasedpstn"})
_NOT_SETTABLE = frozenset({"integratedccp", "ciscopstn"})  # through the API, as published
# what Webex answers about the calling of a location that is not enabled; 400 is known from operators
_ABSENT = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND})

_Json = dict[str, Any]


class Params(PremiseRouteParams, EnablingParams):
    """The location, its connection, and what it may lack to be enabled."""

    pstn_connection_type: Annotated[
        str,
        Field(
            description="LOCAL_GATEWAY, o el nombre del proveedor tal como lo muestra Control Hub.",
            examples=["LOCAL_GATEWAY", "Premises-based PSTN"],
        ),
    ] = LOCAL_GATEWAY

    @model_validator(mode="after")
    def _can_be_set(self) -> Params:
        if _folded(self.pstn_connection_type) in _NOT_SETTABLE:
            raise PydanticCustomError(
                "pstn_type",
                "{type} cannot be set through the API: set it in Control Hub",
                {"type": self.pstn_connection_type},
            )
        if self.is_local_gateway and not self.names_route:
            raise PydanticCustomError(
                "pstn_route", "no route is named: fill in premise_route_id or route_identity"
            )
        return self

    @property
    def is_local_gateway(self) -> bool:
        """Whether calls go through a route group or trunk, not a provider in the cloud."""
        return _folded(self.pstn_connection_type) in _LOCAL_GATEWAY_NAMES


async def read(api: AsWebexSimpleApi, params: Params) -> _Json:
    """Return `connection` (None: there is none), `options`, and of a location to be enabled its `location`.

    `options` is None where they are not needed (the connection is as wanted) or not yet there.
    """
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415

    state: _Json = {"connection": None, "options": None, "location": None}
    try:
        connection = await _get(api, f"telephony/pstn/locations/{params.location_id}/connection", params)
    except AsRestError as error:
        if error.status not in _ABSENT:
            raise
        if not await _is_enabled(api, params):
            return state | {"location": await _get(api, f"locations/{params.location_id}", params)}
        if error.status != HTTPStatus.NOT_FOUND:
            raise
    else:
        state["connection"] = connection
        if _is_wanted(connection, params):
            return state
    return state | {"options": await _options(api, params)}


def plan(state: _Json, params: Params) -> _Json | None:
    """Return what to `enable` (None: it is) and the `connection` to write; its id waits for the enabling.

    Raises RowError when no option is called so, or the location lacks what enabling takes.
    """
    connection = state["connection"]
    if connection is not None and _is_wanted(connection, params):
        return None
    if state["options"] is None:
        return {"enable": enabling_body(state["location"], params), "connection": _route(params)}
    return {"enable": None, "connection": _with_id(_route(params), state["options"], params)}


async def apply(api: AsWebexSimpleApi, params: Params, change: _Json) -> None:
    """Enable the location if it is to be, then connect it."""
    connection = change["connection"]
    if change["enable"] is not None:
        url = api.session.ep("telephony/config/locations")
        await api.session.rest_post(url=url, params=organisation_query(params.org_id), json=change["enable"])
        connection = _with_id(connection, await _options(api, params), params)
    await _connect(api, params, connection)


async def undo(api: AsWebexSimpleApi, params: Params, before: _Json) -> None:
    """Put the connection of *before* back. Raises RowError when there was none, or one that cannot be set."""
    was = before["connection"]
    if was is None:
        raise RowError(
            "there was no PSTN connection before and the API cannot take one away: use Control Hub"
        )
    if _folded(was["pstnConnectionType"]) in _NOT_SETTABLE:
        raise RowError(
            "{was} cannot be set through the API: set it in Control Hub", was=was["pstnConnectionType"]
        )
    body = {"id": was["id"]}
    if was.get("routeId"):
        body |= {"premiseRouteType": was["routeType"], "premiseRouteId": was["routeId"]}
    await _connect(api, params, body)


def _is_wanted(connection: Mapping[str, Any], params: Params) -> bool:
    if params.is_local_gateway:
        return (
            connection["pstnConnectionType"] == LOCAL_GATEWAY
            and connection.get("routeType") == params.route_type
            and same_id(connection.get("routeId"), params.route_id)
        )
    names = {_folded(str(connection.get(name, ""))) for name in ("displayName", "pstnConnectionType")}
    return _folded(params.pstn_connection_type) in names


def _route(params: Params) -> _Json:
    if not params.is_local_gateway:
        return {}
    return {"premiseRouteType": params.route_type, "premiseRouteId": params.route_id}


def _with_id(connection: _Json, options: list[_Json], params: Params) -> _Json:
    """Return *connection* with the id of the option that the row means. Raises RowError."""
    wanted = _LOCAL_GATEWAY_NAMES if params.is_local_gateway else {_folded(params.pstn_connection_type)}
    found = [
        option
        for option in options
        if wanted & {_folded(str(option.get(name, ""))) for name in ("displayName", "pstnConnectionType")}
    ]
    if len(found) != 1:
        names = ", ".join(sorted(str(option.get("displayName") or option["id"]) for option in options))
        raise RowError(
            "{count} PSTN options of this location are called {pstn_connection_type}: write one of them "
            "in pstn_connection_type ({options})",
            count=len(found) or "no",
            pstn_connection_type=params.pstn_connection_type,
            options=names or written("Webex offers none"),
        )
    return {"id": found[0]["id"]} | connection


def _folded(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


async def _get(api: AsWebexSimpleApi, path: str, params: Params) -> Any:
    return await api.session.rest_get(url=api.session.ep(path), params=organisation_query(params.org_id))


async def _is_enabled(api: AsWebexSimpleApi, params: Params) -> bool:
    from wxc_sdk.as_rest import AsRestError  # noqa: PLC0415

    try:
        await _get(api, f"telephony/config/locations/{params.location_id}", params)
    except AsRestError as error:
        if error.status not in _ABSENT:
            raise
        return False
    return True


async def _options(api: AsWebexSimpleApi, params: Params) -> list[_Json]:
    path = f"telephony/pstn/locations/{params.location_id}/connectionOptions"
    answer = await _get(api, path, params)
    return list(answer["items"])


async def _connect(api: AsWebexSimpleApi, params: Params, connection: _Json) -> None:
    url = api.session.ep(f"telephony/pstn/locations/{params.location_id}/connection")
    await api.session.rest_put(url=url, params=organisation_query(params.org_id), json=connection)


if __name__ == "__main__":
    from odt_async.cli.script import main

    main(__file__)
