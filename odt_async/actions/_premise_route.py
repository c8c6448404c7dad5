"""The route group or trunk that a location's row names, by id or by name."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from odt_async.actions._targets import LocationParams
from odt_async.columns import RouteId, RouteIdOrName, hydra_type, is_webex_id
from odt_async.model import Lookup

__all__ = [
    "PremiseRouteParams",
]

RouteType = Literal["ROUTE_GROUP", "TRUNK"]

_SPELLINGS = {"ROUTEGROUP": "ROUTE_GROUP"}  # both are seen, in files and inside ids


def _route_type(value: object) -> object:
    if not isinstance(value, str):
        return value
    name = "_".join(value.upper().replace("-", " ").replace("_", " ").split())
    return _SPELLINGS.get(name, name)


class PremiseRouteParams(LocationParams):
    """A location, and the route group or trunk that calls take from there.

    An id in `premise_route_id` wins over the name in `route_identity`, and that over `rg_id`, which stands in
    global.csv for all rows.
    """

    premise_route_type: Annotated[
        RouteType | None,
        BeforeValidator(_route_type),
        Field(
            validation_alias=AliasChoices("premise_route_type", "route_type"),
            description="ROUTE_GROUP o TRUNK; en blanco, lo que diga el identificador, o ROUTE_GROUP.",
            examples=["ROUTE_GROUP"],
        ),
    ] = None
    premise_route_id: Annotated[
        RouteIdOrName | None,
        Field(description="Identificador (o nombre) del route group o trunk."),
    ] = None
    route_identity: Annotated[
        str | None,
        Field(description="Nombre exacto del route group o trunk.", examples=["RG_MADRID"]),
    ] = None
    rg_id: Annotated[
        RouteId | None,
        Field(description="Identificador del route group común a todas las filas (global.csv)."),
    ] = None

    @field_validator("route_identity", mode="before")
    @classmethod
    def _names_are_tidy(cls, value: object) -> object:
        return " ".join(value.split()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _id_is_of_its_type(self) -> PremiseRouteParams:
        found = _type_of(self._known_id)
        if found is not None and found != self.route_type:
            raise PydanticCustomError(
                "route_type",
                "the route's id is of a {found}, but premise_route_type says {type}: correct one of them",
                {"found": found, "type": self.route_type},
            )
        return self

    @property
    def names_route(self) -> bool:
        """Whether the row says which route, in any of its columns."""
        return bool(self.premise_route_id or self.route_identity or self.rg_id)

    @property
    def route_type(self) -> RouteType:
        """The type as given, or as the id has it."""
        return self.premise_route_type or _type_of(self._known_id) or "ROUTE_GROUP"

    @property
    def route_id(self) -> str:
        """The id, once the name has been looked up; empty when the row names no route."""
        return self.premise_route_id or self.rg_id or ""

    @property
    def route_name(self) -> str | None:
        """The name to look up; None when the id is known or no name is given."""
        if self.premise_route_id is None:
            return self.route_identity
        return None if is_webex_id(self.premise_route_id) else self.premise_route_id

    @property
    def _known_id(self) -> str | None:
        if self.route_name is not None:
            return None
        return self.premise_route_id or self.rg_id

    def lookups(self) -> tuple[Lookup, ...]:
        """Return the location, and the route unless its id is known."""
        if self.route_name is None:
            return super().lookups()
        kind: Literal["route_group", "trunk"] = "route_group" if self.route_type == "ROUTE_GROUP" else "trunk"
        route = Lookup("premise_route_id", kind, self.route_name, self.org_id)
        return (*super().lookups(), route)


def _type_of(route_id: str | None) -> RouteType | None:
    found = hydra_type(route_id) if route_id else None
    if found is None:
        return None
    return "TRUNK" if found == "TRUNK" else "ROUTE_GROUP"
